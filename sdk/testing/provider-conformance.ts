import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type FailureKind,
  type ModelFailure,
  type ModelRequest,
  NO_USAGE,
  type Provider,
  type TurnView,
} from "gantry/sdk";
import type { ConformanceCheck } from "./conformance.ts";
import {
  answerOf,
  badInputsOf,
  CONVERSATION,
  callsIn,
  failureOf,
  gather,
  isSentence,
  LIMIT_MS,
  released,
  requestOf,
  said,
  soon,
  streamedInputs,
  streamOf,
  textIn,
} from "./provider-asking.ts";

/**
 * What the model, or the server in its place, does when it is asked:
 *
 * - `text`: says something and stops by itself;
 * - `calls`: calls `Read`, twice at once where it can;
 * - `bad_input`: calls `Read` twice, the input of the first cut off in the middle;
 * - `max_tokens`: reaches its output limit in the middle of a call;
 * - `refused`: does not take the key; `unknown_model`: does not know the model;
 * - `rate_limit`: asks to come back after 7 seconds;
 * - `unreachable`: is not there at all;
 * - `cut_off`: hangs up in the middle of its answer; `garbage`: sends what is no answer;
 * - `silent`: takes the request and never answers; `stalled`: begins to answer and never goes on.
 *
 * @example
 * const withoutTools = PROVIDER_SCENARIOS.filter((scenario) => scenario !== "calls" && scenario !== "bad_input");
 */
export const PROVIDER_SCENARIOS = Object.freeze([
  "text",
  "calls",
  "bad_input",
  "max_tokens",
  "refused",
  "unknown_model",
  "rate_limit",
  "unreachable",
  "cut_off",
  "garbage",
  "silent",
  "stalled",
] as const);
/** One of {@link PROVIDER_SCENARIOS}. */
export type ProviderScenario = (typeof PROVIDER_SCENARIOS)[number];

/** A provider, and what it speaks to. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** What the request says beyond, or in place of, what the kit asks: at least the model. */
  readonly request: Partial<ModelRequest> & Pick<ModelRequest, "model">;
  /** For a provider that looks at the turn. */
  readonly turn?: TurnView;
  /** Where there is a server: when it has the request, and when nothing is under way any more. */
  readonly server?: { asked(): Promise<void>; released(): Promise<void> };
  /** What no failure may show, such as the key. */
  readonly secrets?: readonly string[];
  readonly dispose: () => void | Promise<void>;
}

/**
 * What every model provider has to keep, for any test runner. `make` brings the provider about, with a model that does as the
 * scenario says; name the scenarios where a model cannot do all of them.
 *
 * @example
 * const providerKit = providerConformance(async (scenario) => {
 *   const model = scriptedModel([scenario === "text" ? { text: "Hello." } : { calls: [{ name: "Read", input: {} }] }]);
 *   const kernel = await createTestKernel({ plugins: [], model });
 *   const request = { model: { provider: "scripted", id: "script" } };
 *   return { provider: await kernel.provider("scripted"), request, dispose: kernel.close };
 * }, ["text", "calls"]);
 * for (const { name, run } of providerKit) test(name, run);
 */
export function providerConformance(
  make: (scenario: ProviderScenario) => Promise<ProviderUnderTest>,
  scenarios: readonly ProviderScenario[] = PROVIDER_SCENARIOS,
): readonly ConformanceCheck[] {
  return CHECKS.filter(({ scenario }) => scenarios.includes(scenario)).map(({ scenario, name, check }) => ({
    name: `${scenario}: ${name}`,
    async run() {
      const subject = await make(scenario);
      try {
        await check(subject);
      } finally {
        await subject.dispose();
      }
    },
  }));
}

interface Check {
  readonly scenario: ProviderScenario;
  readonly name: string;
  readonly check: (subject: ProviderUnderTest) => Promise<void>;
}

const promise = (scenario: ProviderScenario, name: string, check: Check["check"]): Check => ({ scenario, name, check });

