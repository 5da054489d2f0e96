/** What fills the window, to be looked at. */
import type { Bar, Block, EntryOf, SessionView } from "gantry/sdk";
import type { Contents, Item } from "gantry/sdk/kit/context-contents";
import { visibleLine } from "gantry/sdk/kit/visible";
import { figure } from "./show.ts";

const MOST_BARS = 20;

/** The whole window, by kind. */
export function windowBlocks(contents: Contents, window: number | undefined): readonly Block[] {
  const kinds: readonly Item[] = [
    { name: "prompt", tokens: sum(contents.sections) },
    { name: "tools", tokens: sum(contents.tools) },
    ...contents.messages,
  ];
  const all = sum(kinds);
  const free = window === undefined ? [] : [{ name: "free", tokens: Math.max(0, window - all) }];
  const advice = adviceOf(contents, all, window);
  return [
    {
      type: "fields",
      fields: [
        { name: "model", value: contents.model },
        {
          name: "in use, about",
          value:
            window === undefined ? figure(all) : `${figure(all)} of ${figure(window)} tokens (${share(all, window)})`,
        },
        ...(contents.counted === undefined
          ? []
          : [{ name: "counted by the provider", value: figure(contents.counted) }]),
      ],
    },
    { type: "bars", bars: [...kinds, ...free].map((item) => bar(item, window ?? all)), max: window ?? all },
    ...(advice.length ? [{ type: "list", items: advice.map((line) => ({ line })) } as const] : []),
  ];
}

export function itemBlocks(items: readonly Item[], isAll: boolean): readonly Block[] {
  if (items.length === 0) return [{ type: "text", lines: ["Nothing yet."] }];
  const largest = [...items].sort((a, b) => b.tokens - a.tokens);
  const shown = isAll ? largest : largest.slice(0, MOST_BARS);
  const rest = largest.slice(shown.length);
  const bars = shown.map((item) => bar(item, sum(items)));
  const more = rest.length ? [bar({ name: `${rest.length} more`, tokens: sum(rest) }, sum(items))] : [];
  return [{ type: "bars", bars: [...bars, ...more] }];
}

/** How much of each request the provider had cached, and why what it had was lost. */
export function cacheBlocks({ entries, id }: SessionView, breaks: readonly string[]): readonly Block[] {
  const answers = entries.filter(
    (entry): entry is EntryOf<"assistant"> => entry.type === "assistant" && entry.sessionId === id,
  );
  const shares = answers.map(({ message: { usage } }) => {
    const read = usage.cache_read_input_tokens;
    const prompt = usage.input_tokens + usage.cache_creation_input_tokens + read;
    return { read, prompt, share: prompt ? Math.round((100 * read) / prompt) : 0 };
  });
  if (shares.length === 0) return [{ type: "text", lines: ["No model has been asked yet."] }];
  const read = shares.reduce((total, one) => total + one.read, 0);
  const prompt = shares.reduce((total, one) => total + one.prompt, 0);
  return [
    {
      type: "text",
      lines: [
        `${share(read, prompt)} of ${figure(prompt)} tokens in ${shares.length} ${shares.length === 1 ? "request" : "requests"} came from the provider's cache.`,
      ],
    },
    { type: "spark", label: "share of each request", values: shares.slice(-60).map((one) => one.share) },
    breaks.length
      ? {
          type: "list",
          items: breaks.slice(-MOST_BARS).map((reason) => ({ line: `lost: ${visibleLine(reason, 200)}` })),
        }
      : { type: "text", lines: ["Nothing that was cached has been lost."] },
  ];
}

function adviceOf({ outputs, tools }: Contents, all: number, window: number | undefined): string[] {
  const [largest] = outputs;
  return [
    ...(window !== undefined && all > 0.7 * window
      ? ["The window is filling up: /compact shortens the conversation, /clear begins a new one."]
      : []),
    ...(largest && largest.tokens > 0.3 * all
      ? [`Outputs of ${largest.name} take ${share(largest.tokens, all)}: /compact drops them.`]
      : []),
    ...(window !== undefined && sum(tools) > 0.15 * window
      ? [
          `Tools take ${share(sum(tools), window)} of the window: /tools shows whose they are, /plugins and /mcp turn some off.`,
        ]
      : []),
  ];
}

function bar({ name, owner, tokens }: Item, of: number): Bar {
  const label = visibleLine(owner === undefined ? name : `${name} (${owner})`, 60);
  return { label, value: tokens, note: `${figure(tokens)} (${share(tokens, of)})` };
}

function share(part: number, whole: number): string {
  return `${Math.round((100 * part) / Math.max(1, whole))} %`;
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { tokens }) => total + tokens, 0);
}
