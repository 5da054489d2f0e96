import { join, relative } from "node:path";
import { type Command, type HostInfo, isGantryError, type SessionView } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { visibleLine } from "gantry/sdk/kit/visible";
import { noteChosen } from "./chosen.ts";
import type { Shelf } from "./shelf.ts";
import { isNamed, type Style } from "./style.ts";
import { notApproved, unknown } from "./words.ts";

interface Choosing {
  readonly shelf: Shelf;
  readonly host: HostInfo;
  readonly current: (session: SessionView) => string;
}

/** `/output-style`: the list, or the choice of one, for this session and those to come. */
export function choosing({ shelf, host, current }: Choosing): Command {
  return async (args, session) => {
    if (args.trim() === "") return listOf(await shelf.all(), current(session));
    const { style, refused } = await shelf.find(args);
    const [first] = refused;
    if (!style) return first ? notApproved(first) : unknown(args.trim(), await shelf.all());
    noteChosen(session, style.name);
    const remark = first ? `${notApproved(first)} ` : "";
    return `${remark}The output style is ${visibleLine(style.name, 100)}, from your next prompt on. ${await keep(style.name)}`;
  };

  function listOf(styles: readonly Style[], chosen: string): string {
    const shown = styles.filter((style, at) => styles.findIndex(({ name }) => isNamed(style, name)) === at);
    const width = Math.max(...shown.map(({ name }) => visibleLine(name, 100).length));
    const lines = shown.map((style) => {
      const mark = isNamed(style, chosen) ? "*" : " ";
      const remarks = [visibleLine(style.description, 200), whence(style)].filter(Boolean).join("  ");
      return `${mark} ${visibleLine(style.name, 100).padEnd(width)}  ${remarks}`.trimEnd();
    });
    return [...lines, "", "/output-style NAME chooses one."].join("\n");
  }

  function whence(style: Style): string {
    if (style.from === "built-in") return "";
    const inside = relative(host.cwd, style.from);
    const file = visibleLine(inside.startsWith("..") ? style.from : inside, 200);
    return `(${file}${shelf.counts(style) ? "" : ", not approved"})`;
  }

  /** Where people keep what is theirs and about this folder. */
  async function keep(name: string): Promise<string> {
    if (!host.isTrusted) return "It counts for this session: settings of a folder that is not trusted are not read.";
    const file = join(host.cwd, ".claude", "settings.local.json");
    try {
      await writeSettings(file, (settings) => ({ ...settings, outputStyle: name }), { within: host.cwd });
      return "It is kept in .claude/settings.local.json for later sessions in this folder.";
    } catch (error) {
      if (!isGantryError(error)) throw error;
      return `It counts for this session alone: ${error.message}`;
    }
  }
}
