import type { SessionEvent } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import httpNode from "../http-node/index.ts";
import telemetryOtel from "./index.ts";
import { collector } from "./test-collector.ts";
import { CERTIFICATE, grpcCollector, httpsCollector, KEY, MUTUAL, saying } from "./test-grpc.ts";

/** A turn with telemetry on; what the person was told from the opening of the session to its end. */
async function converse(env: Record<string, string>, plugins = [httpNode, telemetryOtel]) {
  const model = scriptedModel([{ text: "One." }]);
  const kernel = await createTestKernel({ plugins, model, env: { GANTRY_ENABLE_TELEMETRY: "1", ...env } });
  const told: string[] = [];
  kernel.session.watch((event: SessionEvent) => {
    if (event.type === "notice") told.push(event.notice.text);
  });
  const { text, faults } = await kernel.run("Go.");
  expect([text, faults]).toEqual(["One.", []]);
  await kernel.close();
  return told;
}

const over = (url: string, more: Record<string, string> = {}) => ({
  OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  ...more,
});

describe("over gRPC", () => {
  test.each([
    ["as it is", {}],
    ["compressed", { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }],
  ])("spans, events and figures arrive, %s, with the headers that were given", async (_, more) => {
    const to = await grpcCollector();
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: "X-Team=blue%20sky" };
    expect(await converse(over(to.url, { ...headers, ...more }))).toEqual([]);
    expect(to.spans().map(({ name }) => name)).toEqual(expect.arrayContaining(["invoke_agent gantry", "chat script"]));
    expect(to.events().map(({ name }) => name)).toContain("gantry.user_prompt");
    expect(to.points().map(({ name }) => name)).toContain("gantry.session.count");
    expect(to.resource()).toMatchObject({ "service.name": "gantry" });
    for (const { headers: sent } of to.received) {
      expect(sent).toMatchObject({ "content-type": "application/grpc", te: "trailers", "x-team": "blue sky" });
    }
  });

  test("it needs no plugin for HTTP, and an address may have no scheme", async () => {
    const to = await grpcCollector();
    const address = to.url.replace("http://", "");
    expect(await converse(over(address, { OTEL_EXPORTER_OTLP_INSECURE: "true" }), [telemetryOtel])).toEqual([]);
    expect(to.received.length).toBeGreaterThan(0);
  });

  test("one signal may go by gRPC, the others over HTTP", async () => {
    const [grpc, http] = [await grpcCollector(), await collector()];
    await converse({
      OTEL_EXPORTER_OTLP_ENDPOINT: http.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: grpc.url,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc",
    });
    expect(new Set(grpc.received.map(({ path }) => path))).toEqual(new Set(["/v1/traces"]));
    expect(new Set(http.received.map(({ path }) => path))).toEqual(new Set(["/v1/metrics", "/v1/logs"]));
  });

  test.each([
    ["says that it is busy", saying(14), /gRPC status 14/],
    ["will not have it, in words of its own", saying(3, { "grpc-message": "hunter2" }), /gRPC status 3/],
    ["knows no such method", saying(12), /gRPC status 12/],
    ["speaks no gRPC", (stream) => stream.respond({ ":status": 404 }, { endStream: true }), /status 404/],
    ["never says how it ended", (stream) => stream.respond({ ":status": 200 }, { endStream: true }), /what is no gRPC/],
    [
      "talks without end",
      (stream) => {
        stream.respond({ ":status": 200 });
        stream.write(Buffer.alloc(1 << 20));
      },
      /more than anybody asked for/,
    ],
    ["hangs up", (stream) => stream.session?.destroy(), /not delivered/],
    ["never answers", () => undefined, /did not answer before the session had ended/],
  ] satisfies [string, Parameters<typeof grpcCollector>[0], RegExp][])(
    "a collector that %s harms nothing, and is told of once",
    async (_, answer, says) => {
      const to = await grpcCollector(answer);
      const told = await converse(over(to.url));
      expect(told).toEqual([expect.stringMatching(says)]);
      expect(told[0]).not.toContain("hunter2");
    },
  );

  test("where nobody listens, or somebody speaks HTTP 1, that is said once", async () => {
    const gone = await grpcCollector();
    await gone.close();
    expect(await converse(over(gone.url))).toEqual([expect.stringMatching(/not delivered to .*ECONNREFUSED/)]);
    const old = await collector();
    expect(await converse(over(old.url))).toEqual([expect.stringMatching(/not delivered/)]);
  });
});

describe.each([
  ["gRPC", "grpc", grpcCollector.bind(undefined, undefined)],
  ["HTTP", "http/protobuf", httpsCollector],
] as const)("over TLS, by %s,", (_, protocol, serve) => {
  const known = { OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE };
  const own = { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY: KEY };
  const to = (url: string) => ({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: url });

  test("a collector with a certificate of one's own authority knows who sends by theirs", async () => {
    const there = await serve(MUTUAL);
    expect(await converse({ ...to(there.url), ...known, ...own })).toEqual([]);
    expect(there.spans().map(({ name }) => name)).toContain("invoke_agent gantry");
  });

  test.each([
    ["a collector whose authority is not known is sent nothing", own],
    ["a collector that asks who it is has nothing from those who do not say", known],
  ])("%s", async (_what, env) => {
    const there = await serve(MUTUAL);
    expect(await converse({ ...to(there.url), ...env })).toEqual([expect.stringMatching(/not delivered/)]);
    expect(there.received).toEqual([]);
  });
});
