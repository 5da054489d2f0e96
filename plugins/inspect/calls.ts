/** The calls of a session, and what is known of each: what was asked for, what plugins did to it, how it ended. */
import type { Block, Entry, HostReport, Inspector, ListItem, SessionView, Span } from "gantry/sdk";
import { textOf } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { fieldOf } from "gantry/sdk/kit/tool-views";
import { visibleLine } from "gantry/sdk/kit/visible";

const MOST_OUTPUT = 4_000;

/** A call that the log knows of. */
export interface KnownCall {
  readonly id: string;
  /** From 1. */
  readonly number: number;
  readonly tool: string;
  /** The agent that made it; absent for the session's own. */
  readonly agent?: string;
  /** As the model asked for it. */
  readonly asked: unknown;
  /** As it ran, where a plugin changed it. */
  readonly ran?: unknown;
  readonly outcome?: string;
  readonly ms?: number;
  readonly output: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Oldest first. */
export function callsOf({ entries }: Pick<SessionView, "entries">): readonly KnownCall[] {
  const calls = new Map<string, Writable<KnownCall>>();
  for (const entry of entries) {
    if (entry.type === "assistant") {
      for (const block of entry.message.content) {
        if (block.type !== "tool_use") continue;
        calls.set(block.id, { id: block.id, number: calls.size + 1, tool: block.name, asked: block.input, output: "" });
      }
    }
    if (entry.type === "tool_start" && entry.input !== undefined) {
      const call = calls.get(entry.toolUseId);
      if (call) call.ran = entry.input;
    }
    if (entry.type === "tool_result") {
      const call = calls.get(entry.toolUseId);
      if (call) Object.assign(call, { outcome: entry.outcome, ms: entry.ms, output: textOf(entry.content) });
    }
  }
  return [...calls.values()];
}

type ReadLog = (agentId: string) => Promise<readonly Entry[]>;

/** The session's own, and behind them those of its agents, as far as their logs can be read. */
export async function allCallsOf(
  session: Pick<SessionView, "entries">,
  readLog: ReadLog,
): Promise<readonly KnownCall[]> {
  const calls = [...callsOf(session)];
  const open = agentsIn(session.entries);
  const seen = new Set(open);
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const entries = await readLog(id).catch(() => []);
    const [first] = entries;
    const agent = (first?.type === "session" && first.agent?.type) || "agent";
    for (const call of callsOf({ entries })) calls.push({ ...call, agent, number: calls.length + 1 });
    for (const below of agentsIn(entries)) if (!seen.has(below)) open.push(below);
    for (const below of open) seen.add(below);
  }
  return calls;
}

/** Those that a log has results of, or a word that they work in the background. */
function agentsIn(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    const id = entry.type === "tool_result" ? fieldOf(entry.data, "agentId") : undefined;
    return typeof id === "string" ? [id] : [];
  });
}

/** The call that a person means: by its number, its id, or the newest of a tool. */
export function findCall(calls: readonly KnownCall[], word: string): KnownCall | string {
  const isOf = (call: KnownCall) => call.tool.toLowerCase() === word.toLowerCase();
  const number = /^#?(\d+)$/.exec(word)?.[1];
  const found =
    calls.find((call) => call.id === word) ??
    calls.find((call) => call.number === Number(number)) ??
    calls.findLast((call) => isOf(call) && call.agent === undefined) ??
    calls.findLast(isOf);
  if (found) return found;
  const near = nearest(
    word,
    calls.map(({ tool }) => tool),
  );
  const hint = near === undefined ? "/why lists them." : `Did you mean "${near}"?`;
  return `This session has no call "${visibleLine(word, 80)}". ${hint}`;
}

export function callItem({ id, number, tool, agent, asked, outcome, ms }: KnownCall): ListItem {
  const isBad = outcome !== undefined && outcome !== "ok";
  return {
    id,
    title: [
      `${number}. ${agent === undefined ? "" : `${visibleLine(agent, 60)}: `}${tool}  `,
      { text: outcome ?? "not ended", tone: isBad ? "bad" : "dim" },
    ],
    detail: `${ms === undefined ? "" : `${Math.round(ms)} ms  `}${visibleLine(JSON.stringify(asked ?? {}), 120)}`,
  };
}

