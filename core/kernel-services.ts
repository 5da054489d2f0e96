/** What the kernel does for plugins: asks a model, calls a tool, judges a call, outside of the conversation. */
import {
  type AssistantMessage,
  type Call,
  type Commands,
  type CompletionRequest,
  type Contributed,
  type HostInfo,
  type Judge,
  type Models,
  messageOf,
  newId,
  type Questions,
  type SessionView,
  type SlotManifests,
  type SlotName,
  type Slots,
  type ToolInfo,
  type Tools,
  type Turns,
  type TurnView,
  type Verdict,
} from "gantry/sdk";
import { answerBeside, putQuestion } from "./asking.ts";
import { error } from "./errors.ts";
import { type Entry, findCommand, type Generation } from "./generation.ts";
import { chooseModel, hasKey, providersOf } from "./model.ts";
import { withPlaces } from "./places.ts";
import { lookUp, validate, votesOn } from "./prepare.ts";
import { KernelSession } from "./session.ts";
import { callTool } from "./toolcall.ts";
import { Turn } from "./turn.ts";

/** Models, asked in a session's name. */
export function createModels(current: () => Generation, info: () => HostInfo): Models {
  return {
    async choose(view, name) {
      const session = opened(view);
      const model = name === undefined ? session.model : await chooseModel(current(), name, hasKey(info()));
      const provider = session.generation.providers.get(model.provider);
      if (!provider)
        throw error("GANTRY_MODEL_REQUEST", { model: model.id, problem: `the provider ${model.provider} is gone` });
      session.providers.set(model.provider, await provider.handler());
      return model;
    },
    async complete(view, request) {
      const model = await this.choose(view, request.model);
      return answerOf(opened(view), { ...request, model: `${model.provider}/${model.id}` }, model);
    },
    providers: (view) => providersOf(newest(view), hasKey(info())),
    async info(view) {
      const { generation, model } = opened(view);
      return (await generation.providers.get(model.provider)?.handler())?.info?.(model.id);
    },
    async chooseFor(turn, name) {
      const model = await chooseModel(current(), name, hasKey(info()));
      if (turn instanceof Turn) turn.ownModel = model;
      return model;
    },
  };
}

async function answerOf(
  session: KernelSession,
  { system, messages, tools = [], maxTokens, signal, model: name = "" }: CompletionRequest,
  model: KernelSession["model"],
): Promise<AssistantMessage> {
  const failed = (problem: string) => error("GANTRY_MODEL_REQUEST", { model: name, problem });
  const request = {
    model,
    system: [{ key: "system", cache: "stable" as const, text: system }],
    messages,
    tools,
    ...(maxTokens !== undefined && { maxTokens }),
  };
  for await (const event of session.stream(request, { signal: signal ?? session.scope.signal })) {
    if (event.type === "end") return event.message;
    if (event.type === "failure") throw failed(event.failure.message);
  }
  throw failed("its stream ended without an answer");
}

/** Tools, called in a session's name, on the one path of every call. */
export function createTools(): Tools {
  return {
    list: (view) => [...newest(view).tools.values()].map(({ info }) => info).filter(opened(view).mayUse),
    async call(view, { name, input, origin, isUnasked = false, signal }) {
      const session = opened(view);
      session.adoptContributions();
      const turn = new Turn(session, signal ?? session.scope.signal, () => undefined);
      turn.isUnasked = isUnasked;
      return callTool(turn, { type: "tool_use", id: `call_${newId()}`, name, input: input as never }, origin);
    },
  };
}

/** Slash commands, in a session's name. */
export function createCommands(): Commands {
  const handlerOf = async (view: SessionView, name: string) => findCommand(newest(view), name)?.handler();
  return {
    list: (view) => contributed(view, "commands").map(({ manifest, ...more }) => ({ ...manifest, ...more })),
    async run(view, name, args) {
      const handler = await handlerOf(view, name);
      return (typeof handler === "object" ? handler.run : handler)?.(args, opened(view));
    },
    async complete(view, name, args) {
      const handler = await handlerOf(view, name);
      return typeof handler === "object" ? handler.complete(args, opened(view)) : [];
    },
  };
}

/** What lies in the slots that the kernel has no use for. */
export function createSlots(): Slots {
  return {
    list: contributed,
    handler: async (view, slot, name) => newest(view)[slot].get(name)?.handler() as never,
  };
}

function contributed<S extends SlotName>(view: SessionView, slot: S): readonly Contributed<SlotManifests[S]>[] {
  const entries = [...newest(view)[slot].values()] as Entry<SlotManifests[S], unknown>[];
  return entries.map(({ name, manifest, owner }) => ({ name, manifest, plugin: owner.name }));
}

/** Forms, on the way of permission questions. */
export function createQuestions(): Questions {
  return {
    async ask(view, { form, call: about, turn, signal }) {
      const session = opened(view);
      const call: Call = Object.freeze({ id: newId(), input: {}, origin: "plugin", ...about });
      const asking = new Turn(session, signal ?? turn?.signal ?? session.scope.signal, () => undefined);
      const verdict = { decision: "ask", reason: form.message } as const;
      const answer = await putQuestion(session.generation, { call, verdict, form }, asking);
      const isEmpty = form.fields.length > 0 && !form.isForCall && answer?.decision === "allow" && !answer.values;
      return isEmpty ? undefined : answer;
    },
    beside: answerBeside,
  };
}

/** What a person may do to a turn. */
export function createTurns(): Turns {
  return { interrupt: (view) => opened(view).interrupt() };
}

/** The gates' judgement of a call that is not made. */
export function createJudge(current: () => Generation): Judge {
  return {
    async judge(session, { name, input }): Promise<Verdict> {
      const generation = session instanceof KernelSession ? session.generation : current();
      const entry = lookUp(generation, name);
      const valid = entry ? validate(entry, input) : { input };
      if ("problem" in valid) return { decision: "deny", reason: valid.problem };
      const call = {
        id: newId(),
        tool: entry?.info ?? unknownTool(name),
        input: valid.input,
        origin: "model",
      } as const;
      try {
        return await votesOn(generation, await withPlaces(call, generation, session), supposedTurn(session));
      } catch (thrown) {
        return { decision: "deny", reason: messageOf(thrown) };
      }
    },
  };
}

/** A tool nobody has, as rules may speak of it: those of other programs come and go. */
function unknownTool(name: string): ToolInfo {
  return { name, owner: "", description: "", input: { jsonSchema: {} } };
}

function supposedTurn(session: SessionView): TurnView {
  return { id: newId(), session, signal: session.scope.signal, requests: 0, continuations: 0 };
}

/** With what plugins have contributed a moment ago. */
function newest(view: SessionView): Generation {
  opened(view).adoptContributions();
  return opened(view).generation;
}

export function opened(view: SessionView): KernelSession {
  if (view instanceof KernelSession) return view;
  throw error("GANTRY_SESSION_UNKNOWN", { id: view.id });
}
