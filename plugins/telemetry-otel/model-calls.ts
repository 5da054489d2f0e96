/** Requests to models, those of plugins too: seen from outside of everything that is wrapped around the way to the model. */
import type { Attributes } from "@opentelemetry/api";
import type {
  AssistantMessage,
  Meter,
  ModelCall,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  SessionView,
  StreamFunction,
  Usage,
} from "gantry/sdk";
import type { Emit } from "./emit.ts";
import { stateOf } from "./state.ts";

export interface ModelCallParts {
  readonly emit: Emit;
  readonly meter: Meter | undefined;
  /** Does the work, and keeps a mistake in it from whoever waits for the model. */
  readonly safely: (work: () => void) => void;
}

/** A stream function that tells of every request. */
export function watchModel(stream: StreamFunction, session: SessionView, parts: ModelCallParts): StreamFunction {
  return async function* watched(request, call) {
    let seen: ReturnType<typeof beginCall> | undefined;
    parts.safely(() => {
      seen = beginCall(request, call, session, parts);
    });
    try {
      for await (const event of stream(request, call)) {
        parts.safely(() => seen?.saw(event));
        yield event;
      }
    } finally {
      parts.safely(() => seen?.end());
    }
  };
}

function beginCall(request: ModelRequest, { turn }: ModelCall, session: SessionView, { emit, meter }: ModelCallParts) {
  const { provider, id } = request.model;
  const parent = turn && stateOf(session).turn?.span;
  const startMs = emit.now();
  const span = emit.begin(session, `chat ${id}`, { parent, startMs, isRequest: true });
  const common: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": id,
  };
  const ofEvents: Attributes = {
    ...common,
    "gantry.request.source": turn ? "turn" : "plugin",
    "gantry.prompt.id": turn?.id,
  };
  let retries = 0;
  let firstMs: number | undefined;
  let isEnded = false;

  function saw(event: ModelEvent): void {
    if (event.type === "retry") {
      retries++;
      failed(event.failure, event.attempt);
    } else if (event.type === "end") answered(event.message);
    else if (event.type === "failure") gaveUp(event.failure, event.usage);
    else if (event.type !== "start") firstMs ??= emit.now() - startMs;
  }

  function answered({ id: responseId, model, usage, stop_reason }: AssistantMessage): void {
    const costUsd = meter?.costOf(`${provider}/${model}`, usage) ?? meter?.costOf(`${provider}/${id}`, usage);
    const response: Attributes = {
      "gen_ai.response.id": responseId,
      "gen_ai.response.model": model,
      "gen_ai.response.finish_reasons": [stop_reason],
      ...usageOf(usage),
    };
    close({ ...response, "gantry.cost_usd": costUsd });
    countTokens(usage, model);
    const ofModel = { "gen_ai.request.model": id, "gen_ai.response.model": model };
    if (costUsd !== undefined) emit.count(session, "gantry.cost.usage", costUsd, ofModel);
    const figures = {
      ...response,
      cost_usd: costUsd,
      duration_ms: Math.round(emit.now() - startMs),
      attempts: retries + 1,
    };
    emit.event(session, "api_request", { ...ofEvents, ...figures }, span);
    if (stop_reason === "refusal")
      emit.event(session, "api_refusal", { ...ofEvents, "gen_ai.response.id": responseId }, span);
  }

  function gaveUp(failure: ModelFailure, usage: Usage | undefined): void {
    close(
      { "error.type": failure.kind, "http.response.status_code": failure.status, ...(usage && usageOf(usage)) },
      failure.kind,
    );
    if (usage) countTokens(usage, id);
    if (failure.kind === "aborted") return;
    failed(failure, retries + 1);
    if (retries === 0) return;
    const figures = {
      "error.type": failure.kind,
      attempts: retries + 1,
      duration_ms: Math.round(emit.now() - startMs),
    };
    emit.event(session, "api_retries_exhausted", { ...ofEvents, ...figures }, span);
  }

  /** What a provider says of a failure may quote the request, so only its kind is sent. */
  function failed({ kind, status, code }: ModelFailure, attempt: number): void {
    const what = { "error.type": kind, "http.response.status_code": status, "error.code": code, attempt };
    emit.event(session, "api_error", { ...ofEvents, ...what }, span);
  }

  function countTokens(usage: Usage, model: string): void {
    const ofModel = { "gen_ai.request.model": id, "gen_ai.response.model": model };
    const add = (type: string, tokens: number) =>
      emit.count(session, "gantry.token.usage", tokens, { ...ofModel, type });
    add("input", usage.input_tokens);
    add("output", usage.output_tokens);
    add("cacheRead", usage.cache_read_input_tokens);
    add("cacheCreation", usage.cache_creation_input_tokens);
    const note = (type: string, tokens: number) =>
      emit.count(session, "gen_ai.client.token.usage", tokens, { ...common, ...ofModel, "gen_ai.token.type": type });
    note("input", inputOf(usage));
    note("output", usage.output_tokens);
  }

  function close(attributes: Attributes, failure?: string): void {
    if (isEnded) return;
    isEnded = true;
    const endMs = emit.now();
    emit.end(span, {
      endMs,
      attributes: {
        ...common,
        "gen_ai.request.max_tokens": request.maxTokens,
        "gantry.attempts": retries + 1,
        "gantry.time_to_first_token_ms": firstMs && Math.round(firstMs),
        ...attributes,
      },
      isError: failure !== undefined && failure !== "aborted",
    });
    const seconds = (endMs - startMs) / 1_000;
    emit.count(session, "gen_ai.client.operation.duration", seconds, { ...common, "error.type": failure });
  }

  return { saw, end: () => close({ "error.type": "aborted" }, "aborted") };
}

/** By the conventions, what was read from a cache and written to it is part of the input. */
function inputOf({ input_tokens, cache_read_input_tokens, cache_creation_input_tokens }: Usage): number {
  return input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}

function usageOf(usage: Usage): Attributes {
  return {
    "gen_ai.usage.input_tokens": inputOf(usage),
    "gen_ai.usage.output_tokens": usage.output_tokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cache_read_input_tokens,
    "gen_ai.usage.cache_creation.input_tokens": usage.cache_creation_input_tokens,
  };
}
