import { afterEach, expect, test } from "vitest";
import { serveModel } from "./model.ts";
import { createPlace } from "./program.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

test("the first request with the default tools is at most 8 KB", async () => {
  const [place, model] = await Promise.all([createPlace(), serveModel(() => ({ text: "Hello." }))]);
  open.push(place.remove, model.close);
  const env = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: model.url };
  expect((await place.gantry(["-p", "Hello"], { env })).stdout).toBe("Hello.\n");
  const body = model.requests[0]?.body ?? {};
  expect((body.tools as unknown[]).length).toBeGreaterThanOrEqual(8);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(8 * 1024);
});
