import { Readable } from "node:stream";
import { fakeClock } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import { createHttpSender } from "./http.ts";
import { createTransport } from "./transport.ts";

type Answer = { readonly status: number; readonly headers?: Record<string, string> };

/** A way to a collector that answers as told, then well; `undefined`: not at all. */
function transporting(...answers: readonly (Answer | undefined)[]) {
  const clock = fakeClock();
  const left = [...answers];
  const sent: string[] = [];
  const failures: string[] = [];
  const target = {
    signal: "logs",
    url: "http://localhost:4318/v1/logs",
    headers: {},
    protocol: "http/protobuf",
    certificates: {},
    isCompressed: false,
    timeoutMs: 10_000,
    everyMs: 1_000,
  } as const;
  const http = {
    async request({ body }: { body?: unknown }) {
      sent.push(Buffer.from(body as Uint8Array).toString());
      const answer = left.length ? left.shift() : { status: 200 };
      if (!answer) throw new Error("nothing listens there.");
      return { headers: {}, ...answer, body: Readable.from([]), text: async () => "" };
    },
  };
  const onFailure = (problem: string) => void failures.push(problem);
  const transport = createTransport({ target, sender: createHttpSender(target, http, "1"), clock, onFailure });
  const send = () => transport.send(Buffer.from("x"), target.timeoutMs);
  return { transport, send, clock, sent, failures };
}

const BUSY = { status: 503 };

test("what a collector asks for again is sent again, after the time that it names", async () => {
  const { send, clock, sent, failures } = transporting(BUSY, { status: 429, headers: { "retry-after": "4" } });
  const done = send();
  await clock.advance(1_500);
  expect(sent).toHaveLength(2);
  await clock.advance(3_000);
  expect(sent).toHaveLength(2);
  await clock.advance(1_500);
  expect(await done).toEqual({ status: "success" });
  expect(sent).toEqual(["x", "x", "x"]);
  expect(failures).toEqual(["it answered with status 503", "it answered with status 429"]);
});

test("what a collector will not have is given up", async () => {
  const { send, clock, sent } = transporting({ status: 400 });
  expect(await send()).toMatchObject({ status: "failure" });
  expect(sent).toHaveLength(1);
  expect(clock.timers).toBe(0);
});

test("nothing waits longer than the request may take", async () => {
  const { send, clock, sent } = transporting({ status: 503, headers: { "retry-after": "3600" } });
  expect(await send()).toMatchObject({ status: "retryable" });
  expect(sent).toHaveLength(1);
  expect(clock.timers).toBe(0);
});

test("tries come to an end", async () => {
  const { send, clock, sent } = transporting(...Array.from({ length: 20 }, () => BUSY));
  const done = send();
  await clock.advance(60_000);
  expect(await done).toMatchObject({ status: "retryable" });
  expect(sent.length).toBeGreaterThan(2);
  expect(sent.length).toBeLessThan(7);
});

test("at the end everything is tried once", async () => {
  const { transport, send, sent } = transporting(BUSY);
  transport.isPatient = false;
  expect(await send()).toMatchObject({ status: "retryable" });
  expect(sent).toHaveLength(1);
});

test("a collector that does not answer is known to be gone until it does", async () => {
  const { transport, send, failures } = transporting(undefined);
  transport.isPatient = false;
  await send();
  expect(transport.isGone).toBe(true);
  expect(failures).toEqual(["nothing listens there"]);
  await send();
  expect(transport.isGone).toBe(false);
});

test("what waits is let go when the way is closed", async () => {
  const { transport, send, clock, sent } = transporting(BUSY);
  const done = send();
  await clock.advance(0);
  transport.shutdown();
  expect(await done).toMatchObject({ status: "failure" });
  expect(await send()).toMatchObject({ status: "failure" });
  expect(sent).toHaveLength(1);
  expect(clock.timers).toBe(0);
});