const CHECKS: readonly Check[] = [
  promise(
    "text",
    "begins once, then gives deltas, then the whole answer, which is what the deltas said",
    async (subject) => {
      const events = await gather(subject);
      const message = answerOf(events);
      const [start] = events;
      assert.ok(start?.type === "start", `the first event is ${start?.type}`);
      assert.deepEqual([start.id, start.model], [message.id, message.model]);
      assert.ok(message.id, "the answer has no id");
      assert.equal(said(events, "text"), textIn(message), "the deltas say something else than the message");
      assert.ok(textIn(message), "the answer is empty");
      assert.equal(message.stop_reason, "end_turn");
    },
  ),

  promise("text", "counts tokens: whole numbers, none below zero, none missing", async (subject) => {
    const { usage } = answerOf(await gather(subject));
    for (const name of Object.keys(NO_USAGE) as (keyof typeof NO_USAGE)[]) {
      assert.ok(Number.isInteger(usage[name]) && (usage[name] ?? -1) >= 0, `${name} is ${usage[name]}`);
    }
  }),

  promise(
    "text",
    "sends a conversation with calls, results, pictures and thinking, and changes nothing in it",
    async (subject) => {
      const asked = { ...requestOf(subject), messages: CONVERSATION };
      const before = structuredClone(asked);
      answerOf(await gather(subject, { request: asked }));
      assert.deepEqual(asked, before);
    },
  ),

  promise("text", "keeps two requests at once apart", async (subject) => {
    const [one, other] = await Promise.all([gather(subject), gather(subject)]);
    assert.equal(said(one, "text"), textIn(answerOf(one)));
    assert.equal(said(other, "text"), textIn(answerOf(other)));
  }),

  promise("text", "lets go of the request and its signal when the answer is whole", async (subject) => {
    const { signal } = new AbortController();
    answerOf(await gather(subject, { signal }));
    await released(subject);
    const isListening = () => getEventListeners(signal, "abort").length > 0;
    const until = performance.now() + LIMIT_MS;
    while (isListening() && performance.now() < until) await nextTurn();
    assert.ok(!isListening(), "something still listens to the signal");
  }),

  promise("text", "survives that nobody reads on", async (subject) => {
    for await (const _ of streamOf(subject)) break;
    await released(subject);
    answerOf(await gather(subject));
  }),

  promise("text", "asks nobody when it is aborted before it begins", async (subject) => {
    const failure = failureOf(await gather(subject, { signal: AbortSignal.abort() }));
    assert.equal(failure.kind, "aborted");
  }),

  promise(
    "text",
    "says what it knows of a model without asking anybody, also of one that there is not",
    async ({ provider, request }) => {
      for (const id of [request.model.id, "no-such-model", ""]) {
        const info = provider.info?.(id);
        assert.ok(!(info instanceof Promise), "info gives a promise");
        const window = info?.contextWindow;
        assert.ok(window === undefined || window > 0, `the context window of "${id}" is ${window}`);
      }
    },
  ),

  promise("calls", "gives each call an id of its own, a name and its input, as it was streamed", async (subject) => {
    const events = await gather(subject);
    const message = answerOf(events);
    const calls = callsIn(message);
    assert.ok(calls.length, "there is no call in the answer");
    assert.equal(message.stop_reason, "tool_use");
    assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length, "two calls have one id");
    for (const { id, name, input } of calls) {
      assert.ok(id && name, "a call has no id or no name");
      assert.ok(typeof input === "object" && input !== null && !Array.isArray(input), "an input is no object");
    }
    for (const [id, json] of streamedInputs(events)) {
      const call = calls.find((one) => one.id === id);
      assert.ok(call, `a call ${id} was streamed that is not in the answer`);
      assert.deepEqual(JSON.parse(json || "{}"), call.input);
    }
    assert.deepEqual(badInputsOf(events), {});
  }),

  promise(
    "bad_input",
    "reports a call whose input is not whole, by its id, and leaves the others as they are",
    async (subject) => {
      const events = await gather(subject);
      const [bad, good, ...more] = callsIn(answerOf(events));
      assert.ok(bad && good && !more.length, "the answer does not have the two calls");
      assert.deepEqual(bad.input, {}, "a broken input was mended");
      const reasons = badInputsOf(events);
      assert.deepEqual(Object.keys(reasons), [bad.id]);
      isSentence(reasons[bad.id]);
      assert.notDeepEqual(good.input, {});
    },
  ),

  promise("max_tokens", "says that the limit was reached, and lets no call that it cut off run", async (subject) => {
    const events = await gather(subject);
    const message = answerOf(events);
    assert.equal(message.stop_reason, "max_tokens");
    for (const { id } of callsIn(message)) isSentence(badInputsOf(events)[id]);
  }),

  ...fails("refused", "fails with what to do about the key", ["auth"], (failure) => {
    assert.equal(failure.isRetryable, false);
    isSentence(failure.remedy);
  }),
  ...fails("unknown_model", "fails, and says that there is no such model", ["not_found"], (failure) =>
    assert.equal(failure.isRetryable, false),
  ),
  ...fails("rate_limit", "fails, and says when to come back", ["rate_limit"], (failure) => {
    assert.equal(failure.isRetryable, true);
    assert.equal(failure.retryAfterMs, 7_000);
  }),
  ...fails("unreachable", "fails in a way that may pass", ["network"], (failure) =>
    assert.equal(failure.isRetryable, true),
  ),
  ...fails("cut_off", "takes no part of an answer for the whole", ["network", "protocol"], (failure) =>
    assert.equal(failure.isRetryable, true),
  ),
  ...fails("garbage", "fails where it cannot read the answer", ["protocol"], () => undefined),

  promise("silent", "ends at once when it is aborted before the answer begins", async (subject) => {
    const stop = new AbortController();
    const gathering = gather(subject, { signal: stop.signal });
    await soon(Promise.race([gathering, subject.server?.asked()]), "the request did not arrive");
    stop.abort();
    assert.equal(failureOf(await gathering).kind, "aborted");
    await released(subject);
  }),

  promise("stalled", "ends at once when it is aborted in the middle of the answer", async (subject) => {
    const stop = new AbortController();
    const events = await gather(subject, { signal: stop.signal, onFirst: () => setImmediate(() => stop.abort()) });
    assert.equal(failureOf(events).kind, "aborted");
    await released(subject);
  }),

  promise("stalled", "hangs up when nobody reads on", async (subject) => {
    for await (const _ of streamOf(subject)) break;
    await released(subject);
  }),
];

/** A request that fails is a failure event of one of these kinds, in words that give no secret away. */
function fails(
  scenario: ProviderScenario,
  name: string,
  kinds: readonly FailureKind[],
  check: (failure: ModelFailure) => void,
): Check[] {
  return [
    promise(scenario, name, async (subject) => {
      const events = await gather(subject);
      const failure = failureOf(events);
      assert.ok(kinds.includes(failure.kind), `the failure is ${failure.kind}: ${failure.message}`);
      isSentence(failure.message);
      check(failure);
      for (const secret of subject.secrets ?? []) {
        assert.ok(!JSON.stringify(events).includes(secret), "a secret is in the failure");
      }
      await released(subject);
    }),
  ];
}
