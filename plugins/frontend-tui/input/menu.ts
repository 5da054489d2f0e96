/** What is offered while somebody types: which menu belongs to the cursor, and what stands in it. */
import type { CommandInfo, Completion, MentionSuggestion } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { EMOJI } from "./emoji.ts";

/** Where suggestions come from. */
export interface SuggestionSource {
  commands(): readonly CommandInfo[];
  /** What could be typed behind a command. May reject: then nothing is offered. */
  complete(name: string, args: string): Promise<readonly Completion[]>;
  /** What could stand behind an `@`: whole lists, the best first, one after the other as more is known. */
  mentions(query: string, signal: AbortSignal): AsyncIterable<readonly MentionSuggestion[]>;
}

/** What the cursor stands in, and the piece of the text that a choice replaces. */
export type MenuPlace = { readonly from: number; readonly to: number } & (
  | { readonly kind: "commands"; readonly query: string }
  | { readonly kind: "arguments"; readonly command: string; readonly query: string }
  | { readonly kind: "mentions"; readonly query: string }
  | { readonly kind: "emoji"; readonly query: string }
);

export interface MenuItem {
  /** What goes into the text. */
  readonly insert: string;
  readonly label: string;
  /** What could follow, such as `[model]`. */
  readonly hint?: string;
  readonly detail?: string;
  readonly group?: string;
  /** Stands behind in brackets: whose it is. */
  readonly owner?: string;
  /** More may be typed behind it: a folder. */
  readonly isOpen?: boolean;
}

export interface Menu {
  readonly place: MenuPlace;
  readonly items: readonly MenuItem[];
  /** -1: nothing is chosen, and Enter sends what was typed. */
  readonly selected: number;
}

