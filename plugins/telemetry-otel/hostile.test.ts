import type { ServerResponse } from "node:http";
import type { SessionEvent } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import httpNode from "../http-node/index.ts";
import telemetryOtel from "./index.ts";
import { collector } from "./test-collector.ts";

/** Two turns with telemetry on; what the person was told from the opening of the session to its end. */
async function converse(env: Record<string, string>) {
  const model = scriptedModel([{ text: "One." }, { text: "Two." }]);
  const plugins = [httpNode, telemetryOtel];
  const kernel = await createTestKernel({ plugins, model, env: { GANTRY_ENABLE_TELEMETRY: "1", ...env } });
  const told: string[] = [];
  kernel.session.watch((event: SessionEvent) => {
    if (event.type === "notice") told.push(event.notice.text);
  });
  const turns = [await kernel.run("First."), await kernel.run("Second.")];
  await kernel.close();
  return { told, texts: turns.map(({ text }) => text), faults: turns.flatMap(({ faults }) => faults) };
}

const WELL = { texts: ["One.", "Two."], faults: [] };
/** So often that a collector is tried within the session, not only at its end. */
const OFTEN = {
  OTEL_TRACES_EXPORT_INTERVAL: "1",
  OTEL_LOGS_EXPORT_INTERVAL: "1",
  OTEL_METRIC_EXPORT_INTERVAL: "1",
};

const HOSTILE: Readonly<Record<string, { answer: (response: ServerResponse) => void; says?: RegExp }>> = {
  "answers with an error": { answer: (response) => response.writeHead(500).end("no"), says: /status 500/ },
  "asks to wait": { answer: (response) => response.writeHead(503, { "retry-after": "1" }).end(), says: /status 503/ },
  "hangs up": { answer: (response) => void response.destroy(), says: /not delivered to http/ },
  "answers with garbage": { answer: (response) => response.end(Buffer.alloc(200_000, 0xff)) },
  "never ends its answer": { answer: (response) => void response.writeHead(200).write("{") },
  "sends elsewhere": {
    answer: (response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
    says: /status 307/,
  },
  "lies about compression": { answer: (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x") },
};

describe.each(Object.entries(HOSTILE))("a collector that %s", (_, { answer, says }) => {
  test.each([
    ["at the end", {}],
    ["all the time", OFTEN],
  ])("harms nothing and is told of once at most (%s)", async (_when, env) => {
    const to = await collector(answer);
    const { told, ...rest } = await converse({ OTEL_EXPORTER_OTLP_ENDPOINT: to.url, ...env });
    expect(rest).toEqual(WELL);
    expect(to.received.length).toBeGreaterThan(0);
    if (says) expect(told).toEqual([expect.stringMatching(says)]);
    else expect(told).toEqual([]);
  });
});

test("a collector that never answers holds up neither the turns nor, for long, the end", async () => {
  const to = await collector(() => {});
  const { told, ...rest } = await converse({ OTEL_EXPORTER_OTLP_ENDPOINT: to.url });
  expect(rest).toEqual(WELL);
  expect(told).toEqual([expect.stringMatching(/did not answer before the session had ended/)]);
});

test("where nobody listens, that is said once, without what in the address is secret", async () => {
  const to = await collector();
  await to.close();
  const endpoint = `${to.url.replace("http://", "http://me:hunter2@")}/?key=hunter3`;
  const { told, ...rest } = await converse({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint, ...OFTEN });
  expect(rest).toEqual(WELL);
  expect(told).toHaveLength(1);
  expect(told[0]).not.toMatch(/hunter/);
});

describe("what cannot be done is said, and nothing is sent", () => {
  const CASES: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["an unknown protocol", { OTEL_EXPORTER_OTLP_PROTOCOL: "soap" }, /"soap" is not spoken.*http\/protobuf.*grpc/],
    [
      "an unknown exporter",
      { OTEL_TRACES_EXPORTER: "console", OTEL_METRICS_EXPORTER: "console", OTEL_LOGS_EXPORTER: "console" },
      /"console" is not one of "otlp" and "none"/,
    ],
    ["an address that is none", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /no http or https address/],
    ["headers that are none", { OTEL_EXPORTER_OTLP_HEADERS: "a b=c" }, /no header/],
    ["a header with a line break", { OTEL_EXPORTER_OTLP_HEADERS: "a=b%0Ac" }, /no header/],
    ["a relative certificate", { OTEL_EXPORTER_OTLP_CERTIFICATE: "ca.pem" }, /no absolute path/],
    ["a certificate that is not there", { OTEL_EXPORTER_OTLP_CERTIFICATE: `${import.meta.filename}.no` }, /ENOENT/],
    ["a certificate that is none", { OTEL_EXPORTER_OTLP_CERTIFICATE: import.meta.filename }, /cannot be used/],
    ["half a client certificate", { OTEL_EXPORTER_OTLP_CLIENT_KEY: import.meta.filename }, /one is missing/],
  ];
  test.each(CASES)("%s", async (_, env, says) => {
    const to = await collector();
    const model = scriptedModel([{ text: "One." }]);
    const kernel = await createTestKernel({
      plugins: [httpNode, telemetryOtel],
      model,
      env: { GANTRY_ENABLE_TELEMETRY: "1", OTEL_EXPORTER_OTLP_ENDPOINT: to.url, ...env },
    });
    const { text, events } = await kernel.run("Hi.");
    expect(text).toBe("One.");
    const told = events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));
    expect(told).toEqual([expect.stringMatching(says)]);
    await kernel.close();
    expect(to.received).toEqual([]);
  });
});
