import type { ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { type ModelEvent, text } from "gantry/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Asked, freePort, http, serve, sse } from "./fixtures/server.ts";
import { providerOpenai } from "./index.ts";
import setup from "./openai.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

let nobody: number;
beforeEach(async () => {
  nobody = await freePort();
});

/** The provider with the given servers on this machine, and nobody on the other ports. */
async function beside(
  ports: Partial<Record<"ollama" | "lmStudio" | "llamaCpp", number>>,
  env: Record<string, string> = {},
  // A busy machine must not make a test fail.
  probeMs = 8000,
) {
  const all = { ollama: nobody, lmStudio: nobody, llamaCpp: nobody, ...ports };
  const config = { ...providerOpenai.config().parse({ ports: all }), probeMs };
  const { providers } = await setup({ config, use: { http }, host: { env }, log: () => {} } as never);
  const { probe, ...rest } = providers.openai;
  return { ...rest, probe: (signal = new AbortController().signal) => probe?.(signal) };
}

async function server(answer: (asked: Asked, response: ServerResponse) => void | Promise<void>) {
  const made = await serve(answer);
  cleanups.push(made.close);
  return made;
}

/** Answers these paths with these bodies, and all else with 404. */
const paths = (bodies: Record<string, unknown>) => (asked: Asked, response: ServerResponse) => {
  const body = bodies[asked.path];
  if (asked.path === "/v1/chat/completions") {
    sse(response, [{ id: "1", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] }]);
  } else response.writeHead(body ? 200 : 404).end(JSON.stringify(body ?? { error: "not found" }));
};

const OLLAMA = {
  "/api/tags": {
    models: [
      { name: "nomic-embed-text:latest", digest: "1" },
      { name: "llama3.2:3b", digest: "2" },
      { name: "qwen3:8b", digest: "3" },
    ],
  },
};
const LM_STUDIO = {
  "/api/v0/models": {
    data: [
      { id: "text-embedding", type: "embeddings", state: "loaded" },
      { id: "cold", type: "llm", state: "not-loaded", max_context_length: 4096 },
      { id: "warm", type: "vlm", state: "loaded", max_context_length: 8192, loaded_context_length: 2048 },
    ],
  },
};
const LLAMA_CPP = {
  "/props": { total_slots: 1, model_path: "/models/tiny.gguf", default_generation_settings: { n_ctx: 4096 } },
};

test("Ollama is found, with a model that converses", async () => {
  const { port } = await server(paths(OLLAMA));
  const { probe } = await beside({ ollama: port });
  expect(await probe()).toEqual({
    model: "llama3.2:3b",
    note: `Ollama at http://127.0.0.1:${port} with llama3.2:3b`,
  });
});

test("LM Studio is found, with the model it has loaded", async () => {
  const { probe, info } = await beside({ lmStudio: (await server(paths(LM_STUDIO))).port });
  expect((await probe())?.model).toBe("warm");
  expect(info?.("warm")?.contextWindow).toBe(2048);
});

test("llama.cpp is found, with the model it was started with", async () => {
  const { probe, info } = await beside({ llamaCpp: (await server(paths(LLAMA_CPP))).port });
  expect((await probe())?.model).toBe("tiny.gguf");
  expect(info?.("tiny.gguf")?.contextWindow).toBe(4096);
});

test("OPENAI_MODEL chooses among the models of the server found", async () => {
  const { port } = await server(paths(OLLAMA));
  const wishing = (OPENAI_MODEL: string) => beside({ ollama: port }, { OPENAI_MODEL });
  expect((await (await wishing("qwen3:8b")).probe())?.model).toBe("qwen3:8b");
  expect((await (await wishing("not-there")).probe())?.model).toBe("llama3.2:3b");
});

test("requests go to the server that was found, without a key", async () => {
  const found = await server(paths(OLLAMA));
  const { probe, stream } = await beside({ ollama: found.port });
  await probe();
  const events: ModelEvent[] = [];
  const request = {
    model: { provider: "openai", id: "llama3.2:3b" },
    system: [],
    messages: [{ role: "user", content: [text("Hi")] } as const],
    tools: [],
  };
  for await (const event of stream(request, { signal: new AbortController().signal })) events.push(event);
  expect(events.at(-1)).toMatchObject({ type: "end", message: { content: [text("Hi")] } });
  expect(found.asked.at(-1)).toMatchObject({ path: "/v1/chat/completions" });
  expect(found.asked.at(-1)?.headers.authorization).toBeUndefined();
});

test("other programs on these ports are told nothing and never taken", async () => {
  const strangers = [
    paths({ "/api/tags": [], "/props": {}, "/api/v0/models": {} }),
    paths({
      "/api/tags": { models: [{ name: "x" }] },
      "/api/v0/models": { data: [{ id: "gpt" }] },
      "/props": { total_slots: 1 },
    }),
    (_: Asked, response: ServerResponse) => void response.end("<html>Jenkins</html>"),
    (_: Asked, response: ServerResponse) => void response.writeHead(302, { location: "/login" }).end(),
    (_: Asked, response: ServerResponse) => void response.end('{"models":[{"digest":"1","name":"a\\u001b[2Jb"}]}'),
  ];
  for (const stranger of strangers) {
    const { port, asked } = await server(stranger);
    const { probe } = await beside({ ollama: port, lmStudio: port, llamaCpp: port });
    expect(await probe()).toBeUndefined();
    expect(asked.every(({ method, body }) => method === "GET" && body === "")).toBe(true);
  }
});

test("a server without a model is no help", async () => {
  const { probe } = await beside({ ollama: (await server(paths({ "/api/tags": { models: [] } }))).port });
  expect(await probe()).toBeUndefined();
});

test("a server that never answers does not keep the others from being found", async () => {
  const silent = createTcpServer(() => {}).listen(0, "127.0.0.1");
  cleanups.push(async () => void silent.close());
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as { port: number };
  const { probe } = await beside({ ollama: port, llamaCpp: (await server(paths(LLAMA_CPP))).port }, {}, 1500);
  expect((await probe())?.model).toBe("tiny.gguf");
});

test("without an endpoint, a request looks for a server first and else says what to do", async () => {
  const { stream } = await beside({});
  const events: ModelEvent[] = [];
  const request = { model: { provider: "openai", id: "x" }, system: [], messages: [], tools: [] };
  for await (const event of stream(request, { signal: new AbortController().signal })) events.push(event);
  expect(events).toEqual([
    { type: "failure", failure: expect.objectContaining({ kind: "auth", remedy: expect.stringContaining("Ollama") }) },
  ]);
});

test("an endpoint of the environment is never replaced by one that is found", async () => {
  const named = await server(paths({}));
  const { stream, probe } = await beside(
    { ollama: (await server(paths(OLLAMA))).port },
    { OPENAI_BASE_URL: named.url },
  );
  await probe();
  const request = { model: { provider: "openai", id: "x" }, system: [], messages: [], tools: [] };
  for await (const event of stream(request, { signal: new AbortController().signal })) void event;
  expect(named.asked).toHaveLength(1);
});
