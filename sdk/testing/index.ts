/**
 * `gantry/sdk/testing`: the real kernel with a scripted model, for tests of plugins. Only the edge of the process is faked,
 * and each fake passes the same conformance kit as the real thing.
 *
 * @module
 */

export type { ConformanceCheck } from "./conformance.ts";
export * from "./exec-conformance.ts";
export * from "./fake-clock.ts";
export * from "./files-conformance.ts";
export * from "./loopback-server.ts";
export * from "./memory-conformance.ts";
export * from "./memory-files.ts";
export * from "./memory-layer-conformance.ts";
export * from "./provider-conformance.ts";
export * from "./recorded-exec.ts";
export * from "./scripted-model.ts";
export * from "./store-conformance.ts";
export * from "./test-ground.ts";
export * from "./test-kernel.ts";
export * from "./transcript.ts";
