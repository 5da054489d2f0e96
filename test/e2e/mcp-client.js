// Gantry as a client of the official conformance suite: connects to the address that it is given, signs in where that is wanted, and
// calls every tool there is.

import execNode from "gantry/plugins/exec-node";
import httpNode from "gantry/plugins/http-node";
import mcpAuth from "gantry/plugins/mcp-auth";
import mcpBridge from "gantry/plugins/mcp-bridge";
import secretsKeyring from "gantry/plugins/secrets-keyring";
import settingsFiles from "gantry/plugins/settings-files";
import { definePlugin, McpAuth, McpServers, Tools } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";

// The pipe to whoever reads is not the kernel's.
console.log("Gantry");
const url = process.argv.at(-1) ?? "";
const known = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
/** What tools of the suite take; all others take nothing. */
const INPUTS = { add_numbers: { a: 5, b: 3 } };

/** @type {{ servers?: any, tools?: any, auth?: any }} */
const held = {};
const holder = definePlugin({
  name: "holder",
  needs: { servers: McpServers, tools: Tools, auth: McpAuth },
  setup: ({ use }) => {
    Object.assign(held, use);
    return {};
  },
});
const server = { name: "suite", url, ...(known.client_id && { oauth: { clientId: known.client_id } }) };
const { name: _, ...entry } = server;
const kernel = await createTestKernel({
  plugins: [execNode, httpNode, settingsFiles, secretsKeyring, mcpAuth, mcpBridge, holder],
  model: scriptedModel(),
  settings: { mcpConfig: [JSON.stringify({ mcpServers: { suite: { type: "http", ...entry } } })] },
  config: {
    "secrets-keyring": { keyring: "never" },
    // The suite's own, for servers that take one.
    "mcp-auth": { clientMetadataUrl: "https://conformance-test.local/client-metadata.json" },
  },
  env: {
    PATH: process.env.PATH ?? "",
    // It does what a person's browser would, when somebody says yes to it.
    BROWSER: new URL("mcp-browser.js", import.meta.url).pathname,
    ...(known.client_secret && { MCP_CLIENT_SECRET: known.client_secret }),
  },
  answer: ({ form }) => ({ decision: "allow", ...(form && { values: {} }) }),
});
await held.servers.settle({ waitMs: 10_000 });
if (held.servers.status()[0].status === "needs-auth") {
  // As `gantry mcp login --no-browser` does.
  const go = (/** @type {string} */ text) => void (/^https?:/.test(text) && fetch(text).catch(() => undefined));
  await held.auth
    .login(server, { opensBrowser: false, print: go, signal: AbortSignal.timeout(10_000) })
    .then(() => held.servers.reconnect("suite"))
    .then(() => held.servers.settle())
    .catch((/** @type {Error} */ error) => console.log(error.message));
}
const [status] = held.servers.status();
console.log(status.status, status.error ?? "", (status.tools ?? []).map(({ name }) => name).join(", "));
for (const { name } of status.tools ?? []) {
  const input = INPUTS[/** @type {keyof typeof INPUTS} */ (name)] ?? {};
  const result = await held.tools.call(kernel.session, { name: `mcp__suite__${name}`, input, origin: "user" });
  console.log(name, result.outcome, JSON.stringify(result.content).slice(0, 500));
}
await kernel.close();
