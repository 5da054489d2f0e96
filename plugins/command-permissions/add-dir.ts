import fs from "node:fs";
import { dirname, isAbsolute, join, parse, resolve } from "node:path";
import { type Command, type HostInfo, messageOf, PluginError } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { listPanel } from "gantry/sdk/kit/panels";
import { isWithin } from "gantry/sdk/kit/paths";
import { visibleLine } from "gantry/sdk/kit/visible";

const MOST_OFFERED = 30;

/** `/add-dir`: one more folder whose files are the session's own. */
export function createAddDir({ home }: HostInfo): Command {
  return answering({
    async run(args, session) {
      const typed = args.trim();
      if (!typed) {
        const load = () =>
          session.folders.map((folder, at) => ({ id: folder, title: visibleLine(folder), isCurrent: at === 0 }));
        return { panel: await listPanel({ title: "Folders", load, actions: [] }) };
      }
      const folder = realFolder(pathOf(typed, session.cwd, home), typed);
      const holding = session.folders.find((one) => isWithin(folder, [one]));
      if (holding !== undefined)
        return `${visibleLine(folder)} lies in ${visibleLine(holding)}, which the session works in already.`;
      if (folder === parse(folder).root) throw everything(folder);
      session.addFolder(folder);
      return `The session works in ${visibleLine(folder)}, too. Nothing there is trusted to run by that.`;
    },
    complete: (args, session) => {
      const typed = args.trimStart();
      const path = pathOf(typed || ".", session.cwd, home);
      const parent = typed === "" || /[\\/]$/.test(typed) ? path : dirname(path);
      const begun = parent === path ? "" : path.slice(parent.length).replace(/^[\\/]/, "");
      const names = foldersIn(parent).filter((name) => name.startsWith(begun) && (begun || !name.startsWith(".")));
      const before = typed.slice(0, typed.length - begun.length);
      return names.slice(0, MOST_OFFERED).map((name) => ({ args: `${before}${name}` }));
    },
  });
}

function foldersIn(path: string): readonly string[] {
  try {
    const entries = fs.readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function pathOf(typed: string, cwd: string, home: string): string {
  const bare = typed.replace(/^(["'])(.*)\1$/, "$2");
  if (bare === "~") return home;
  if (bare.startsWith("~/")) return join(home, bare.slice(2));
  return isAbsolute(bare) ? resolve(bare) : resolve(cwd, bare);
}

function realFolder(path: string, typed: string): string {
  try {
    const real = fs.realpathSync(path);
    if (fs.statSync(real).isDirectory()) return real;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw absent(typed, messageOf(thrown));
  }
  throw absent(typed, "there is no such folder");
}

function absent(typed: string, problem: string): PluginError {
  return new PluginError(
    "GANTRY_FOLDER_ADDED",
    `The session cannot work in "${visibleLine(typed, 200)}": ${visibleLine(problem)}.`,
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
