/** The moments of a turn: a prompt comes in, the model is asked, the model wants to stop, the conversation is shortened. */
import {
  type Compaction,
  type CompactRequest,
  type Input,
  type ModelCall,
  type ModelEvent,
  type ModelRequest,
  type SessionView,
  type StreamFunction,
  type TurnView,
  text,
  textOf,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { aboutBatch, batchOf } from "./batch.ts";
import { wrapped } from "./fire.ts";
import type { Handlers, Kit } from "./kit.ts";

/** How often Stop hooks may make one turn go on, unless the environment says otherwise. */
const STOP_BLOCKS = 8;
/** Characters of its reason that the person sees. */
const SHOWN = 200;

export function turnTaps(kit: Kit): Handlers<"input" | "modelWrap" | "turnStop" | "compact"> {
  const { firing, stateOf } = kit;

  return {
    input: (input, turn) => {
      const state = stateOf(turn.session);
      const isPrompt = input.origin === "person" && !input.isMeta && !input.outcome;
      const { typed } = state;
      // What comes later in this turn was typed as it stands, as far as anybody knows.
      if (isPrompt) state.typed = undefined;
      const isAsked = isPrompt && (firing.has("UserPromptSubmit") || firing.has("UserPromptExpansion"));
      if (isAsked) return prompt(input, typed, turn);
      return state.untold.length && !input.outcome ? withContext(input, state.untold.splice(0)) : undefined;
    },
    modelWrap: (stream, session) => (request, call) => {
      const isOwn = call.turn === undefined;
      const mayHold = stateOf(session).stop !== undefined || firing.has("PostToolBatch");
      return isOwn || !mayHold ? stream(request, call) : held(stream, request, call, session);
    },
    turnStop: (turn) => (firing.has(stopOf(turn.session)) ? stopping(turn) : undefined),
    compact: (request, turn) => (firing.has("PreCompact") ? shortening(request, turn) : undefined),
  };

  async function prompt(input: Input, typed: string | undefined, turn: TurnView): Promise<Input | undefined> {
    const { session, signal } = turn;
    const said = textOf(input.content);
    const expanded = commandIn(typed, said);
    const moments = [
      { event: "UserPromptSubmit", input: { prompt: expanded?.typed ?? said }, signal },
      ...(expanded
        ? [{ event: "UserPromptExpansion", subject: expanded.input.command_name, input: expanded.input, signal }]
        : []),
    ];
    const context: string[] = [];
    for (const moment of moments) {
      const { decision, reason, stop, ...outcome } = await firing.fire(session, moment);
      if (decision === "deny" || stop !== undefined) {
        const why = reason ?? (stop || "A hook refused the prompt.");
        return { ...input, outcome: { kind: "refused", text: why } };
      }
      context.push(...outcome.context);
    }
    const { untold } = stateOf(session);
    const told = [...untold.splice(0), ...context];
    return told.length ? withContext(input, told) : undefined;
  }

  /** Before a turn's next request: what hooks say of the calls before it, and whether they let it be sent. */
  async function* held(
    stream: StreamFunction,
    request: ModelRequest,
    call: ModelCall,
    session: SessionView,
  ): AsyncGenerator<ModelEvent> {
    const state = stateOf(session);
    const batch = batchOf(session.messages);
    if (batch && batch.id !== state.lastBatch && firing.has("PostToolBatch")) {
      state.lastBatch = batch.id;
      const moment = { event: "PostToolBatch", input: aboutBatch(batch), signal: call.signal };
      const outcome = await firing.fire(session, moment);
      if (outcome.decision === "deny") state.stop ??= outcome.reason ?? "";
      kit.stopFor(session, outcome);
      kit.tellModel(session, outcome.context);
    }
    if (state.stop === undefined) yield* stream(request, call);
    else {
      const message = state.stop || "A hook ended the turn.";
      yield { type: "failure", failure: { kind: "limit", code: "hook_stopped", message, isRetryable: false } };
    }
  }

  async function stopping(turn: TurnView): Promise<string | undefined> {
    const { session, signal } = turn;
    const state = stateOf(session);
    const most = Number(kit.host.env.CLAUDE_CODE_STOP_HOOK_BLOCK_CAP) || STOP_BLOCKS;
    if (state.stop !== undefined || state.continuations >= most) return undefined;
    const running = (await kit.jobs?.())?.list(session).filter(({ state }) => state === "running") ?? [];
    const input = {
      stop_hook_active: state.continuations > 0,
      last_assistant_message: lastWords(session),
      background_tasks: running.map(({ id, title, state }) => ({
        id,
        type: "shell",
        status: state,
        description: title.slice(0, 1_000),
      })),
      session_crons: [],
    };
    const outcome = await firing.fire(session, {
      event: stopOf(session),
      ...(session.agent && { subject: session.agent.type }),
      input: { ...input, ...(session.agent && { agent_transcript_path: session.transcriptPath ?? "" }) },
      signal,
    });
    if (outcome.stop !== undefined) return undefined;
    const told = [
      ...(outcome.decision === "deny" ? [outcome.reason ?? "A Stop hook wants you to go on."] : []),
      ...outcome.context,
    ];
    if (!told.length) return undefined;
    state.continuations++;
    const said = `A Stop hook makes the model go on: ${visibleLine(told.join(" "), SHOWN)}`;
    session.notify({ level: "info", plugin: "hook-scripts", text: said });
    return told.join("\n\n");
  }

  async function shortening(request: CompactRequest, { session, signal }: TurnView): Promise<Compaction | undefined> {
    const { focus = null, messages } = request;
    const trigger = request.trigger === "manual" ? "manual" : "auto";
    const input = { trigger, custom_instructions: focus };
    const { decision, reason, stop } = await firing.fire(session, {
      event: "PreCompact",
      subject: trigger,
      input,
      signal,
    });
    if (decision !== "deny" && stop === undefined) return undefined;
    kit.notify(session, `the conversation is not shortened: ${reason ?? stop ?? ""}`);
    return { messages, summary: "" };
  }
}

function stopOf({ parent }: SessionView) {
  return parent ? "SubagentStop" : "Stop";
}

/** The last answer's text. */
export function lastWords(session: SessionView): string {
  const last = session.messages.findLast(({ role }) => role === "assistant");
  return textOf(last?.content ?? []);
}

function withContext(input: Input, context: readonly string[]): Input {
  return { ...input, content: [...input.content, ...context.map((said) => text(wrapped(said)))] };
}

/** The command that was typed, if the prompt is what it has become. */
function commandIn(typed: string | undefined, prompt: string) {
  const [, name = "", args = ""] = /^\/([\w:-]+)(?:\s+([\s\S]*))?$/.exec(typed?.trim() ?? "") ?? [];
  if (typed === undefined || !name || typed === prompt) return undefined;
  const input = { expansion_type: "slash_command", command_name: name, command_args: args, prompt };
  return { typed, input };
}
