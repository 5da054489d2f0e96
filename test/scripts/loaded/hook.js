import { appendFileSync } from "node:fs";

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  appendFileSync(process.env.GANTRY_LOADED_LIST ?? "loaded.txt", `${url}\n`);
  return next(url, context);
}
