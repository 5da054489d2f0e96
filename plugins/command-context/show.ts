import type { Contents, Item } from "gantry/sdk/kit/context-contents";
import { visibleLine } from "gantry/sdk/kit/visible";

/** So many lines of each kind, unless all are wanted. */
const MOST = 8;
const WIDTH = 44;

export function contextText(contents: Contents, isAll: boolean): string {
  const { model, counted, sections, tools, messages, outputs, breaks } = contents;
  const all = sum([...sections, ...tools, ...messages]);
  const count = counted === undefined ? "" : `; the provider counted ${figure(counted)} at the last answer`;
  return [
    `About ${figure(all)} tokens for ${model}${count}.`,
    block("Prompt", sections, all, isAll),
    block("Tools", tools, all, isAll),
    block("Messages", messages, all, true),
    outputs.length ? block("Outputs by tool", outputs, all, isAll) : "",
    breaks.length
      ? `What the provider had cached was lost ${times(breaks.length)}:\n${breaks.slice(-MOST).map(bullet).join("\n")}`
      : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}

function block(title: string, items: readonly Item[], all: number, isAll: boolean): string {
  const largest = [...items].sort((a, b) => b.tokens - a.tokens);
  const shown = isAll ? largest : largest.slice(0, MOST);
  const rest = largest.slice(shown.length);
  return [
    line(title, sum(items), all),
    ...shown.map(({ name, owner, tokens }) =>
      line(`  ${name}${owner === undefined ? "" : ` (${owner})`}`, tokens, all),
    ),
    ...(rest.length ? [line(`  ${rest.length} more (/context all)`, sum(rest), all)] : []),
  ].join("\n");
}

function line(name: string, tokens: number, all: number): string {
  const share = `${Math.round((100 * tokens) / Math.max(1, all))} %`;
  return `${visibleName(name).padEnd(WIDTH)}${figure(tokens).padStart(10)}${share.padStart(7)}`;
}

/** Names come from plugins and servers; the indentation is ours. */
function visibleName(name: string): string {
  const [indent = ""] = /^ */.exec(name) ?? [];
  return indent + visibleLine(name.trim(), WIDTH - 2 - indent.length);
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { tokens }) => total + tokens, 0);
}

function bullet(text: string): string {
  return `  ${visibleLine(text, 200)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** With a comma for thousands, whatever the machine's language. */
export function figure(tokens: number): string {
  return Math.round(tokens)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
