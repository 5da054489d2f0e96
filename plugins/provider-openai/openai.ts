import type { ModelCall, ModelEvent, ModelFailure, ModelInfo, ModelRequest, Provider, Setup } from "gantry/sdk";
import { keptKey, keptKeys } from "gantry/sdk/kit/kept-keys";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { type Endpoint, endpointAt, endpointOf } from "./endpoint.ts";
import type { providerOpenai } from "./index.ts";
import { knownModel, listModels, preferred } from "./models.ts";
import { findLocalServer } from "./probe.ts";
import { streamChat } from "./stream.ts";

const setup: Setup<typeof providerOpenai> = ({ config, use: { http, secrets }, host, log }) => {
  const windows = new Map<string, ModelInfo>();
  let found: { readonly endpoint: Endpoint; readonly model: string } | undefined;

  async function* stream(request: ModelRequest, call: ModelCall): AsyncGenerator<ModelEvent> {
    const endpoint = await endpointFor(call.signal);
    if (!endpoint) return yield { type: "failure", failure: NO_ENDPOINT };
    const silenceMs = config.silenceMs ?? (endpoint.isLocal ? 600_000 : 60_000);
    for await (const event of streamChat(request, call, { http, endpoint, silenceMs })) {
      if (event.type !== "failure" || event.failure.kind !== "not_found") yield event;
      else yield { ...event, failure: await withSuggestion(event.failure, request.model.id, call.signal) };
    }
  }

  async function probe(signal: AbortSignal): ReturnType<NonNullable<Provider["probe"]>> {
    const server = await findLocalServer(
      http,
      config.ports,
      AbortSignal.any([signal, AbortSignal.timeout(config.probeMs)]),
    );
    if (!server) return undefined;
    const wished = server.models.find(({ id }) => id === host.env.OPENAI_MODEL);
    const { id } = wished ?? (server.models[0] as ModelInfo);
    for (const model of server.models) windows.set(model.id, model);
    found = { endpoint: endpointAt(`${server.address}/v1`), model: id };
    log(`found ${server.title} at ${server.address}`);
    return { model: id, note: `${server.title} at ${server.address} with ${id}` };
  }

  /** The one to use by default comes first. */
  async function models(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const endpoint = await endpointFor(signal);
    if (!endpoint) return [];
    const all = await listModels(http, endpoint, signal);
    for (const model of all) if (model.contextWindow || !windows.has(model.id)) windows.set(model.id, model);
    return preferred(all, host.env.OPENAI_MODEL || (endpoint.isOpenAi ? "gpt-5" : found?.model));
  }

  /** Where the environment says, else what a probe found or finds. */
  async function endpointFor(signal: AbortSignal): Promise<Endpoint | undefined> {
    const named = endpointOf(host, await keptKey(KEY, host, secrets));
    if (named) return named;
    if (!found) await probe(signal);
    return found?.endpoint;
  }

  /** Nothing is opened for this: it is enough that there is a key. */
  function isOpenAi(): boolean {
    const key = host.env[KEY]?.trim() || (keptKeys(host.stateFolder).has(KEY) ? "kept" : undefined);
    return endpointOf(host, key)?.isOpenAi === true;
  }

  async function withSuggestion(failure: ModelFailure, model: string, signal: AbortSignal): Promise<ModelFailure> {
    const known = (await models(signal)).map(({ id }) => id);
    const meant = didYouMean(model, known).trim();
    return meant ? { ...failure, remedy: [meant, failure.remedy].filter(Boolean).join(" ") } : failure;
  }

  return {
    providers: {
      openai: {
        stream,
        probe,
        models,
        info: (id) => windows.get(id) ?? knownModel(id),
        // Without a list of models: nothing is asked of the server before the first request.
        defaultModel: () => host.env.OPENAI_MODEL || (isOpenAi() ? "gpt-5" : undefined),
      },
    },
  };
};
export default setup;

const KEY = "OPENAI_API_KEY";

const NO_ENDPOINT: ModelFailure = Object.freeze({
  kind: "auth",
  message: "No OpenAI-compatible endpoint is named, and none was found on this machine.",
  remedy: "Set OPENAI_API_KEY or OPENAI_BASE_URL, keep a key with /login, or start Ollama, LM Studio or llama.cpp.",
  isRetryable: false,
});
