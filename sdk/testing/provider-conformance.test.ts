import { get, type IncomingMessage } from "node:http";
import type { ModelEvent, StreamFunction } from "gantry/sdk";
import {
  createTestKernel,
  loopbackServer,
  type ProviderScenario,
  providerConformance,
  type ScriptedAnswer,
  scriptedModel,
} from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";

const ANSWERS: Partial<Record<ProviderScenario, ScriptedAnswer>> = {
  text: { text: "Hello." },
  calls: {
    calls: [
      { name: "Read", input: { file_path: "a" } },
      { name: "Read", input: { file_path: "b" } },
    ],
  },
  refused: { failure: { kind: "auth", remedy: "Give it a key." } },
  rate_limit: { failure: { kind: "rate_limit", isRetryable: true, retryAfterMs: 7_000 } },
  silent: { after: new Promise(() => {}) },
};

const REQUEST = { model: { provider: "scripted", id: "script" } };

async function make(scenario: ProviderScenario) {
  const answer = ANSWERS[scenario] as ScriptedAnswer;
  const kernel = await createTestKernel({ plugins: [], model: scriptedModel([answer, answer]) });
  return { provider: await kernel.provider("scripted"), request: REQUEST, dispose: kernel.close };
}

describe("a scripted model", () => {
  const scenarios = Object.keys(ANSWERS) as ProviderScenario[];
  for (const { name, run } of providerConformance(make, scenarios)) it(name, run);
});

// Side by side, since some wait until patience ends.
describe.concurrent("the kit for providers", () => {
  /** Which checks a provider fails that takes a good answer and spoils it. */
  async function failing(scenario: ProviderScenario, spoil: (stream: StreamFunction) => StreamFunction) {
    const spoilt = async () => {
      const { provider, ...rest } = await make(scenario);
      return { ...rest, provider: { ...provider, stream: spoil(provider.stream) } };
    };
    return failedOf(providerConformance(spoilt, [scenario]));
  }
  /** Changes the events of a stream. */
  const events = (change: (event: ModelEvent) => readonly ModelEvent[]) => (stream: StreamFunction) =>
    async function* (...asked: Parameters<StreamFunction>) {
      for await (const event of stream(...asked)) yield* change(event);
    };
  const message = (change: object) =>
    events((event) => [event.type === "end" ? { ...event, message: { ...event.message, ...change } } : event]);

  it("finds nothing to say against a good one", async () => {
    expect(await failing("text", (stream) => stream)).toEqual([]);
  });

  it.each<[string, ProviderScenario, (stream: StreamFunction) => StreamFunction]>([
    [
      "throws",
      "refused",
      () => () => {
        throw new Error("refused");
      },
    ],
    [
      "rejects",
      "refused",
      events(() => {
        throw new Error("refused");
      }),
    ],
    ["just stops", "text", events((event) => (event.type === "end" ? [] : [event]))],
    ["ends twice", "text", events((event) => (event.type === "end" ? [event, event] : [event]))],
    [
      "goes on after its end",
      "text",
      events((event) => (event.type === "end" ? [event, { type: "text", text: "x" }] : [event])),
    ],
    ["begins twice", "text", events((event) => (event.type === "start" ? [event, event] : [event]))],
    ["does not begin", "text", events((event) => (event.type === "start" ? [] : [event]))],
    [
      "says one thing and means another",
      "text",
      events((event) => (event.type === "text" ? [{ ...event, text: "Bye." }] : [event])),
    ],
    ["counts below zero", "text", message({ usage: { input_tokens: -1, output_tokens: 0 } })],
    ["wants tools that it does not call", "text", message({ stop_reason: "tool_use" })],
    [
      "gives two calls one id",
      "calls",
      message({
        content: [
          { type: "tool_use", id: "a", name: "Read", input: {} },
          { type: "tool_use", id: "a", name: "Read", input: {} },
        ],
      }),
    ],
    [
      "gives an input as text",
      "calls",
      message({ content: [{ type: "tool_use", id: "a", name: "Read", input: "{}" }] }),
    ],
    [
      "hides that it waits",
      "rate_limit",
      events((event) =>
        event.type === "failure" ? [{ ...event, failure: { ...event.failure, retryAfterMs: 1 } }] : [event],
      ),
    ],
    [
      "takes an abort for a failure of the server",
      "silent",
      events((event) =>
        event.type === "failure" ? [{ ...event, failure: { ...event.failure, kind: "server" } }] : [event],
      ),
    ],
  ])("finds a provider that %s", async (_, scenario, spoil) => {
    expect(await failing(scenario, spoil)).not.toEqual([]);
  });

  it("finds a provider that writes into the request", async () => {
    const failed = await failing("text", (stream) => (request, call) => {
      (request.messages as unknown[]).push({ role: "user", content: [] });
      return stream(request, call);
    });
    expect(failed).toContain(
      "text: sends a conversation with calls, results, pictures and thinking, and changes nothing in it",
    );
  });

  it("finds a provider that keeps listening to the signal", async () => {
    const failed = await failing("text", (stream) => (request, call) => {
      call.signal.addEventListener("abort", () => {});
      return stream(request, call);
    });
    expect(failed).toEqual(["text: lets go of the request and its signal when the answer is whole"]);
  });

  it("finds a provider that does not stop when it is aborted", async () => {
    const failed = await failing(
      "silent",
      (stream) => (request) => stream(request, { signal: new AbortController().signal }),
    );
    expect(failed).toEqual(["silent: ends at once when it is aborted before the answer begins"]);
  });

  it("finds a provider that does not hang up", async () => {
    const stuck = async () => {
      const server = await loopbackServer((_, response) => {
        response.writeHead(200);
        response.write("Hel");
      });
      const stream: StreamFunction = async function* (_, { signal }) {
        const response = await new Promise<IncomingMessage>((resolve) => get(server.url, resolve));
        yield { type: "start", id: "m", model: "m" };
        await new Promise(
          (resolve) => response.once("close", resolve).resume() && signal.addEventListener("abort", resolve),
        );
        yield {
          type: "failure",
          failure: { kind: "aborted", message: "The request was aborted.", isRetryable: false },
        };
      };
      return { provider: { stream }, request: REQUEST, server, dispose: server.close };
    };
    const failed = await failedOf(providerConformance(stuck, ["stalled"]));
    expect(failed).toEqual([
      "stalled: ends at once when it is aborted in the middle of the answer",
      "stalled: hangs up when nobody reads on",
    ]);
  });
});

async function failedOf(checks: ReturnType<typeof providerConformance>): Promise<string[]> {
  const failed = await Promise.all(
    checks.map(({ name, run }) =>
      run().then(
        () => [],
        () => [name],
      ),
    ),
  );
  return failed.flat();
}
