import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { dirname } from "node:path";
import { type JsonObject, messageOf, PluginError } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { parseJsonText } from "gantry/sdk/kit/json-text";

const writing = new Map<string, Promise<void>>();

/**
 * Changes a settings file and keeps everything else in it: written whole or not at all, one change at a time. A file that cannot be
 * read as settings is left as it is.
 */
export function writeSettings(file: string, change: (current: JsonObject) => JsonObject): Promise<void> {
  const work = (writing.get(file) ?? Promise.resolve()).then(() => rewrite(file, change));
  const settled = work.catch(() => undefined);
  writing.set(file, settled);
  void settled.then(() => writing.get(file) === settled && writing.delete(file));
  return work;
}

function rewrite(file: string, change: (current: JsonObject) => JsonObject): void {
  const before = textOf(file);
  const current = before === undefined ? {} : parsed(file, before);
  const next = change(current);
  if (next === current) return;
  const indent = /^\{\s*\n([ \t]+)/.exec(before ?? "")?.[1] ?? "  ";
  replace(file, before, `${JSON.stringify(next, null, indent)}\n`);
}

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw broken(file, error);
  }
}

function parsed(file: string, text: string): JsonObject {
  let content: unknown;
  try {
    content = parseJsonText(text);
  } catch (error) {
    throw broken(file, error);
  }
  if (typeof content === "object" && content !== null && !Array.isArray(content)) return content as JsonObject;
  throw broken(file, "settings are one JSON object");
}

function replace(file: string, before: string | undefined, text: string): void {
  try {
    makeFolders(dirname(file));
    const target = before === undefined ? file : fs.realpathSync(file);
    const mode = before === undefined ? 0o600 : fs.statSync(target).mode & 0o777;
    const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      fs.writeFileSync(temporary, text, { mode, flag: "wx", flush: true });
      if (textOf(file) !== before) throw new Error("somebody else has changed it meanwhile");
      fs.renameSync(temporary, target);
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw new PluginError(
      "GANTRY_PERMIT_FILE_UNWRITABLE",
      `The settings file ${file} could not be written: ${messageOf(error)}.`,
      "See to its permissions, or answer for this session only.",
      error,
    );
  }
}

function broken(file: string, problem: unknown): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_FILE_BROKEN",
    `The settings in ${file} cannot be read, so nothing was written: ${messageOf(problem)}.`,
    "Correct the file, or move it away.",
    problem,
  );
}
