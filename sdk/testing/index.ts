/**
 * `gantry/sdk/testing`: the real kernel with a scripted model, for tests of plugins. Only the edge of the process is faked,
 * and each fake passes the same conformance kit as the real thing.
 *
 * @module
 */
export * from "./scripted-model.ts";
export * from "./test-kernel.ts";
