import { resolve } from "node:path";
import { z } from "gantry/sdk";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";
import { readableFile } from "./read-file.ts";

/** A file that the program at the other end has seen read, so that an edit need not read it again. One that has changed since is not seen. */
export async function seedRead(kit: Kit, request: unknown): Promise<object> {
  const { path, mtime } = read(z.looseObject({ path: z.string().min(1), mtime: z.number() }), request);
  const opened = await kit.session();
  const seen = await kit.use.seenFiles?.();
  if (!seen) throw new Error("No plugin remembers which files were read.");
  const { stamp, realPath } = await readableFile(kit, opened, resolve(opened.cwd, path));
  // Programs know whole milliseconds.
  const isSame = Math.floor(stamp.mtimeMs) <= mtime;
  if (isSame) seen.note(opened, realPath, stamp, false);
  return { seeded: isSame };
}
