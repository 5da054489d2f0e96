import { resourceFromAttributes } from "@opentelemetry/resources";
import { expect, test } from "vitest";
import { createProviders } from "./providers.ts";

const target = {
  signal: "logs",
  url: "http://localhost:4318/v1/logs",
  headers: {},
  protocol: "http/json",
  certificates: {},
  isCompressed: false,
  timeoutMs: 10_000,
  everyMs: 60_000,
} as const;

test("what waits for a slow collector is bounded; what comes above that is left out", async () => {
  const sizes: number[] = [];
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const transport = {
    async send(data: Uint8Array) {
      sizes.push(JSON.parse(Buffer.from(data).toString()).resourceLogs[0].scopeLogs[0].logRecords.length);
      await answered;
      return { status: "success" } as const;
    },
    shutdown: () => {},
  };
  const providers = createProviders({ logs: { target, transport } }, resourceFromAttributes({}), false);
  const logger = providers.logs.getLogger("gantry");
  for (let n = 0; n < 10_000; n++) logger.emit({ body: "x" });
  answer();
  await providers.flush("logs");
  await providers.shutdown();
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect(Math.max(...sizes)).toBe(512);
  expect(all).toBeGreaterThanOrEqual(2_048);
  expect(all).toBeLessThanOrEqual(2_048 + 512);
});
