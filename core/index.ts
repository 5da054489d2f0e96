/**
 * `gantry`: the kernel, for programs that embed it.
 *
 * @module
 */
export type { ConfigLayer } from "./config.ts";
export type { Catalogue } from "./discover.ts";
export { ERRORS } from "./errors.ts";
export type { Host, HostOptions } from "./host.ts";
export { openHost } from "./kernel.ts";
export { VERSION } from "./version.ts";
