import { join, relative } from "node:path";
import {
  type Command,
  type CommandSession,
  type HostInfo,
  isGantryError,
  type ListItem,
  type ListPanel,
  type RunCommand,
  type SessionView,
} from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { listPanel } from "gantry/sdk/kit/panels";
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
  const run: RunCommand = async (args, session) => {
    if (args.trim() === "") return { panel: await panelOf(session) };
    const { style, refused } = await shelf.find(args);
    const [first] = refused;
    if (!style) return first ? notApproved(first) : unknown(args.trim(), await shelf.all());
    noteChosen(session, style.name);
    const remark = first ? `${notApproved(first)} ` : "";
    return `${remark}The output style is ${visibleLine(style.name, 100)}, from your next prompt on. ${await keep(style.name)}`;
  };
  return {
    run,
    complete: async (args) =>
      completions(
        args,
        shownOf(await shelf.all()).map(({ name, description }) => [name, description] as const),
      ),
  };

  async function panelOf(session: CommandSession): Promise<ListPanel> {
    const styleOf = async ({ id }: ListItem) => shownOf(await shelf.all()).find(({ name }) => name === id);
    const panel = await listPanel({
      title: "Output styles",
      load: async () =>
        shownOf(await shelf.all()).map((style) => ({
          id: style.name,
          title: visibleLine(style.name, 100),
          detail: [visibleLine(style.description, 200), whence(style)].filter(Boolean).join("  "),
          isCurrent: isNamed(style, current(session)),
          isDisabled: !shelf.counts(style),
        })),
      preview: async (item) => [
        { type: "markdown", text: (await styleOf(item))?.text || "Nothing is added to the prompt." },
      ],
      actions: [{ key: "enter", label: "choose", run: async ({ id }) => (await run(id, session)) ?? "" }],
    });
    return { ...panel, text: listOf(await shelf.all(), current(session)) };
  }

  function listOf(styles: readonly Style[], chosen: string): string {
    const shown = shownOf(styles);
    const width = Math.max(...shown.map(({ name }) => visibleLine(name, 100).length));
    const lines = shown.map((style) => {
      const mark = isNamed(style, chosen) ? "*" : " ";
      const remarks = [visibleLine(style.description, 200), whence(style)].filter(Boolean).join("  ");
      return `${mark} ${visibleLine(style.name, 100).padEnd(width)}  ${remarks}`.trimEnd();
    });
    return [...lines, "", "/output-style NAME chooses one."].join("\n");
  }

  /** The one of each name that counts. */
  function shownOf(styles: readonly Style[]): readonly Style[] {
    return styles.filter((style, at) => styles.findIndex(({ name }) => isNamed(style, name)) === at);
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
