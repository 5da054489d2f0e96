/** What the tests of this plugin share: kernels with servers, and servers of the older SDK, which knows nothing of the newer one. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { definePlugin, type McpCarrier, McpServers, type Plugin, type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import httpNode from "../http-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import mcpBridge from "./index.ts";

export const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A stdio server of the fixtures, as `.mcp.json` would have it. */
export const program = (name: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: [fixture(name), ...args],
});

export function folder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-mcp-")));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface Bridged extends TestKernel {
  readonly servers: McpServers;
  /** What the session told the person. */
  readonly notices: readonly string[];
  /** Resolves when no server is pending any more. */
  settled(): Promise<void>;
  text(tool: string, input?: unknown): Promise<string>;
}

export interface BridgedOptions extends Partial<TestKernelOptions> {
  readonly servers?: Readonly<Record<string, unknown>>;
  /** Servers inside the test, by name. */
  readonly inside?: Readonly<Record<string, McpServer>>;
}

/** A kernel with these servers, named as by `--mcp-config`. */
export async function bridged({ servers = {}, inside = {}, ...options }: BridgedOptions = {}): Promise<Bridged> {
  const catching = catcher();
  const carried = Object.fromEntries(Object.keys(inside).map((name) => [name, { type: "sdk", name }]));
  const named = { mcpServers: { ...carried, ...servers } };
  const kernel = await createTestKernel({
    answer: "allow",
    ...options,
    plugins: [execNode, httpNode, settingsFiles, mcpBridge, catching.plugin, ...(options.plugins ?? [])],
    settings: { mcpConfig: [JSON.stringify(named)], ...options.settings },
  });
  onTestFinished(() => kernel.close());
  const notices: string[] = [];
  kernel.session.watch((event) => {
    if (event.type === "notice") notices.push(event.notice.text);
  });
  const service = catching.servers();
  for (const [name, server] of Object.entries(inside)) service.carry(name, await carrierOf(server));
  const settled = () => service.settle({ waitMs: 8_000 });
  if (Object.keys(inside).length) await settled();
  return {
    ...kernel,
    servers: service,
    notices,
    settled,
    text: async (tool, input = {}) => textIn(await kernel.call(tool, input)),
  };
}

export const textIn = (result: ToolResult) => textOf(result.content);

/** A plugin that takes hold of the service. */
export function catcher(): { readonly plugin: Plugin; readonly servers: () => McpServers } {
  let held: McpServers | undefined;
  const plugin = definePlugin({
    name: "catcher",
    needs: { servers: McpServers },
    setup: ({ use }) => {
      held = use.servers;
      return {};
    },
  });
  return { plugin, servers: () => held as McpServers };
}

/** Carries messages to a server inside the test, as the agent SDK does. */
export async function carrierOf(server: McpServer): Promise<McpCarrier> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  await ours.start();
  return {
    async send(message) {
      await ours.send(message as unknown as JSONRPCMessage);
      return undefined;
    },
    open(receive) {
      ours.onmessage = (message) => receive(message as never);
    },
  };
}

/** A server of the older SDK. */
export function olderServer(options: ConstructorParameters<typeof McpServer>[1] = {}): McpServer {
  return new McpServer({ name: "older", version: "1.2.3" }, { capabilities: { logging: {} }, ...options });
}
