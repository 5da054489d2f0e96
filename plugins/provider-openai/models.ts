import type { Http, ModelInfo } from "gantry/sdk";
import { isObject } from "./answer.ts";
import { type Endpoint, headersFor } from "./endpoint.ts";

/** The models an endpoint offers; none when it does not tell. */
export async function listModels(http: Http, endpoint: Endpoint, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  try {
    const response = await http.request({
      method: "GET",
      url: `${endpoint.baseUrl}/models`,
      headers: headersFor(endpoint),
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    const body: unknown = JSON.parse(await response.text(4 * 1024 * 1024));
    const list = isObject(body) && response.status === 200 && Array.isArray(body.data) ? body.data : [];
    return list.filter(isObject).flatMap(modelOf);
  } catch {
    return [];
  }
}

function modelOf(model: Readonly<Record<string, unknown>>): readonly ModelInfo[] {
  if (typeof model.id !== "string") return [];
  const contextWindow = [model.max_model_len, model.context_length, model.max_context_length].find(
    (tokens) => typeof tokens === "number" && tokens > 0,
  );
  return [{ id: model.id, ...(contextWindow !== undefined && { contextWindow: contextWindow as number }) }];
}

/** The wished model first, what is no model for conversation last; a wished one counts even if nobody lists it. */
export function preferred(models: readonly ModelInfo[], wished: string | undefined): readonly ModelInfo[] {
  const rank = ({ id }: ModelInfo) => (id === wished ? 0 : isEmbedder(id) ? 2 : 1);
  const sorted = [...models].sort((a, b) => rank(a) - rank(b));
  return wished && !models.some(({ id }) => id === wished) ? [{ id: wished }, ...sorted] : sorted;
}

/** The first name that an id begins with counts. */
const KNOWN: readonly (readonly [prefix: string, contextWindow: number, maxOutputTokens: number])[] = [
  ["gpt-5-chat", 128_000, 16_384],
  ["gpt-5", 400_000, 128_000],
  ["gpt-4.1", 1_047_576, 32_768],
  ["gpt-4o", 128_000, 16_384],
  ["o4-mini", 200_000, 100_000],
  ["o3", 200_000, 100_000],
];

export function knownModel(id: string): ModelInfo | undefined {
  const known = KNOWN.find(([prefix]) => id.startsWith(prefix));
  return known && { id, contextWindow: known[1], maxOutputTokens: known[2] };
}

/** By its name: whether a model turns text into numbers or sound, not into answers. */
export function isEmbedder(name: string): boolean {
  return /embed|\bbge\b|\be5\b|rerank|whisper|moderation|\btts\b|dall-e|image|realtime|transcribe/i.test(name);
}
