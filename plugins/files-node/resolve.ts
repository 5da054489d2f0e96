import { dirname, isAbsolute, join, parse, resolve, sep } from "node:path";
import { PluginError } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { filesError, saysAbsent } from "./errors.ts";

const MOST_LINKS = 40;

/** The path with every link resolved; whatever of its end does not exist is kept as it is written. */
export async function resolvePath(disk: Disk, path: string): Promise<string> {
  const absolute = absolutePath(path);
  try {
    return await disk.realpath(absolute);
  } catch (error) {
    if (!saysAbsent(error)) throw filesError(path, error);
  }
  return walk(disk, absolute).catch((error) => {
    throw filesError(path, error);
  });
}

/**
 * The one spelling of a path that everything here uses: `..` is taken away before links are followed, so that what is
 * resolved is what is opened.
 */
export function absolutePath(path: string): string {
  if (!isAbsolute(path)) {
    throw new PluginError("GANTRY_FILES_FAILED", `"${path}" is not an absolute path.`, "Give the whole path.");
  }
  if (path.includes("\0")) {
    throw new PluginError(
      "GANTRY_FILES_FAILED",
      `The path ${JSON.stringify(path)} contains a NUL character.`,
      "Leave the character out.",
    );
  }
  return resolve(path);
}

async function walk(disk: Disk, absolute: string): Promise<string> {
  let done = parse(absolute).root;
  let left = absolute.slice(done.length).split(sep).filter(Boolean);
  for (let links = 0; left.length > 0; ) {
    const [name = "", ...rest] = left;
    if (name === "..") done = dirname(done);
    else {
      const step = join(done, name);
      const target = await linkAt(disk, step);
      if (target === "absent") return join(step, ...rest);
      if (target !== undefined) {
        if (++links > MOST_LINKS) throw Object.assign(new Error("too many links"), { code: "ELOOP" });
        const from = isAbsolute(target.to) ? parse(target.to).root : done;
        done = from;
        left = [...target.to.slice(isAbsolute(target.to) ? from.length : 0).split(sep), ...rest].filter(
          (part) => part !== "" && part !== ".",
        );
        continue;
      }
      done = step;
    }
    left = rest;
  }
  return done;
}

async function linkAt(disk: Disk, path: string): Promise<{ readonly to: string } | "absent" | undefined> {
  try {
    return { to: await disk.readlink(path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "absent";
    if (code === "EINVAL" || code === "UNKNOWN") return undefined;
    throw error;
  }
}
