import fs from "node:fs/promises";
import { dirname, isAbsolute, join, parse, sep } from "node:path";

/** What following links takes of a file system. */
export interface LinkReader {
  realpath(path: string): Promise<string>;
  readlink(path: string): Promise<string>;
}

const MOST_LINKS = 40;

/**
 * An absolute path with every link resolved; whatever of its end does not exist is kept as it is written. Rejects as the file system
 * does: a circle of links with `ELOOP`, a file where a folder is needed with `ENOTDIR`.
 *
 * @example
 * await resolveLinks("/tmp/made/later.txt"); // where /tmp is a link: "/private/tmp/made/later.txt"
 */
export async function resolveLinks(absolute: string, disk: LinkReader = fs): Promise<string> {
  try {
    return await disk.realpath(absolute);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return walk(disk, absolute);
}

async function walk(disk: LinkReader, absolute: string): Promise<string> {
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

async function linkAt(disk: LinkReader, path: string): Promise<{ readonly to: string } | "absent" | undefined> {
  try {
    return { to: await disk.readlink(path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "absent";
    if (code === "EINVAL" || code === "UNKNOWN") return undefined;
    throw error;
  }
}
