import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import {
  definePlugin,
  type FrontendHost,
  type HostInfo,
  type HostReport,
  type ListItem,
  type Panel,
  type Plugin,
  type Secrets,
} from "gantry/sdk";
import { createTestKernel, loopbackServer, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import httpNode from "../http-node/index.ts";
import anthropic from "../provider-anthropic/index.ts";
import openai from "../provider-openai/index.ts";
import secretsKeyring from "../secrets-keyring/index.ts";
import commandModel from "./index.ts";
import { createKeys } from "./keys.ts";
import { createSubcommands } from "./subcommands.ts";

const KEY = "sk-ant-api03-kept-by-the-person";

let home: string;
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), "gantry-login-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  fs.rmSync(home, { recursive: true, force: true });
});

async function open(
  env: Record<string, string> = {},
  plugins: readonly Plugin[] = [httpNode, secretsKeyring, anthropic, openai],
): Promise<TestKernel> {
  const kernel = await createTestKernel({
    plugins: [...plugins, commandModel],
    config: {
      ...(plugins.includes(secretsKeyring) && { "secrets-keyring": { keyring: "never" } }),
      // Nobody listens there, whatever else runs on this machine.
      ...(plugins.includes(openai) && { "provider-openai": { ports: { ollama: 1, lmStudio: 1, llamaCpp: 1 } } }),
    },
    env: { GANTRY_HOME: home, ...env },
  });
  closers.push(kernel.close);
  return kernel;
}

/** The Messages API, as far as one answer needs it. */
async function server() {
  const events = [
    {
      type: "message_start",
      message: { id: "msg_1", model: "claude-sonnet-5-5", role: "assistant", content: [], usage: {} },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello." } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ];
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const served = await loopbackServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(body);
  });
  closers.push(() => served.close());
  return served;
}

const keep = (panel: Panel | undefined, key: string) => {
  if (panel?.type !== "form") throw new Error("no form");
  return Promise.resolve(panel.submit({ key }));
};

const everything = () =>
  fs
    .readdirSync(home)
    .map((name) => fs.readFileSync(join(home, name), "utf8"))
    .join("\n");