/** All that is known of one call. */
export function callBlocks(call: KnownCall, inspector: Inspector, report: HostReport): readonly Block[] {
  const owner = report.plugins.find(({ contributes }) => contributes.tools?.includes(call.tool))?.name;
  const wraps = report.plugins.filter((plugin) => plugin.wraps.includes(call.tool)).map(({ name }) => name);
  const spans = inspector.trace(call.id);
  return [
    {
      type: "fields",
      fields: [
        { name: "call", value: call.id },
        ...(call.agent === undefined ? [] : [{ name: "made by", value: `the agent ${visibleLine(call.agent, 60)}` }]),
        { name: "tool", value: owner === undefined ? call.tool : `${call.tool}, of ${owner}` },
        ...(wraps.length ? [{ name: "wrapped by", value: wraps.join(", ") }] : []),
        { name: "asked for", value: visibleLine(JSON.stringify(call.asked ?? {}), 2_000) },
        ...(call.ran === undefined
          ? []
          : [{ name: "changed to", value: visibleLine(JSON.stringify(call.ran), 2_000) }]),
        { name: "outcome", value: call.outcome ?? "it has not ended" },
        ...(call.ms === undefined ? [] : [{ name: "ran for", value: `${Math.round(call.ms)} ms` }]),
      ],
    },
    spansBlock(spans),
    ...(call.output
      ? [{ type: "fold", summary: "What it gave", blocks: [{ type: "code", text: cut(call.output) }] } as const]
      : []),
  ];
}

/** What each plugin did to it, in order. */
function spansBlock(spans: readonly Span[]): Block {
  if (spans.length === 0) {
    const why = "No plugin's part in it is known: that is kept for the last calls, while the program runs.";
    return { type: "text", lines: [why] };
  }
  return {
    type: "table",
    head: ["hook", "plugin", "effect", "ms"],
    rows: spans.map(({ hook, plugin, effect, ms }) =>
      [hook, plugin, { text: effect, tone: TONES[effect] ?? "plain" }, ms.toFixed(1)].map((cell) =>
        typeof cell === "string" ? cell : [cell],
      ),
    ),
  };
}

const TONES = { failed: "bad", changed: "warning", voted: "accent", passed: "dim", skipped: "dim" } as const;

function cut(text: string): string {
  return text.length <= MOST_OUTPUT
    ? text
    : `${text.slice(0, MOST_OUTPUT)}\n… ${text.length - MOST_OUTPUT} more characters`;
}

/** Who took how long with the calls of a session: by plugin and hook, the slowest first. */
export function timeBlocks(calls: readonly KnownCall[], inspector: Inspector): readonly Block[] {
  const sums = new Map<
    string,
    { plugin: string; hook: string; count: number; ms: number; effects: Map<string, number> }
  >();
  for (const { id } of calls) {
    for (const { plugin, hook, ms, effect } of inspector.trace(id)) {
      const key = `${plugin}\0${hook}`;
      const sum = sums.get(key) ?? { plugin, hook, count: 0, ms: 0, effects: new Map() };
      sum.count += 1;
      sum.ms += ms;
      sum.effects.set(effect, (sum.effects.get(effect) ?? 0) + 1);
      sums.set(key, sum);
    }
  }
  const sorted = [...sums.values()].sort((a, b) => b.ms - a.ms);
  if (sorted.length === 0) return [{ type: "text", lines: ["No call has passed a plugin since the program began."] }];
  return [
    {
      type: "bars",
      bars: byPlugin(sorted).map(([label, value]) => ({ label, value, note: `${value.toFixed(1)} ms` })),
    },
    {
      type: "table",
      head: ["plugin", "hook", "times", "ms in all", "effects"],
      rows: sorted.map(({ plugin, hook, count, ms, effects }) => [
        plugin,
        hook,
        String(count),
        ms.toFixed(1),
        [...effects].map(([effect, times]) => `${effect} ${times}`).join(", "),
      ]),
    },
  ];
}

function byPlugin(sums: readonly { readonly plugin: string; readonly ms: number }[]): [string, number][] {
  const all = new Map<string, number>();
  for (const { plugin, ms } of sums) all.set(plugin, (all.get(plugin) ?? 0) + ms);
  return [...all].sort(([, a], [, b]) => b - a).slice(0, 10);
}
