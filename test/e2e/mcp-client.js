// Gantry as a client of the official conformance suite: connects to the address that it is given, and calls every tool there is.

import execNode from "gantry/plugins/exec-node";
import httpNode from "gantry/plugins/http-node";
import mcpBridge from "gantry/plugins/mcp-bridge";
import settingsFiles from "gantry/plugins/settings-files";
import { definePlugin, McpServers, Tools } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";

// The pipe to whoever reads is not the kernel's.
console.log("Gantry");
const url = process.argv.at(-1) ?? "";
/** What tools of the suite take; all others take nothing. */
const INPUTS = { add_numbers: { a: 5, b: 3 } };

/** @type {{ servers?: any, tools?: any }} */
const held = {};
const holder = definePlugin({
  name: "holder",
  needs: { servers: McpServers, tools: Tools },
  setup: ({ use }) => {
    Object.assign(held, use);
    return {};
  },
});
const kernel = await createTestKernel({
  plugins: [execNode, httpNode, settingsFiles, mcpBridge, holder],
  model: scriptedModel(),
  settings: { mcpConfig: [JSON.stringify({ mcpServers: { suite: { type: "http", url } } })] },
  answer: ({ form }) => ({ decision: "allow", ...(form && { values: {} }) }),
});
await held.servers.settle({ waitMs: 10_000 });
const [status] = held.servers.status();
console.log(status.status, status.error ?? "", (status.tools ?? []).map(({ name }) => name).join(", "));
for (const { name } of status.tools ?? []) {
  const input = INPUTS[/** @type {keyof typeof INPUTS} */ (name)] ?? {};
  const result = await held.tools.call(kernel.session, { name: `mcp__suite__${name}`, input, origin: "user" });
  console.log(name, result.outcome, JSON.stringify(result.content).slice(0, 500));
}
await kernel.close();
process.exitCode = status.status === "connected" ? 0 : 1;
