/** `/skills`: what there is, how much it would fill, and who may call it. */
import { join } from "node:path";
import type { CommandAnswer, Completion, Files, HostInfo, ListItem, SessionView, Settings } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel } from "gantry/sdk/kit/panels";
import { type PromptFile, readPromptFile, readPromptFiles } from "gantry/sdk/kit/prompt-files";
import { describedBy, PROMPT_GROUPS } from "gantry/sdk/kit/prompt-head";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { textTokens } from "gantry/sdk/kit/tokens";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Stock, Stocked } from "./stock.ts";
import { VISIBILITIES, type Visibility } from "./visibility.ts";

interface PanelParts {
  readonly stock: Stock;
  readonly host: HostInfo;
  readonly files: Files;
  readonly settings: Settings | undefined;
  readonly counts: (file: PromptFile) => boolean;
}

const MEANINGS: Readonly<Record<Visibility, string>> = {
  on: "you and the model may call it",
  "name-only": "the model sees its name alone",
  "user-invocable-only": "you alone may call it",
  off: "nobody may call it",
};

/** Behind whoever calls nothing: what it is in the list. */
const LISTED_CHARACTERS = 80;

export function createPanel({ stock, host, files, settings, counts }: PanelParts) {
  /** What was chosen here, until the settings say it. */
  const chosen = new Map<string, Visibility>();

  const visibilityOf = ({ file, visibility }: Stocked): Visibility => chosen.get(file.name) ?? visibility;

  async function set(name: string, visibility: Visibility, session: SessionView): Promise<string> {
    const isOwn = host.isTrusted && host.cwd !== host.home;
    const file = isOwn ? join(host.cwd, ".claude", "settings.local.json") : join(host.claudeFolder, "settings.json");
    await writeSettings(
      file,
      (current) => {
        const { skillOverrides: before } = current;
        const known = typeof before === "object" && before !== null && !Array.isArray(before) ? before : {};
        return { ...current, skillOverrides: { ...known, [name]: visibility } };
      },
      isOwn ? { within: host.cwd } : {},
    );
    chosen.set(name, visibility);
    await stock.look(session);
    const now = settings && stock.find(name)?.visibility === visibility ? "" : ", from your next prompt on";
    return `${name}: ${MEANINGS[visibility]}${now}. It is kept in ${file}.`;
  }

  async function panel(session: SessionView): Promise<CommandAnswer> {
    await stock.look(session);
    return {
      panel: await listPanel({
        title: "Skills",
        load: async () => (await bySize()).flatMap(itemOf),
        empty: "There are no skills. A folder .claude/skills/deploy with a SKILL.md would be one.",
        actions: [
          {
            key: "enter",
            label: "who may call it",
            run: async ({ id }) => {
              const found = stock.find(id);
              if (!found) return { stay: `${id} is gone.` };
              const at = VISIBILITIES.indexOf(visibilityOf(found));
              return { stay: await set(id, VISIBILITIES[(at + 1) % VISIBILITIES.length] as Visibility, session) };
            },
          },
        ],
        preview: async ({ id }) => {
          const found = stock.find(id);
          const file = found && (await readPromptFile(found.file, files));
          return file ? [{ type: "markdown", text: file.body }] : [];
        },
      }),
    };
  }

  /** Within each group the largest first. */
  async function bySize(): Promise<readonly PromptFile[]> {
    const order = Object.keys(PROMPT_GROUPS);
    const place = ({ source }: PromptFile) => order.indexOf(source);
    const all = await readPromptFiles(
      stock.all().map(({ file }) => file),
      files,
    );
    return [...all].sort((a, b) => place(a) - place(b) || b.body.length - a.body.length);
  }

  function itemOf(file: PromptFile): readonly ListItem[] {
    const stocked = stock.find(file.name);
    if (!stocked) return [];
    const visibility = visibilityOf(stocked);
    const item: ListItem = {
      id: file.name,
      title: file.name,
      group: PROMPT_GROUPS[file.source],
      detail: [
        { text: `${textTokens(file.body)} tokens`, tone: "dim" },
        { text: `  ${visibility}`, tone: visibility === "on" ? "good" : "warning" },
        { text: `  ${visibleLine(describedBy(file), LISTED_CHARACTERS)}` },
        ...remarksOn(file, stocked).map((remark) => ({ text: `  (${remark})`, tone: "warning" }) as const),
      ],
    };
    return [item];
  }

  function remarksOn(file: PromptFile, { rival }: Stocked): readonly string[] {
    return [
      ...(rival === undefined ? [] : [`no command: the plugin ${rival} has one of this name`]),
      ...(counts(file) ? [] : ["what it would run or allow is not approved"]),
      ...(file.description || file.when ? [] : ["not for the model: it has no description"]),
      ...(file.globs.length ? [`for ${visibleLine(file.globs.join(", "), 60)}`] : []),
      ...(file.problem === undefined ? [] : [file.problem]),
    ];
  }

  return {
    async command(args: string, session: SessionView): Promise<CommandAnswer> {
      const [name, word] = args.trim().split(/\s+/);
      if (!name) return panel(session);
      const visibility = VISIBILITIES.find((one) => one === word);
      if (!stock.find(name)) {
        return `There is no skill ${name}.${didYouMean(
          name,
          stock.all().map(({ file }) => file.name),
        )}`;
      }
      if (!visibility) return `/skills ${name} ${VISIBILITIES.join("|")}`;
      return set(name, visibility, session);
    },
    complete(args: string): readonly Completion[] {
      const [name = "", word] = args.trimStart().split(/\s+/);
      if (word === undefined) {
        const fitting = stock.all().filter(({ file }) => file.name.startsWith(name));
        return fitting.map(({ file }) => ({
          args: file.name,
          description: visibleLine(describedBy(file), LISTED_CHARACTERS),
        }));
      }
      const fitting = VISIBILITIES.filter((one) => one.startsWith(word));
      return fitting.map((one) => ({ args: `${name} ${one}`, description: MEANINGS[one] }));
    },
  };
}
