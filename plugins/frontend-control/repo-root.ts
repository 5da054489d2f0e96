import { join, resolve } from "node:path";
import { z } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

/** One more folder of the session, below those that it was started with: it gives no way to anything else. */
export async function registerRoot({ session, use, stream, tell }: Kit, request: unknown): Promise<object> {
  const { directory, ...more } = read(requestSchema(), request);
  const opened = await session();
  const files = await use.files?.();
  if (!files) throw new Error("No plugin reads files here.");
  const asked = resolve(opened.cwd, directory);
  const stat = await files.stat(asked);
  if (stat?.kind !== "folder") throw new Error(`${asked} is no folder.`);
  const folder = stat.realPath;
  if (opened.folders.includes(folder)) throw new Error(`${folder} is a folder of the session already.`);
  const roots = [opened.cwd, ...stream.host.info.folders];
  if (!isWithin(folder, roots))
    throw new Error(`${folder} lies in none of the folders of the start: ${roots.join(", ")}.`);
  // Below a folder of the session its own names count: what steers programs must stay known as that.
  if ([folder, join(folder, "any")].some((path) => isProtectedPath(path, opened.folders))) {
    throw new Error(`${folder} steers programs, and is no folder to work in.`);
  }
  opened.addFolder(folder);
  if (more.reload_plugins || more.reload_skills)
    tell(`${folder}: plugins and skills of other hosts cannot be loaded yet.`);
  const input = { directory: folder, source: SOURCE };
  await (await use.hookEvents?.())?.fire(opened, { event: "DirectoryAdded", subject: SOURCE, input });
  return { directory: folder };
}

const SOURCE = "register_repo_root";

function requestSchema() {
  return z.looseObject({
    directory: z.string().min(1),
    reload_claude_md: z.boolean().nullish(),
    reload_plugins: z.boolean().nullish(),
    reload_skills: z.boolean().nullish(),
  });
}
