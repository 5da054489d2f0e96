/** Folders that a person's settings add to every session. No folder's own settings can: they would widen what they may touch. */
import { parse } from "node:path";
import { type Settings, type StartingSession, z } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { existingFolder, typedPath } from "gantry/sdk/kit/typed-path";
import { visibleLine } from "gantry/sdk/kit/visible";

const KEY = "permissions.additionalDirectories";

export function addFolders(session: StartingSession, settings: Settings): void {
  for (const written of settings.get(KEY, z.array(z.string())) ?? []) {
    const folder = existingFolder(typedPath(written, session));
    const problem = folder === undefined ? "there is no such folder" : wrongWith(folder);
    if (problem) {
      const text = `The session does not work in ${visibleLine(written, 200)} of ${KEY}: ${problem}.`;
      session.notify({ level: "warning", plugin: "settings-files", text });
    } else if (folder !== undefined && !isWithin(folder, session.folders)) session.addFolder(folder);
  }
}

function wrongWith(folder: string): string | undefined {
  return folder === parse(folder).root ? "it is all there is" : undefined;
}
