import fs from "node:fs";
import { join } from "node:path";
import type { McpServers } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import mcpBridge from "./index.ts";
import { carrierOf, catcher, folder, olderServer, program } from "./test-kit.ts";

let home: string;
let cwd: string;
beforeEach(() => {
  home = folder();
  cwd = folder();
});

function write(file: string, content: unknown) {
  fs.mkdirSync(join(file, ".."), { recursive: true });
  fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

/** Trust for one run approves all; without, what was said before counts. */
async function open(settings: object = {}, env: Record<string, string> = { GANTRY_TRUST: "1" }) {
  const catching = catcher();
  const kernel = await createTestKernel({
    cwd,
    plugins: [execNode, settingsFiles, mcpBridge, catching.plugin],
    settings: { ...settings },
    env: { HOME: home, ...env },
  });
  onTestFinished(() => kernel.close());
  const notices: string[] = [];
  kernel.session.watch((event) => {
    if (event.type === "notice") notices.push(event.notice.text);
  });
  return { ...kernel, servers: catching.servers(), notices };
}

const found = (servers: McpServers) =>
  Object.fromEntries(
    servers.status().map(({ name, scope, config }) => [name, [scope, (config as { url: string }).url]]),
  );
const at = (host: string) => ({ type: "http", url: `http://127.0.0.1:1/${host}` });
const where = (host: string) => `http://127.0.0.1:1/${host}`;

describe("servers", () => {
  it("are taken from where people have them, the nearest of a name", async () => {
    write(join(home, ".claude.json"), {
      mcpServers: { a: at("user"), b: at("user"), c: at("user"), d: at("user") },
      projects: { [cwd]: { mcpServers: { a: at("local"), b: at("local") } } },
    });
    write(join(cwd, ".mcp.json"), { mcpServers: { a: at("project"), b: at("project"), c: at("project") } });
    const mcpConfig = [JSON.stringify({ mcpServers: { a: at("flag") } })];
    const { servers } = await open({ mcpConfig });
    expect(found(servers)).toEqual({
      a: ["dynamic", where("flag")],
      b: ["local", where("local")],
      c: ["project", where("project")],
      d: ["user", where("user")],
    });
  });

  it("of the command line are the only ones where it says so", async () => {
    write(join(cwd, ".mcp.json"), { mcpServers: { a: at("project") } });
    write(join(cwd, "more.json"), { mcpServers: { b: at("file") } });
    const { servers } = await open({ mcpConfig: ["more.json"], strictMcpConfig: true });
    expect(found(servers)).toEqual({ b: ["dynamic", where("file")] });
  });

  it("that are written badly are named, and cost the others nothing", async () => {
    write(join(cwd, ".mcp.json"), {
      mcpServers: { good: at("x"), url: { url: "https://example.com" }, a__b: at("y"), empty: {} },
    });
    write(join(home, ".claude.json"), "{ nothing");
    const { servers, notices } = await open();
    expect(Object.keys(found(servers))).toEqual(["good"]);
    const all = notices.join("\n");
    expect(all).toMatch(/"url" of .*it has a url and no type/);
    expect(all).toMatch(/"a__b" of .*no __/);
    expect(all).toMatch(/"empty" of .*it has no command/);
    expect(all).toMatch(/\.claude\.json are left out/);
  });
});

describe("servers of the folder", () => {
  const error = (servers: McpServers, name: string) =>
    servers.status().find((status) => status.name === name)?.error ?? "none";

  it("run only as they were approved: another argument, and they are asked for anew", async () => {
    const marker = join(cwd, "ran");
    const entry = {
      command: process.execPath,
      args: ["-e", `require("fs").writeFileSync(${JSON.stringify(marker)}, "")`],
    };
    write(join(cwd, ".mcp.json"), { mcpServers: { s: entry } });
    const { servers } = await open({}, {});
    await servers.settle();
    expect(error(servers, "s")).toMatch(/you have not approved it as it is/);
    expect(fs.existsSync(marker)).toBe(false);
  });

  it("are shown whole, as they would run", async () => {
    const { claimOf } = await import("./approval.ts");
    const config = { command: "npx", args: ["-y", "a b"], env: { TOKEN: "x" }, timeout: 5 };
    expect(claimOf({ name: "s", scope: "project", source: "/w/.mcp.json", config })).toEqual({
      kind: "MCP server",
      source: "/w/.mcp.json",
      text: 's: npx -y "a b"\n  env: {"TOKEN":"x"}',
    });
  });

  it("are switched off by name, and forbidden by name, address or program", async () => {
    write(join(cwd, ".mcp.json"), {
      mcpServers: { off: at("off"), named: at("named"), addressed: at("bad/x"), run: program("server.mjs") },
    });
    const { command, args } = program("server.mjs");
    const { servers } = await open({
      disabledMcpjsonServers: ["off"],
      deniedMcpServers: [
        { serverName: "named" },
        { serverUrl: "http://127.0.0.1:1/bad/*" },
        { serverCommand: [command, ...args] },
      ],
    });
    expect(error(servers, "off")).toMatch(/disabledMcpjsonServers/);
    for (const name of ["named", "addressed", "run"]) expect(error(servers, name)).toMatch(/deniedMcpServers/);
  });

  it("are limited to those that are allowed; an empty or a broken list allows none", async () => {
    write(join(cwd, ".mcp.json"), { mcpServers: { a: at("a"), b: at("b") } });
    const one = await open({ allowedMcpServers: [{ serverUrl: "http://127.0.0.1:1/a" }, { serverName: "b" }] });
    expect(error(one.servers, "b")).toMatch(/allowedMcpServers/);
    expect(error(one.servers, "a")).not.toMatch(/allowedMcpServers/);
    const none = await open({ allowedMcpServers: [] });
    expect(error(none.servers, "a")).toMatch(/allowedMcpServers/);
    const broken = await open({ allowedMcpServers: "a" });
    expect(error(broken.servers, "a")).toMatch(/allowedMcpServers/);
  });
});

describe("servers of a run", () => {
  it("replace those that the same source has set before", async () => {
    const { servers } = await open({ mcpConfig: [JSON.stringify({ mcpServers: { taken: program("server.mjs") } })] });
    const [one, two] = [program("server.mjs"), program("server.mjs", "good", "Other words.")];
    expect(await servers.set("client", { x: one, taken: one, bad: { command: "" } as never })).toEqual({
      added: ["x"],
      removed: [],
      errors: { taken: "another server has this name.", bad: expect.any(String) },
    });
    expect(await servers.set("client", { x: one, y: two })).toEqual({ added: ["y"], removed: [], errors: {} });
    expect(await servers.set("client", { x: two })).toEqual({ added: ["x"], removed: ["x", "y"], errors: {} });
    await servers.settle();
    expect(servers.status().map(({ name, status }) => [name, status])).toEqual([
      ["taken", "connected"],
      ["x", "connected"],
    ]);
  });

  it("inside whoever drives the host work while somebody carries their messages", async () => {
    const { servers } = await open({
      mcpConfig: [JSON.stringify({ mcpServers: { s: { type: "sdk", name: "inside" } } })],
    });
    const end = servers.carry("inside", await carrierOf(olderServer()));
    await expect.poll(() => servers.status()[0]?.status).toBe("connected");
    end();
    await expect.poll(() => servers.status()[0]?.error).toBe("Nobody carries its messages any more.");
    servers.carry("inside", { send: async () => Promise.reject(new Error("gone")) });
    await expect.poll(() => servers.status()[0]?.error).toBe("Gone.");
  });

  it("are switched off and on again, and stay off in the next run", async () => {
    const settings = { mcpConfig: [JSON.stringify({ mcpServers: { s: program("server.mjs") } })] };
    const state = folder();
    const { servers } = await open(settings, { GANTRY_TRUST: "1", GANTRY_HOME: state });
    await servers.settle();
    await servers.setEnabled("s", false);
    expect(servers.status()[0]?.status).toBe("disabled");
    const next = await open(settings, { GANTRY_TRUST: "1", GANTRY_HOME: state });
    await next.servers.settle();
    expect(next.servers.status()[0]?.status).toBe("disabled");
    await next.servers.setEnabled("s", true);
    await next.servers.settle();
    expect(next.servers.status()[0]?.status).toBe("connected");
    await expect(next.servers.reconnect("nobody")).rejects.toMatchObject({ code: "GANTRY_MCP_SERVER_ABSENT" });
  });
});
