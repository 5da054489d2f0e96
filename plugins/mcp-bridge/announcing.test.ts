import { definePlugin, type McpServerChanged } from "gantry/sdk";
import { expect, it } from "vitest";
import { serve } from "./test-http.ts";
import { bridged, program } from "./test-kit.ts";

/** What observers heard of the servers, without the figures of the clock. */
async function heardOf(servers: Readonly<Record<string, unknown>>, doing = async (_: Bridged) => {}) {
  const heard: Omit<McpServerChanged, "durationMs" | "type">[] = [];
  const durations: number[] = [];
  const observer = definePlugin({
    name: "observer",
    setup: () => ({
      taps: {
        event(event) {
          if (event.type !== "mcpServerChanged") return;
          const { durationMs, type: _, ...rest } = event;
          heard.push(rest);
          durations.push(durationMs);
        },
      },
    }),
  });
  const kernel = await bridged({ servers, plugins: [observer] });
  await kernel.settled();
  await doing(kernel);
  return { heard, durations };
}
type Bridged = Awaited<ReturnType<typeof bridged>>;

it("observers hear that a server was connected, and that it is no more", async () => {
  const { heard, durations } = await heardOf({ s: program("server.mjs") }, ({ servers }) =>
    servers.setEnabled("s", false),
  );
  const server = { server: "s", transport: "stdio", scope: "dynamic" };
  expect(heard).toEqual([
    { ...server, status: "connected" },
    { ...server, status: "disconnected" },
  ]);
  expect(durations.every((ms) => Number.isInteger(ms) && ms >= 0)).toBe(true);
});

it("observers hear once that a server could not be connected, with a code", async () => {
  const url = await serve((_, response) => void response.writeHead(401).end());
  const { heard } = await heardOf({ none: { command: "no-such-program" }, closed: { type: "http", url } });
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard).toContainEqual({
    server: "none",
    status: "failed",
    transport: "stdio",
    scope: "dynamic",
    errorCode: "GANTRY_EXEC_ABSENT",
  });
  expect(heard).toContainEqual({
    server: "closed",
    status: "failed",
    transport: "http",
    scope: "dynamic",
    errorCode: "HTTP_401",
  });
});
