/** The folders that a session works in: more of them, fewer, and why it is never another one. */
import fs from "node:fs";
import { dirname, parse } from "node:path";
import { type Command, type CommandSession, PluginError, z } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { listPanel } from "gantry/sdk/kit/panels";
import { isWithin } from "gantry/sdk/kit/paths";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { quotedFor } from "gantry/sdk/kit/shell-quoting";
import { existingFolder, typedPath } from "gantry/sdk/kit/typed-path";
import { visibleLine } from "gantry/sdk/kit/visible";

const KEY = "permissions.additionalDirectories";
const MOST_OFFERED = 30;

/** `/add-dir`: one more folder whose files are the session's own, on wish in every session to come. */
export function createAddDir(save: SaveParts): Command {
  return answering({
    async run(args, session) {
      const [, typed = "", flag] = /^(.*?)(?:\s*(--\w+))?$/s.exec(args.trim()) ?? [];
      if (flag !== undefined && flag !== "--user") throw elsewhere(flag);
      if (!typed) return { panel: await foldersPanel(session) };
      const folder = realFolder(typed, session);
      if (folder === parse(folder).root) throw everything(folder);
      const saved = flag === undefined ? [] : [await keep(folder, save)];
      const holding = session.folders.find((one) => isWithin(folder, [one]));
      if (holding === undefined) session.addFolder(folder);
      const now =
        holding === undefined
          ? `The session works in ${visibleLine(folder)}, too. Nothing there is trusted to run by that.`
          : `${visibleLine(folder)} lies in ${visibleLine(holding)}, which the session works in already.`;
      return [now, ...saved].join(" ");
    },
    complete: completeFolders,
  });
}

/** `/cd`: what was asked, judged and remembered so far belongs to this folder, and so a session stays in it. */
export function createCd(): Command {
  return answering({
    async run(args, session) {
      const stays = `This session stays in ${visibleLine(session.cwd)}: trust, settings and what it remembers are of that folder.`;
      if (!args.trim()) return `${stays} /add-dir FOLDER has it work in one more.`;
      const folder = realFolder(args, session);
      if (folder === session.cwd) return `The session works in ${visibleLine(folder)} already.`;
      const go = visibleLine(`cd ${quotedFor("cd $0")(folder, 3)} && gantry`);
      return `${stays}\n\nTo work in the other one, too: /add-dir ${visibleLine(folder)}\nTo begin there: ${go}\nTo go on with what was said there last: ${go} --continue`;
    },
    complete: completeFolders,
  });
}

function foldersPanel(session: CommandSession) {
  return listPanel({
    title: "Folders",
    load: () => session.folders.map((folder, at) => ({ id: folder, title: visibleLine(folder), isCurrent: at === 0 })),
    actions: [
      {
        key: "d",
        label: "leave",
        run: ({ id }) => {
          if (id === session.cwd) return { stay: "The session's own folder stays." };
          session.removeFolder(id);
          return { stay: `The session no longer works in ${visibleLine(id)}.` };
        },
      },
    ],
  });
}

function keep(folder: string, save: SaveParts): Promise<string> {
  const own = save.settings.layers(KEY, z.array(z.string())).find(({ layer }) => layer === "user")?.value ?? [];
  return saveSetting(save, KEY, [...new Set([...own, folder])]);
}

function completeFolders(args: string, session: CommandSession) {
  const typed = args.trimStart();
  const path = typedPath(typed || ".", session);
  const parent = typed === "" || /[\\/]$/.test(typed) ? path : dirname(path);
  const begun = parent === path ? "" : path.slice(parent.length).replace(/^[\\/]/, "");
  const names = foldersIn(parent).filter((name) => name.startsWith(begun) && (begun || !name.startsWith(".")));
  const before = typed.slice(0, typed.length - begun.length);
  return names.slice(0, MOST_OFFERED).map((name) => ({ args: `${before}${name}` }));
}

function foldersIn(path: string): readonly string[] {
  try {
    const entries = fs.readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function realFolder(typed: string, session: CommandSession): string {
  const folder = existingFolder(typedPath(typed, session));
  if (folder !== undefined) return folder;
  throw new PluginError(
    "GANTRY_FOLDER_ADDED",
    `The session cannot work in "${visibleLine(typed.trim(), 200)}": there is no such folder.`,
    "Name a folder that is there.",
  );
}

function everything(folder: string): PluginError {
  return new PluginError(
    "GANTRY_FOLDER_ROOT",
    `${folder} is all there is: every file would be the session's own.`,
    "Name a folder below it.",
  );
}

function elsewhere(flag: string): PluginError {
  return new PluginError(
    "GANTRY_FOLDER_KEPT",
    `${flag} is no place to remember a folder in: no folder's own settings may say where a session works.`,
    "--user keeps it in your own settings, for every session.",
  );
}
