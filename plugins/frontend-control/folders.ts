/** Further folders of a session. */
import { join, resolve } from "node:path";
import { type Session, z } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import { existingFolder } from "gantry/sdk/kit/typed-path";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

/** One more folder of the session, below those that it was started with: it gives no way to anything else. */
export async function registerRoot(kit: Kit, request: unknown): Promise<object> {
  const { directory, ...more } = read(requestSchema(), request);
  const opened = await kit.session();
  const folder = await folderAt(kit, opened, directory);
  if (opened.folders.includes(folder)) throw new Error(`${folder} is a folder of the session already.`);
  const roots = [opened.cwd, ...kit.stream.host.info.folders];
  if (!isWithin(folder, roots))
    throw new Error(`${folder} lies in none of the folders of the start: ${roots.join(", ")}.`);
  await add(kit, opened, folder, "register_repo_root");
  if (more.reload_plugins || more.reload_skills)
    kit.tell(`${folder}: commands, skills and settings are those of the folder that the session began in.`);
  return { directory: folder };
}

/** One more folder that came with a yes: whoever answers speaks for the person, who could have named it at the start. */
export async function addAnswered(kit: Kit, session: Session, directory: string): Promise<void> {
  const folder = await folderAt(kit, session, directory);
  if (!session.folders.includes(folder)) await add(kit, session, folder, "permission_update");
}

/** A folder that was added is the session's no more. */
export async function removeAnswered(session: Session, directory: string): Promise<void> {
  const path = resolve(session.cwd, directory);
  const folder = existingFolder(path) ?? path;
  const [first, ...added] = session.folders;
  if (folder === first) throw new Error(`${folder} is the folder that the session began in, and stays.`);
  if (!added.includes(folder)) throw new Error(`${folder} is no folder of the session.`);
  session.removeFolder(folder);
}

/** Where it really lies. */
async function folderAt({ use }: Kit, { cwd }: Session, directory: string): Promise<string> {
  const files = await use.files?.();
  if (!files) throw new Error("No plugin reads files here.");
  const asked = resolve(cwd, directory);
  const stat = await files.stat(asked);
  if (stat?.kind !== "folder") throw new Error(`${asked} is no folder.`);
  return stat.realPath;
}

async function add({ use, stream }: Kit, session: Session, folder: string, source: string): Promise<void> {
  const { stateFolder, claudeFolder } = stream.host.info;
  // Below a folder of the session its own names count: what steers programs must stay known as that.
  const isSteering = [folder, join(folder, "any")].some((path) =>
    isProtectedPath(path, session.folders, [stateFolder, claudeFolder]),
  );
  if (isSteering) throw new Error(`${folder} steers programs, and is no folder to work in.`);
  session.addFolder(folder);
  const input = { directory: folder, source };
  await (await use.hookEvents?.())?.fire(session, { event: "DirectoryAdded", subject: source, input });
}

function requestSchema() {
  return z.looseObject({
    directory: z.string().min(1),
    reload_claude_md: z.boolean().nullish(),
    reload_plugins: z.boolean().nullish(),
    reload_skills: z.boolean().nullish(),
  });
}
