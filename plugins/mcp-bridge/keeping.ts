/** Files of a session that hold what servers said. */
import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type HostInfo, messageOf, type SessionView } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { sessionFolder } from "gantry/sdk/kit/session-folder";

/** Where files of a session go. */
export interface Keeping {
  readonly host: HostInfo;
  readonly session: SessionView;
}

const cleared = new WeakSet<SessionView>();

/** Writes a file of this name. Where the session leaves no transcript, it goes with the session. */
export function keepFile(
  content: string | Buffer,
  name: string,
  { host, session }: Keeping,
): { readonly path: string } | { readonly problem: string } {
  const { path, isLasting } = sessionFolder(host, session);
  const folder = join(path, "mcp");
  const file = join(folder, name);
  try {
    makeFolders(path, 0o700);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, content, { mode: 0o600 });
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
  if (!isLasting && !cleared.has(session)) {
    cleared.add(session);
    session.scope.own(() => rm(folder, { recursive: true, force: true }));
  }
  return { path: file };
}
