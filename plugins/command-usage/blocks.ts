/** Figures as blocks. */
import type { Bar, Block, Figures, SessionView, ToolInfo, Usage } from "gantry/sdk";
import { contextContents } from "gantry/sdk/kit/context-contents";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type History, type Tally, tokensOf } from "./history.ts";

const MOST = 12;

/** What this session has used, in all and by model. */
export function sessionBlocks({ usage, costUsd, requests, apiMs, byModel }: Figures): readonly Block[] {
  const models = Object.entries(byModel);
  return [
    {
      type: "fields",
      fields: [
        { name: "cost", value: money(costUsd) },
        { name: "requests", value: figure(requests) },
        ...usageFields(usage),
        { name: "waited for models", value: `${(apiMs / 1000).toFixed(1)} s` },
      ],
    },
    ...(models.length
      ? [
          barsOf(
            models.map(([label, one]) => ({
              label,
              value: tokensOf(one.usage),
              note: `${figure(tokensOf(one.usage))} tokens, ${money(one.costUsd)}`,
            })),
          ),
        ]
      : []),
  ];
}

/** Who sends what with each request, and whose tools have filled the conversation. */
export function pluginBlocks(session: SessionView, tools: readonly ToolInfo[]): readonly Block[] {
  const contents = contextContents(session, tools);
  const sent = new Map<string, number>();
  for (const { owner = "the host", tokens } of [...contents.sections, ...contents.tools])
    sent.set(owner, (sent.get(owner) ?? 0) + tokens);
  const given = new Map<string, number>();
  for (const { name, tokens } of contents.outputs) {
    const owner = tools.find((tool) => tool.name === name)?.owner ?? name;
    given.set(owner, (given.get(owner) ?? 0) + tokens);
  }
  const bars = (sums: ReadonlyMap<string, number>) =>
    barsOf([...sums].map(([label, value]) => ({ label, value, note: `about ${figure(value)} tokens` })));
  return [
    heading("Sent with each request"),
    bars(sent),
    ...(given.size ? [heading("Outputs of tools in the conversation"), bars(given)] : []),
  ];
}

/** What the last days have used, over all folders. */
export function daysBlocks(history: History): readonly Block[] {
  const { days, byModel, sessions, leftOut } = history;
  const sum = (of: (tally: Tally) => number) => days.reduce((total, { tally }) => total + of(tally), 0);
  const unpriced = sum(({ unpriced }) => unpriced);
  const note = unpriced ? `, without ${counted(unpriced, "request")} whose price is not known` : "";
  return [
    {
      type: "fields",
      fields: [
        { name: "days", value: String(days.length) },
        { name: "sessions", value: figure(sessions) },
        { name: "tokens", value: figure(sum(({ usage }) => tokensOf(usage))) },
        { name: "cost", value: `${money(sum(({ costUsd }) => costUsd))}${note}` },
      ],
    },
    { type: "spark", label: "tokens by day", values: days.map(({ tally }) => tokensOf(tally.usage)) },
    barsOf(
      days
        .filter(({ tally }) => tally.requests)
        .map(({ day, tally }) => ({ label: day, value: tokensOf(tally.usage), note: noteOf(tally) })),
      "as they come",
    ),
    barsOf([...byModel].map(([label, tally]) => ({ label, value: tokensOf(tally.usage), note: noteOf(tally) }))),
    ...leftOutBlock(leftOut),
  ];
}

/** How the sessions of the last days went. */
export function insightBlocks(history: History): readonly Block[] {
  const { sessions, prompts, days, byTool, byFolder, hours, ends, compactions, rewinds, leftOut } = history;
  const calls = [...byTool.values()].reduce((sum, one) => sum + one.calls, 0);
  const failed = [...byTool.values()].reduce((sum, one) => sum + one.failed, 0);
  const denied = [...byTool.values()].reduce((sum, one) => sum + one.denied, 0);
  const active = days.filter((day) => day.prompts).length;
  if (sessions === 0) return [{ type: "text", lines: [`No session of the last ${days.length} days is stored.`] }];
  return [
    {
      type: "fields",
      fields: [
        { name: "days", value: `${active} of ${days.length} with a prompt` },
        { name: "sessions", value: figure(sessions) },
        { name: "prompts", value: `${figure(prompts)}, ${(prompts / sessions).toFixed(1)} a session` },
        { name: "calls of tools", value: `${figure(calls)}, ${figure(failed)} failed, ${figure(denied)} were refused` },
        { name: "shortened", value: figure(compactions) },
        { name: "taken back", value: figure(rewinds) },
        {
          name: "turns ended",
          value:
            [...ends]
              .sort(([, a], [, b]) => b - a)
              .map(([reason, times]) => `${reason} ${figure(times)}`)
              .join(", ") || "none",
        },
      ],
    },
    { type: "spark", label: "prompts by day ", values: days.map((day) => day.prompts) },
    { type: "spark", label: "prompts by hour", values: hours },
    barsOf(
      [...byFolder].map(([label, one]) => ({
        label,
        value: one.prompts,
        note: `${counted(one.prompts, "prompt")}, ${counted(one.sessions, "session")}`,
      })),
    ),
    barsOf(
      [...byTool].map(([label, one]) => ({
        label,
        value: one.calls,
        note: `${counted(one.calls, "call")}, ${figure(one.failed)} failed, ${figure(one.denied)} refused, ${(one.ms / 1000).toFixed(1)} s`,
      })),
    ),
    ...leftOutBlock(leftOut),
  ];
}

function heading(text: string): Block {
  return { type: "text", lines: [[{ text, tone: "strong" }]] };
}

function leftOutBlock(leftOut: number): readonly Block[] {
  return leftOut
    ? [{ type: "text", lines: [`${counted(leftOut, "session")} left out: too many, too large, or not to be read.`] }]
    : [];
}

/** The largest, or all as they come. */
function barsOf(bars: readonly Bar[], order: "largest" | "as they come" = "largest"): Block {
  const sorted = order === "largest" ? [...bars].sort((a, b) => b.value - a.value).slice(0, MOST) : bars;
  return { type: "bars", bars: sorted.map((bar) => ({ ...bar, label: visibleLine(bar.label, 60) })) };
}

function usageFields(usage: Usage) {
  return [
    {
      name: "tokens in",
      value: figure(usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens),
    },
    { name: "from the cache", value: figure(usage.cache_read_input_tokens) },
    { name: "tokens out", value: figure(usage.output_tokens) },
  ];
}

function noteOf({ usage, costUsd, requests, unpriced }: Tally): string {
  const price = unpriced === requests ? "price not known" : money(costUsd);
  return `${figure(tokensOf(usage))} tokens, ${price}, ${counted(requests, "request")}`;
}

function money(dollars: number | undefined): string {
  return dollars === undefined ? "not known: a model has no known price" : `$${dollars.toFixed(dollars < 1 ? 4 : 2)}`;
}

/** With a comma for thousands, whatever the machine's language. */
function figure(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

function counted(value: number, thing: string): string {
  return `${figure(value)} ${thing}${value === 1 ? "" : "s"}`;
}
