/** One request to the model, and the answer in the log. */
import type { AssistantMessage, BadInputs, ModelFailure, Provider } from "gantry/sdk";
import type { Turn } from "./turn.ts";

export async function providerOf(turn: Turn): Promise<Provider> {
  const entry = turn.generation.providers.get(turn.model.provider);
  if (!entry) throw new Error(`the provider ${turn.model.provider} is gone`);
  return entry.handler();
}

export type ModelAnswer =
  | { readonly message: AssistantMessage; readonly badInputs?: BadInputs }
  | { readonly failure: ModelFailure };

export async function ask(turn: Turn, provider: Provider): Promise<ModelAnswer> {
  const { session, signal, model } = turn;
  const started = performance.now();
  const request = { model, system: turn.system, messages: session.messages.slice(), tools: turn.tools };
  const flushed = session.flush();
  flushed.catch(() => undefined);
  // What a side effect did is on the disk before the model learns of it; anything else may get there meanwhile.
  if (turn.isUnsaved) await flushed;
  turn.isUnsaved = false;
  if (signal.aborted) return { failure: { kind: "aborted", message: "The turn was interrupted.", isRetryable: false } };
  turn.requests++;
  turn.emit({ type: "request", turnId: turn.id, number: turn.requests });
  session.providers.set(model.provider, provider);
  let asked: string | undefined;
  for await (const event of session.stream(request, { signal, turn })) {
    switch (event.type) {
      case "start":
        turn.emit({ type: "answer_start", id: event.id, model: event.model });
        break;
      case "tool_input":
        if (asked !== event.id) warm(turn, event.name);
        asked = event.id;
        turn.emit(event);
        break;
      case "text":
      case "thinking":
      case "retry":
        turn.emit(event);
        break;
      case "end":
        await flushed;
        return logAnswer(turn, event, performance.now() - started);
      case "failure":
        return { failure: event.failure };
    }
  }
  const silent = `The provider ${model.provider} ended its stream without an answer.`;
  return { failure: { kind: "protocol", message: silent, isRetryable: false } };
}

function logAnswer(
  turn: Turn,
  { message, badInputs }: { readonly message: AssistantMessage; readonly badInputs?: BadInputs },
  ms: number,
): ModelAnswer {
  const model = `${turn.model.provider}/${turn.model.id}`;
  const { uuid } = turn.session.append({ type: "assistant", model, ms: Math.round(ms), message });
  turn.emit({ type: "assistant", uuid, message, model, ms });
  return { message, ...(badInputs && { badInputs }) };
}

/** While the model is still writing a call, the tool it names is set up. */
function warm(turn: Turn, name: string): void {
  const entry = turn.generation.tools.get(name);
  void entry?.handler().catch(() => undefined);
}
