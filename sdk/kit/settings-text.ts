import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import type { JsonObject } from "gantry/sdk";
import { parseJsonText } from "./json-text.ts";

/** The most a settings file may hold, in bytes. */
export const SETTINGS_BYTES = 2 * 1024 * 1024;

/**
 * The text of a settings file; `undefined` when there is none. Never waits for a pipe that lies there.
 *
 * **Contract**: throws what the system says, or an error whose message ends a sentence (`it is no file`).
 */
export function readSettingsText(path: string): { readonly text: string; readonly stat: fs.Stats } | undefined {
  let file: number;
  try {
    // Without O_NONBLOCK a pipe that lies there would stop the program for good.
    file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) throw new Error("it is no file");
    if (stat.size > SETTINGS_BYTES) throw new Error(`it is larger than ${SETTINGS_BYTES} bytes`);
    const bytes = fs.readFileSync(file);
    if (!isUtf8(bytes)) throw new Error("it is not UTF-8 text");
    return { text: bytes.toString("utf8"), stat };
  } finally {
    fs.closeSync(file);
  }
}

/** Reads the text of settings. Throws an error whose message begins with line and column. */
export function parseSettingsText(text: string): JsonObject {
  const content = parseJsonText(text);
  if (typeof content === "object" && content !== null && !Array.isArray(content)) return content as JsonObject;
  throw new Error("line 1, column 1: settings are one JSON object");
}