const COMMAND = /^\/([^\s/]*)$/;
const ARGUMENTS = /^\/([\w:-]+)[ \t]+([^\n]*)$/;
const EMOJI_NAME = /(?:^|\s):([a-z+][a-z0-9_+]+)$/;
const MENTION = /(?:^|[\s([{"'])@("[^"\n]*|[^\s"]*)$/;

export function menuPlaceAt(text: string, cursor: number, isShell: boolean): MenuPlace | undefined {
  const before = text.slice(0, cursor);
  const [, command] = isShell ? [] : (COMMAND.exec(before) ?? []);
  if (command !== undefined) {
    const rest = /^[^\s/]*/.exec(text.slice(cursor))?.[0].length ?? 0;
    return { kind: "commands", query: command, from: 0, to: cursor + rest };
  }
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const [, mention] = MENTION.exec(line) ?? [];
  if (mention !== undefined) {
    return { kind: "mentions", query: mention.replace(/^"/, ""), from: cursor - mention.length - 1, to: cursor };
  }
  const [, emoji] = isShell ? [] : (EMOJI_NAME.exec(line) ?? []);
  if (emoji !== undefined) return { kind: "emoji", query: emoji, from: cursor - emoji.length - 1, to: cursor };
  const [, name, args] = isShell ? [] : (ARGUMENTS.exec(before) ?? []);
  if (name === undefined || args === undefined || cursor !== text.length) return undefined;
  return { kind: "arguments", command: name, query: args, from: cursor - args.length, to: cursor };
}

// ---------------------------------------------------------------- commands

/** How well a name fits what was typed; `undefined`: not at all. */
function fits(name: string, query: string): number | undefined {
  const [plainName, plainQuery] = [plain(name), plain(query)];
  if (plainName === plainQuery) return 0;
  if (plainName.startsWith(plainQuery)) return 1;
  const words = name.toLowerCase().split(/[:_-]/);
  for (let at = 1; at < words.length; at++) if (words.slice(at).join("").startsWith(plainQuery)) return 2;
  return undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[:_-]/g, "");
}

/** In this order, and behind them any others by name. */
const GROUPS = [
  "Session",
  "Model",
  "Context",
  "Permissions",
  "Project",
  "Extend",
  "Insight",
  "Terminal",
  "Help",
] as const;
const RECENT = "Recent";
const OTHERS = "Others";
const MOST_RECENT = 5;

/**
 * Commands whose name or alias begins so, or has a word that does; hidden ones when they are typed in full. Where nothing is typed, all
 * of them by group, and before these the ones that were used last; `recent` names them, the newest first.
 */
export function commandItems(
  commands: readonly CommandInfo[],
  query: string,
  recent: readonly string[] = [],
): readonly MenuItem[] {
  return query === "" ? groupedItems(commands, recent) : fittingItems(commands, query);
}

function fittingItems(commands: readonly CommandInfo[], query: string): readonly MenuItem[] {
  const found = commands.flatMap((command) => {
    const names = [command.name, ...(command.aliases ?? [])];
    if (command.isHidden && !names.includes(query)) return [];
    const ranks = names.flatMap((name, index) => {
      const rank = fits(name, query);
      return rank === undefined ? [] : [{ rank: rank + (index ? 0.5 : 0), name }];
    });
    const best = ranks.sort((a, b) => a.rank - b.rank)[0];
    return best ? [{ command, ...best }] : [];
  });
  found.sort((a, b) => a.rank - b.rank || compare(a.command.name, b.command.name));
  return found.map(({ command, name }) => itemOf(command, name));
}

function groupedItems(commands: readonly CommandInfo[], recent: readonly string[]): readonly MenuItem[] {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const known = [...new Set(recent.flatMap((used) => shown.find((one) => isNamed(one, used)) ?? []))];
  const used = known.slice(0, MOST_RECENT);
  const rest = shown.filter((one) => !used.includes(one));
  const groupOf = ({ group }: CommandInfo) => group ?? OTHERS;
  rest.sort(
    (a, b) => placeOf(groupOf(a)) - placeOf(groupOf(b)) || compare(groupOf(a), groupOf(b)) || compare(a.name, b.name),
  );
  return [
    ...used.map((command) => ({ ...itemOf(command, command.name), group: RECENT })),
    ...rest.map((command) => ({ ...itemOf(command, command.name), group: groupOf(command) })),
  ];
}

function isNamed({ name, aliases = [] }: CommandInfo, wanted: string): boolean {
  return name === wanted || aliases.includes(wanted);
}

function placeOf(group: string): number {
  if (group === OTHERS) return GROUPS.length + 1;
  const at = (GROUPS as readonly string[]).indexOf(group);
  return at < 0 ? GROUPS.length : at;
}

function itemOf(command: CommandInfo, name: string): MenuItem {
  return {
    insert: `/${command.name}`,
    label: name === command.name ? `/${name}` : `/${command.name} (${name})`,
    detail: command.description,
    owner: command.plugin,
    ...(command.argumentHint && { hint: command.argumentHint }),
  };
}

/** What was probably meant by a command that nobody has. */
export function nearCommand(commands: readonly CommandInfo[], query: string): string | undefined {
  const names = commands.filter(({ isHidden }) => !isHidden).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  return nearest(query, names);
}

export function argumentItems(completions: readonly Completion[]): readonly MenuItem[] {
  return completions.map(({ args, description }) => ({
    insert: args,
    label: args,
    ...(description && { detail: description }),
  }));
}

const MOST_EMOJI = 30;

/** Emoji that have a name, or a word of one, which begins so. */
export function emojiItems(query: string): readonly MenuItem[] {
  const found = EMOJI.flatMap(({ sign, names }) => {
    const name = names.find((one) => one.startsWith(query)) ?? names.find((one) => one.includes(`_${query}`));
    return name === undefined ? [] : [{ insert: sign, label: `${sign} :${name}:`, name }];
  });
  const rank = ({ name }: { readonly name: string }) => (name === query ? 0 : name.startsWith(query) ? 1 : 2);
  return found.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_EMOJI);
}

// ---------------------------------------------------------------- mentions

const KINDS: Readonly<Record<string, string>> = { folder: "folder", resource: "resource", agent: "agent" };

export function mentionItems(suggestions: readonly MentionSuggestion[]): readonly MenuItem[] {
  return suggestions.map(({ mention, kind, detail }) => {
    const isOpen = kind === "folder";
    const name = isOpen && !mention.endsWith("/") ? `${mention}/` : mention;
    const said = detail ?? KINDS[kind];
    return {
      insert: /[\s"]/.test(name) ? `@"${name.replaceAll('"', "")}"` : `@${name}`,
      label: name,
      isOpen,
      ...(said && said !== "folder" && { detail: said }),
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
