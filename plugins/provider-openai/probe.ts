import type { Http, ModelInfo } from "gantry/sdk";
import { isObject } from "./answer.ts";
import { isEmbedder } from "./models.ts";

/** A server found on this machine, known by an endpoint that only this kind of server has. */
export interface LocalServer {
  readonly title: string;
  readonly address: string;
  readonly models: readonly ModelInfo[];
}

export type Ports = Readonly<Record<"ollama" | "lmStudio" | "llamaCpp", number>>;

/** Asks all three at once; the first that is what it should be, in this order, is taken. */
export async function findLocalServer(http: Http, ports: Ports, signal: AbortSignal): Promise<LocalServer | undefined> {
  const found = await Promise.all(
    KINDS.map(async ({ title, port, path, models }) => {
      const address = `http://127.0.0.1:${ports[port]}`;
      const usable = models(await getJson(http, address + path, signal));
      return usable.length ? { title, address, models: usable } : undefined;
    }),
  );
  return found.find((server) => server !== undefined);
}

interface Kind {
  readonly title: string;
  readonly port: keyof Ports;
  /** An endpoint of this kind of server alone. */
  readonly path: string;
  /** Its models for conversation, the loaded ones first; none when the body is not that server's. */
  readonly models: (body: unknown) => readonly ModelInfo[];
}

const KINDS: readonly Kind[] = [
  {
    title: "Ollama",
    port: "ollama",
    path: "/api/tags",
    models: (body) =>
      listIn(body, "models")
        .filter((model) => typeof model.digest === "string" && !isEmbedder(String(model.name)))
        .flatMap((model) => known(model.name)),
  },
  {
    title: "LM Studio",
    port: "lmStudio",
    path: "/api/v0/models",
    models: (body) =>
      listIn(body, "data")
        .filter((model) => typeof model.state === "string" && (model.type === "llm" || model.type === "vlm"))
        .sort((a, b) => Number(b.state === "loaded") - Number(a.state === "loaded"))
        .flatMap((model) => known(model.id, model.loaded_context_length ?? model.max_context_length)),
  },
  {
    title: "llama.cpp",
    port: "llamaCpp",
    path: "/props",
    models: (body) => {
      if (!isObject(body) || typeof body.total_slots !== "number") return [];
      const settings = body.default_generation_settings;
      const path = typeof body.model_path === "string" ? body.model_path : "";
      const name = body.model_alias || path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
      return isObject(settings) ? known(name, settings.n_ctx) : [];
    },
  },
];

/** One model, unless its name is none that could be asked for or shown. */
function known(id: unknown, contextWindow?: unknown): ModelInfo[] {
  if (typeof id !== "string" || !/^[\x21-\x7e]{1,200}$/.test(id)) return [];
  return [{ id, ...(typeof contextWindow === "number" && contextWindow > 0 && { contextWindow }) }];
}

function listIn(body: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isObject(body) ? body[key] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Nothing there, too late, or no JSON: for a probe all the same. */
async function getJson(http: Http, url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await http.request({ method: "GET", url, signal });
    return response.status === 200 ? JSON.parse(await response.text(1024 * 1024)) : void response.body.destroy();
  } catch {
    return undefined;
  }
}
