/** Which entry came into which prompt, and what it cost. */
import { type Entry, type Meter, NO_USAGE, type SessionView } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";
import { visibleLine } from "gantry/sdk/kit/visible";

interface RecallData {
  readonly prompt: string;
  readonly tokens: number;
  readonly entries: readonly {
    readonly id: string;
    readonly scope: string;
    readonly title: string;
    readonly words: readonly string[];
    readonly score: number;
    readonly tokens: number;
  }[];
}

interface IndexData {
  readonly indexes: readonly { scope: string; lines: number; leftOut: number; tokens: number }[];
}

/** What a background layer has asked a model, as each of them records it. */
interface RunData {
  readonly by: string;
  readonly model?: string;
  readonly usage?: typeof NO_USAGE;
}

export function whyText(session: SessionView, meter: Meter | undefined): string {
  const { entries } = session;
  const model = `${session.model.provider}/${session.model.id}`;
  const money = (tokens: number) => {
    const cost = meter?.costOf(model, { ...NO_USAGE, input_tokens: tokens });
    return cost === undefined ? "" : `, $${cost.toFixed(5)} a request`;
  };
  const lines = entries.flatMap((entry) => {
    if (entry.type !== "plugin") return [];
    if (entry.kind === "index" && isIndex(entry.data)) return indexLines(entry.data, money);
    if (entry.kind === "recall" && isRecall(entry.data)) return recallLines(entry.data, entries, money);
    if (entry.kind === "memory-run" && isRun(entry.data)) return runLines(entry.plugin, entry.data, meter);
    return [];
  });
  return lines.length ? lines.join("\n") : "No memory has come into a prompt of this session.";
}

function indexLines({ indexes }: IndexData, money: (tokens: number) => string): string[] {
  return indexes.map(
    ({ scope, lines, leftOut, tokens }) =>
      `Every prompt: the index of the ${scope}, ${lines} lines${leftOut ? ` (${leftOut} left out)` : ""}, about ${tokens} tokens${money(tokens)}`,
  );
}

function recallLines(
  { prompt, tokens, entries: came }: RecallData,
  all: readonly Entry[],
  money: (t: number) => string,
) {
  const said = all.find(({ uuid }) => uuid === prompt);
  const words = said?.type === "user" ? visibleLine(typedText(said), 60) : "a prompt that was taken back";
  return [
    `"${words}": about ${tokens} tokens${money(tokens)}`,
    ...came.map(
      (one) =>
        `  ${one.scope}/${one.id} (${visibleLine(one.title, 60)}): fits by ${one.words.join(", ")}; score ${one.score}, about ${one.tokens} tokens`,
    ),
  ];
}

function runLines(plugin: string, { by, model, usage = NO_USAGE }: RunData, meter: Meter | undefined): string[] {
  if (by !== "model") return [];
  const cost = model === undefined ? undefined : meter?.costOf(model, usage);
  const price = cost === undefined ? "" : `, $${cost.toFixed(5)}`;
  return [
    `In the background: ${plugin} asked a model, ${usage.input_tokens} tokens in, ${usage.output_tokens} out${price}`,
  ];
}

const isRecall = (data: unknown): data is RecallData => Array.isArray((data as RecallData | null)?.entries);
const isIndex = (data: unknown): data is IndexData => Array.isArray((data as IndexData | null)?.indexes);
const isRun = (data: unknown): data is RunData => typeof (data as RunData | null)?.by === "string";
