import fs, { appendFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

register(new URL("hook.js", import.meta.url));

// The program itself is CommonJS that it loads by hand: seen where it is read.
const { readFileSync } = fs;
fs.readFileSync = /** @type {typeof readFileSync} */ (
  (/** @type {any} */ file, /** @type {any} */ options) => {
    if (String(file).endsWith(".cjs") && !String(file).includes("cache")) {
      appendFileSync(process.env.GANTRY_LOADED_LIST ?? "loaded.txt", `${pathToFileURL(String(file)).href}\n`);
    }
    return readFileSync(file, options);
  }
);
