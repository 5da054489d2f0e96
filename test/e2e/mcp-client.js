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
const server = { name: "suite", url, ...(known.client_id && { oauth: await registered() }) };
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
    ...(known.private_key_pem && { SUITE_KEY: known.private_key_pem }),
    ...(known.idp_id_token && { SUITE_ID_TOKEN: known.idp_id_token }),
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

/** What a person would know of a client that was registered by hand: what it proves itself with, and where it is registered. */
async function registered() {
  const clientId = known.client_id;
  if (!known.private_key_pem && !known.idp_id_token) return { clientId };
  const { origin, pathname } = new URL(url);
  const described = await (await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)).json();
  const issuer = described.authorization_servers[0];
  if (known.private_key_pem) return { clientId, issuer, privateKey: variable("SUITE_KEY") };
  // The suite's identity provider describes itself in part alone.
  const { idp_token_endpoint: tokenEndpoint, idp_client_id: clientIdThere } = known;
  return {
    clientId,
    issuer,
    identity: { tokenEndpoint, clientId: clientIdThere, idToken: variable("SUITE_ID_TOKEN") },
  };
}

/** @param {string} name */
function variable(name) {
  return `\${${name}}`;
}
