/** Commands and skills that an agent of its own does: what it said, for whoever called it, and for the conversation. */
import {
  type AgentRun,
  type Agents,
  type AgentTask,
  type Entry,
  PluginError,
  type PromptDraft,
  type SessionView,
} from "gantry/sdk";
import { answerOf } from "./agent-answer.ts";
import type { PromptFile } from "./prompt-files.ts";

/** What was done by an agent. */
export interface Forked {
  /** Its last words. */
  readonly text: string;
  readonly run: AgentRun;
}

/** How it is called. */
export interface ForkCall {
  /** Ends the agent. */
  readonly signal?: AbortSignal | undefined;
  /** The call of a model; absent where a person typed it. */
  readonly callId?: string;
  progress?(text: string): void;
}

const FORKED = "forked";
const TOLD = "forked-told";
/** Characters of an answer that the conversation gets. */
const MOST = 40_000;

/** What the file wants of its agent, beside the task. */
export function wishesOf({ name, source, agent, model, effort }: PromptFile): Omit<AgentTask, "prompt"> {
  return {
    type: agent,
    description: `/${name}`,
    ...(model !== undefined && { model, isModelByPerson: source !== "project" }),
    ...(effort && { effort }),
  };
}

/** Waits for the agent; rejects with a coded error where it has not done its task. */
export async function runFork(
  agents: Agents,
  session: SessionView,
  task: AgentTask,
  { signal, callId, progress }: ForkCall,
): Promise<Forked> {
  const run = await agents.start(session, { ...task, ...(callId !== undefined && { callId }) });
  const stop = () => void run.stop();
  const stopTelling = progress && agents.watch((one) => one === run && progress(one.step));
  if (signal?.aborted) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  const outcome = await run.ended.finally(() => {
    stopTelling?.();
    signal?.removeEventListener("abort", stop);
  });
  const text = answerOf(run, outcome);
  if (outcome.state === "completed") return { text, run };
  throw new PluginError("GANTRY_PROMPT_FORK", text, "Call it once more, or leave `context: fork` out of its file.");
}

/** A person has called it and has seen the answer: the conversation gets it with the next prompt. */
export function noteForked(session: SessionView, plugin: string, typed: string, text: string): void {
  const said = text.length > MOST ? `${text.slice(0, MOST)}\n(cut off)` : text;
  session.record(plugin, FORKED, { typed, text: said });
}

/** With what agents have said since the last prompt. */
export function withForked(draft: PromptDraft, session: SessionView, plugin: string): PromptDraft {
  const isOwn = (entry: Entry, kind: string) =>
    entry.type === "plugin" && entry.plugin === plugin && entry.kind === kind;
  const { entries } = session;
  const fresh = entries.slice(entries.findLastIndex((entry) => isOwn(entry, TOLD)) + 1);
  const said = fresh.flatMap((entry) => {
    if (entry.type !== "plugin" || !isOwn(entry, FORKED)) return [];
    const { typed = "", text = "" } = (entry.data ?? {}) as { readonly typed?: string; readonly text?: string };
    return [`The person called ${plain(typed)}, which an agent of its own has done. It said:\n\n${plain(text)}`];
  });
  if (!said.length) return draft;
  session.record(plugin, TOLD, {});
  return draft.with({ key: `${plugin}-forked`, cache: "turn", text: said.join("\n\n") });
}

/** Nothing that an agent says can end the reminder that it stands in. */
function plain(said: string): string {
  return said.replace(/<(?=\/?system-reminder\b)/gi, "&lt;");
}
