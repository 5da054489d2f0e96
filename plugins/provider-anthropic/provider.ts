import type { MessageTokensCount } from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelInfo as RemoteModel } from "@anthropic-ai/sdk/resources/models";
import type { HttpResponse, ModelCall, ModelEvent, ModelInfo, ModelRequest, Setup } from "gantry/sdk";
import { keptKey } from "gantry/sdk/kit/kept-keys";
import { createAnswer } from "./answer.ts";
import { BETAS, betasIn } from "./betas.ts";
import { type Body, createBodyWriter } from "./body.ts";
import { Client } from "./client.ts";
import { failureOf, refusesThinking } from "./failure.ts";
import type { providerAnthropic } from "./index.ts";
import { claudeModel, FAST_MODE, isFast, MODELS } from "./models.ts";
import { rateLimitsIn } from "./rate-limits.ts";
import { readAnswer } from "./read.ts";

const setup: Setup<typeof providerAnthropic> = ({ config, use, host, log }) => {
  const { cache, maxTokens, taskBudget, thinkingDisplay: display } = config;
  const { known, unknown } = betasIn(config);
  const client = new Client(use.http, host, known, () => keptKey("ANTHROPIC_API_KEY", host, use.secrets));
  const bodies = createBodyWriter({ cache, maxTokens, taskBudget, display });
  const listed = new Map<string, ModelInfo>();

  let rateLimits: ModelInfo["rateLimits"];
  let isTold = unknown.length === 0;

  async function* stream(request: ModelRequest, { signal, turn }: ModelCall): AsyncGenerator<ModelEvent> {
    if (!isTold && turn) {
      isTold = true;
      const text = `Not asked of the API: ${unknown.join(", ")}. Gantry knows the beta features ${BETAS.join(", ")}.`;
      turn.session.notify({ level: "warning", plugin: "provider-anthropic", text });
    }
    const answer = createAnswer(request.model.id);
    try {
      const response = await open(request, signal);
      rateLimits = rateLimitsIn(response.headers) ?? rateLimits;
      yield* readAnswer(response, answer);
    } catch (error) {
      const failure = failureOf(error, signal, client.secrets);
      const { usage } = answer;
      yield { type: "failure", failure, ...(usage && { usage }) };
    }
  }

  /** A compaction changes what came before some thinking, which then may be refused: once more without it. */
  async function open(request: ModelRequest, signal: AbortSignal): Promise<HttpResponse> {
    try {
      return await client.send("/v1/messages", bodies.create(request), signal, isFast(request) ? FAST_MODE : undefined);
    } catch (error) {
      if (!refusesThinking(error) || !bodies.dropThinking(request.messages)) throw error;
      log("the server refused earlier thinking; it is left out from now on");
      return client.send("/v1/messages", bodies.create(request), signal, isFast(request) ? FAST_MODE : undefined);
    }
  }

  async function countTokens(request: ModelRequest, { signal }: ModelCall): Promise<number | undefined> {
    const count = await ask<MessageTokensCount>("/v1/messages/count_tokens", bodies.count(request), signal);
    return typeof count?.input_tokens === "number" ? count.input_tokens : undefined;
  }

  /** The models that the key may use; those known anyway when the server does not say. */
  async function models(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const page = await ask<{ data?: readonly RemoteModel[] }>("/v1/models?limit=1000", undefined, signal);
    if (!Array.isArray(page?.data)) return MODELS;
    for (const model of page.data as readonly RemoteModel[]) listed.set(model.id, fromRemote(model));
    return [...listed.values()];
  }

  /** A small question with a small answer; `undefined` when there is none, which the log says. */
  async function ask<T>(path: string, body: Body | undefined, signal: AbortSignal): Promise<T | undefined> {
    try {
      const response = await client.send(path, body, signal);
      return JSON.parse(await response.text()) as T;
    } catch (error) {
      log(`${path}: ${failureOf(error, signal, client.secrets).message}`);
      return undefined;
    }
  }

  const info = (id: string): ModelInfo | undefined => {
    const known = listed.get(id) ?? claudeModel(id);
    return known && rateLimits ? { ...known, rateLimits } : known;
  };
  return { providers: { anthropic: { stream, countTokens, models, info } } };
};

function fromRemote(model: RemoteModel): ModelInfo {
  return {
    id: model.id,
    title: model.display_name,
    ...(model.max_input_tokens && { contextWindow: model.max_input_tokens }),
    ...(model.max_tokens && { maxOutputTokens: model.max_tokens }),
  };
}

export default setup;
