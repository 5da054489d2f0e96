import type { AssistantMessage, BadInputs, Entry } from "gantry/sdk";

const UNUSABLE = "it could not be used when it was recorded either";

/** What came into a conversation between two answers. */
export interface Before {
  /** Prompts of the person. */
  readonly prompts: number;
  /** How the calls of the answer before ended, by call id. */
  readonly results: ReadonlyMap<string, { readonly tool: string; readonly isOk: boolean }>;
}

/** An answer of a log, and what led to it. */
export interface Answer {
  readonly message: AssistantMessage;
  readonly badInputs: BadInputs;
  readonly before: Before;
}

/** The answers of a log, oldest first, and what has come in since the newest. */
export function answersOf(entries: readonly Entry[]): {
  readonly answers: readonly Answer[];
  readonly since: Before;
} {
  const unusable = unusableInputs(entries);
  const answers: Answer[] = [];
  let prompts = 0;
  let results = new Map<string, { tool: string; isOk: boolean }>();
  for (const entry of entries) {
    if (entry.type === "user" && !entry.isMeta) prompts++;
    if (entry.type === "tool_result") {
      results.set(entry.toolUseId, { tool: entry.tool, isOk: entry.outcome === "ok" });
    }
    if (entry.type !== "assistant") continue;
    const badInputs = entry.message.content.flatMap((block) =>
      block.type === "tool_use" && unusable.has(block.id) ? [[block.id, UNUSABLE]] : [],
    );
    answers.push({
      message: entry.message,
      badInputs: Object.fromEntries(badInputs),
      before: { prompts, results },
    });
    prompts = 0;
    results = new Map();
  }
  return { answers, since: { prompts, results } };
}

/** Calls whose input could not be used when they were recorded: it was logged empty, and must not run as that. */
function unusableInputs(entries: readonly Entry[]): ReadonlySet<string> {
  const ids = entries.map((entry) =>
    entry.type === "tool_result" && entry.outcome === "invalid" ? entry.toolUseId : "",
  );
  return new Set(ids);
}

/** The first thing in which two conversations differ, in one sentence; `undefined` when there is none. */
export function firstDifference(recorded: Before, here: Before): string | undefined {
  if (recorded.prompts !== here.prompts) {
    return `the recording has ${count(recorded.prompts, "prompt")} before it, and this session ${count(here.prompts, "prompt")}`;
  }
  for (const [id, { tool, isOk }] of recorded.results) {
    const result = here.results.get(id);
    if (!result) return `the call ${id} (${tool}) has a result in the recording, and none here`;
    if (result.isOk !== isOk) {
      return `the call ${id} (${tool}) ${isOk ? "succeeded" : "failed"} in the recording, and ${isOk ? "failed" : "succeeded"} here`;
    }
  }
  for (const [id, { tool }] of here.results) {
    if (!recorded.results.has(id)) return `the call ${id} (${tool}) has a result here, and none in the recording`;
  }
  return undefined;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