describe("/login", () => {
  it("shows what is configured and from where", async () => {
    const kernel = await open({ OPENAI_API_KEY: "sk-of-the-environment" });
    const { text } = await kernel.run("/login");
    expect(text.split("\n")).toEqual([
      "  anthropic (Anthropic)          no key; keys are made at https://platform.claude.com",
      "  openai (OpenAI or compatible)  OPENAI_API_KEY of the environment",
    ]);
    expect((await kernel.run("/login openia")).text).toMatch(/takes a key\. Did you mean "openai"\?/);
    expect((await kernel.run("/logout")).text).toBe("No key is kept.");
  });

  it("offers models of servers on this machine, which need no key", async () => {
    const local = definePlugin({
      name: "local",
      providers: { local: { title: "Local", usable: { env: ["LOCAL_KEY"], probe: true } } },
      setup: () => ({
        providers: {
          local: {
            stream: async function* () {},
            probe: async () => ({ model: "small", note: "found" }),
            models: async () => [{ id: "small" }],
          },
        },
      }),
    });
    const kernel = await open({}, [local]);
    const { panel, text } = await kernel.run("/login");
    expect(text).toMatch(/^ {2}local\/small +on this machine, no key$/m);
    if (panel?.type !== "list") throw new Error("no list");
    const [found] = await panel.load();
    expect(await panel.actions[0]?.run(found as ListItem)).toBe("local/small answers from now on.");
    expect(kernel.session.model).toEqual({ provider: "local", id: "small" });
    expect((await (await open({ LOCAL_KEY: "x" }, [local])).run("/login")).text).not.toContain("local/small");
  });

  it("keeps a key, sealed, which the provider then uses from the next start on without being named", async () => {
    const { url, requests } = await server();
    const first = await open();
    const { panel, text } = await first.run("/login anthropic");
    expect(text).toContain("gantry login anthropic reads a key");
    expect(panel).toMatchObject({ fields: [{ name: "key", isSecret: true }] });
    expect(await keep(panel, ` ${KEY}\n`)).toMatch(/^The key of Anthropic is kept\. .+/);
    expect(everything()).not.toContain(KEY);

    const second = await open({ ANTHROPIC_BASE_URL: url });
    expect(second.session.model).toEqual({ provider: "anthropic", id: "claude-sonnet-5-5" });
    expect((await second.run("hello")).text).toBe("Hello.");
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect((await second.run("/login")).text).toContain("a key is kept");

    expect((await second.run("/logout anthropic")).text).toBe("The key of Anthropic is forgotten.");
    const { end } = await second.run("hello");
    expect(end.error).toContain("There is no key for Anthropic");
    expect((await second.run("/logout anthropic")).text).toBe("No key of Anthropic is kept.");
    expect((await open()).session.model.provider).toBe("scripted");
  });

  it("lets the environment go before, and says so", async () => {
    const { url, requests } = await server();
    const kernel = await open({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "sk-ant-of-the-environment" });
    const { panel } = await kernel.run("/login anthropic");
    expect(await keep(panel, KEY)).toContain("ANTHROPIC_API_KEY of the environment goes before it.");
    await kernel.run("hello");
    expect(requests[0]?.headers.authorization).toBe("Bearer sk-ant-of-the-environment");
  });

  it("refuses a key behind the command, what is no key, and to keep one where nobody keeps secrets", async () => {
    const kernel = await open();
    const { text } = await kernel.run(`/login anthropic ${KEY}`);
    expect(text).toContain("does not belong behind a command");
    expect(text).not.toContain(KEY);
    const { panel } = await kernel.run("/login anthropic");
    await expect(keep(panel, "two words")).rejects.toMatchObject({ code: "GANTRY_LOGIN_KEY" });
    const bare = await open({}, [httpNode, anthropic]);
    await expect(keep((await bare.run("/login anthropic")).panel, KEY)).rejects.toMatchObject({
      code: "GANTRY_LOGIN_SECRETS",
    });
    expect(fs.existsSync(join(home, "keys.json"))).toBe(false);
  });

  it("takes a broken list of keys for none", async () => {
    fs.writeFileSync(join(home, "keys.json"), '{"keys": "ANTHROPIC_API_KEY');
    expect((await open()).session.model.provider).toBe("scripted");
  });
});

describe("gantry login", () => {
  const host = () => ({ stateFolder: home, env: {} }) as unknown as HostInfo;
  const report = () => ({ plugins: [{ manifest: anthropic.manifest }] }) as unknown as HostReport;
  const kept = new Map<string, string>();
  const secrets = {
    get: async (name: string) => kept.get(name),
    set: async (name: string, value: string) => void kept.set(name, value),
    remove: async (name: string) => kept.delete(name),
    place: async () => ({ kind: "file", text: "In a file." }),
  } as Secrets;

  async function gantry(command: "login" | "logout", words: readonly string[], typed = "") {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const frontend = { stdin: Readable.from([typed]), stdout, stderr, signal: new AbortController().signal };
    const subcommands = createSubcommands(createKeys({ host: host(), secrets: async () => secrets, report }));
    await subcommands[command](words, {}, frontend as unknown as FrontendHost);
    return String(stdout.read());
  }

  it("reads the key from standard input, and forgets it", async () => {
    expect(await gantry("login", [])).toBe("anthropic: no key\n");
    expect(await gantry("login", ["anthropic"], `${KEY}\nmore\n`)).toBe("The key of Anthropic is kept. In a file.\n");
    expect([...kept]).toEqual([["key:ANTHROPIC_API_KEY", KEY]]);
    expect(await gantry("login", [])).toBe("anthropic: kept\n");
    expect(await gantry("logout", ["anthropic"])).toBe("The key of Anthropic is forgotten.\n");
    expect([...kept]).toEqual([]);
  });

  it("refuses a key on the command line, and none at all", async () => {
    const thrown = await gantry("login", ["anthropic", KEY]).catch((error) => error);
    expect(thrown).toMatchObject({ code: "GANTRY_LOGIN_EXTRA" });
    expect(String(thrown)).not.toContain(KEY);
    await expect(gantry("login", ["anthropic"])).rejects.toMatchObject({ code: "GANTRY_LOGIN_KEY" });
  });
});
