import {
  type AssistantContent,
  type AssistantMessage,
  definePlugin,
  type ModelCall,
  type ModelEvent,
  type ModelFailure,
  type ModelRequest,
  NO_USAGE,
  type Plugin,
  type Usage,
} from "gantry/sdk";

/** One answer of a scripted model. */
export interface ScriptedAnswer {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown; readonly id?: string }[];
  readonly usage?: Partial<Usage>;
  /** End with this failure instead. */
  readonly failure?: Partial<ModelFailure>;
  /** Wait for this before answering; an abort ends the wait. */
  readonly after?: Promise<unknown>;
}

/** An answer, or a function of the request that gives one. */
export type Script = readonly (ScriptedAnswer | ((request: ModelRequest) => ScriptedAnswer))[];

/** A model that answers from a script and keeps what it was asked. */
export interface ScriptedModel {
  /** The plugin that provides it, as provider `scripted` with the model `script`. */
  readonly plugin: Plugin;
  /** Every request, oldest first; without those that `completions` answered. */
  readonly requests: readonly ModelRequest[];
  /** The requests outside of a turn, such as those of a plugin, where `completions` answers them. */
  readonly completionRequests: readonly ModelRequest[];
  /** Appends answers. */
  push(...answers: Script): void;
}

/** What a scripted model can do besides. */
export interface ScriptOptions {
  /** Answers what no turn asks. Default: the script does. */
  readonly completions?: (request: ModelRequest) => ScriptedAnswer;
  /** Tokens of its window. Default: not known, so that nothing is shortened. */
  readonly contextWindow?: number;
}

/**
 * A model provider that gives the scripted answers in order, and the text `(end of script)` after the last. `completions` answers
 * what no turn asks, as plugins do through the service `models`; without it, the script does.
 *
 * @example
 * const model = scriptedModel([{ calls: [{ name: "Read", input: { file_path: "a.txt" } }] }, { text: "Done." }]);
 */
export function scriptedModel(script: Script = [], { completions, contextWindow }: ScriptOptions = {}): ScriptedModel {
  const answers = [...script];
  const requests: ModelRequest[] = [];
  const completionRequests: ModelRequest[] = [];
  let calls = 0;

  function answerTo(request: ModelRequest, isCompletion: boolean): ScriptedAnswer {
    if (completions && isCompletion) {
      completionRequests.push(request);
      return completions(request);
    }
    requests.push(request);
    const next = answers.shift() ?? { text: "(end of script)" };
    return typeof next === "function" ? next(request) : next;
  }

  async function* stream(request: ModelRequest, { signal, turn }: ModelCall): AsyncGenerator<ModelEvent> {
    const answer = answerTo(request, turn === undefined);
    if (answer.after) await Promise.race([answer.after, aborted(signal)]);
    if (signal.aborted) {
      yield {
        type: "failure",
        failure: { kind: "aborted", message: "The request was aborted.", isRetryable: false },
      };
      return;
    }
    yield { type: "start", id: `msg_${requests.length}`, model: "script" };
    if (answer.thinking) yield { type: "thinking", text: answer.thinking };
    if (answer.text) yield { type: "text", text: answer.text };
    if (answer.failure) {
      yield {
        type: "failure",
        failure: {
          kind: "server",
          message: "The scripted model failed.",
          isRetryable: false,
          ...answer.failure,
        },
      };
      return;
    }
    yield { type: "end", message: messageOf(answer, requests.length, () => `call_${++calls}`) };
  }

  const plugin = definePlugin({
    name: "scripted-model",
    providers: {
      scripted: { title: "Scripted", usable: "always", defaultModel: "script", models: ["script"] },
    },
    setup: () => ({
      providers: {
        scripted: { stream, ...(contextWindow !== undefined && { info: (id: string) => ({ id, contextWindow }) }) },
      },
    }),
  });
  return { plugin, requests, completionRequests, push: (...more) => void answers.push(...more) };
}

function messageOf(answer: ScriptedAnswer, number: number, id: () => string): AssistantMessage {
  const content: AssistantContent[] = [];
  if (answer.thinking) content.push({ type: "thinking", thinking: answer.thinking, signature: "scripted" });
  if (answer.text) content.push({ type: "text", text: answer.text });
  for (const call of answer.calls ?? []) {
    content.push({ type: "tool_use", id: call.id ?? id(), name: call.name, input: call.input });
  }
  return {
    role: "assistant",
    id: `msg_${number}`,
    model: "script",
    content,
    stop_reason: answer.calls?.length ? "tool_use" : "end_turn",
    usage: { ...NO_USAGE, input_tokens: 10, output_tokens: 5, ...answer.usage },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
