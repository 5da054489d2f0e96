import type { Block, Command, CommandInfo, Commands, ListItem, SessionView } from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel, pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";

/** The groups that come first; all others follow by their names. */
const GROUPS = ["Session", "Model", "Context", "Permissions", "Project", "Extend", "Terminal", "Insight", "Help"];

/** `/help`: every command under its heading; `/help NAME`: all that is known of one. */
export function createHelp(commands: Commands): Command {
  return {
    async run(args, session) {
      const wanted = args.trim().replace(/^\//, "");
      if (wanted) return helpOf(wanted, commands.list(session));
      return {
        panel: await listPanel({
          title: "Commands",
          empty: "No plugin has a command.",
          load: () => items(commands, session),
          preview: ({ id }) => helpBlocks(found(id, commands.list(session)) as CommandInfo),
          actions: [{ key: "enter", label: "show its help", run: ({ id }) => helpOf(id, commands.list(session)) }],
        }),
      };
    },
    complete: (args, session) =>
      completions(
        args.replace(/^\s*\//, ""),
        shown(commands, session).map(({ name, description }) => [name, description] as const),
      ),
  };
}

function items(commands: Commands, session: SessionView): readonly ListItem[] {
  return shown(commands, session).map((command) => ({
    id: command.name,
    title: usage(command),
    detail: visibleLine(command.description),
    group: groupOf(command),
  }));
}

function shown(commands: Commands, session: SessionView): readonly CommandInfo[] {
  const rank = (command: CommandInfo) => {
    const at = GROUPS.indexOf(groupOf(command));
    return at < 0 ? GROUPS.length : at;
  };
  return commands
    .list(session)
    .filter(({ isHidden }) => !isHidden)
    .sort((a, b) => rank(a) - rank(b) || groupOf(a).localeCompare(groupOf(b)) || a.name.localeCompare(b.name));
}

async function helpOf(name: string, all: readonly CommandInfo[]) {
  const command = found(name, all);
  if (!command) {
    const known = all.filter(({ isHidden }) => !isHidden).flatMap((one) => [one.name, ...(one.aliases ?? [])]);
    return `There is no command /${visibleLine(name, 60)}.${didYouMean(name, known)} /help lists all.`;
  }
  return {
    panel: await pagePanel({
      title: `/${command.name}`,
      parts: [{ title: "Help", load: () => helpBlocks(command) }],
    }),
  };
}

function found(name: string, all: readonly CommandInfo[]): CommandInfo | undefined {
  return all.find((one) => one.name === name) ?? all.find(({ aliases }) => aliases?.includes(name));
}

function helpBlocks(command: CommandInfo): readonly Block[] {
  const { description, help, aliases = [], plugin } = command;
  const facts = [
    ...(aliases.length ? [{ name: "Also", value: aliases.map((alias) => `/${alias}`).join(", ") }] : []),
    { name: "Plugin", value: plugin },
  ];
  return [
    { type: "text", lines: [[{ text: usage(command), tone: "strong" }], description] },
    ...(help ? [{ type: "text", lines: help.split("\n") } as const] : []),
    { type: "fields", fields: facts },
  ];
}

function usage({ name, argumentHint = "" }: CommandInfo): string {
  return `/${name} ${visibleLine(argumentHint)}`.trimEnd();
}

function groupOf({ group, plugin }: CommandInfo): string {
  return group ?? plugin;
}
