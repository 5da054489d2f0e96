import fs from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { openHost } from "gantry";
import { type FrontendHost, isGantryError, type Subcommand, type SubcommandFlags } from "gantry/sdk";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import mcpBridge from "../plugins/mcp-bridge/index.ts";
import { folder, program } from "../plugins/mcp-bridge/test-kit.ts";
import providerOffline from "../plugins/provider-offline/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";

let home: string;
let cwd: string;
beforeEach(() => {
  home = folder();
  cwd = folder();
});

/** `gantry mcp …` as another start of the program would run it. */
async function mcp(args: readonly string[], flags: SubcommandFlags = {}, isTrusted = true): Promise<string> {
  const host = await openHost({
    cwd,
    env: { HOME: home, PATH: process.env.PATH ?? "", ...(isTrusted && { GANTRY_TRUST: "1" }) },
    plugins: [execNode, settingsFiles, providerOffline, mcpBridge],
    useFiles: false,
  });
  onTestFinished(() => host.close());
  const stdout = new PassThrough();
  const said: string[] = [];
  stdout.on("data", (chunk) => said.push(String(chunk)));
  const run = (await host.generation.subcommands.get("mcp")?.handler()) as Subcommand;
  const frontend = { stdout, stderr: stdout, info: host.info, signal: new AbortController().signal };
  try {
    expect(await run(args, flags, frontend as unknown as FrontendHost)).toBe(0);
    return said.join("").trimEnd();
  } catch (thrown) {
    if (!isGantryError(thrown)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  } finally {
    await host.close();
  }
}

const own = () => JSON.parse(fs.readFileSync(join(home, ".gantry/mcp.json"), "utf8"));
const project = () => JSON.parse(fs.readFileSync(join(cwd, ".mcp.json"), "utf8"));

describe("gantry mcp", () => {
  it("adds programs and addresses to the scope that is asked for", async () => {
    await mcp(["add", "files", "mcp-files", "--root", "."], { env: ["A=1", "B=x=y"] });
    await mcp(["add", "web", "https://example.com/mcp"], {
      transport: "http",
      scope: "user",
      header: ["X-Team: blue"],
      callbackPort: "8080",
    });
    await mcp(["add-json", "team", '{"type":"sse","url":"https://example.com/sse"}'], { scope: "project" });
    expect(own()).toEqual({
      mcpServers: {
        web: {
          type: "http",
          url: "https://example.com/mcp",
          headers: { "X-Team": "blue" },
          oauth: { callbackPort: 8080 },
        },
      },
      projects: {
        [cwd]: { mcpServers: { files: { command: "mcp-files", args: ["--root", "."], env: { A: "1", B: "x=y" } } } },
      },
    });
    expect(project()).toEqual({ mcpServers: { team: { type: "sse", url: "https://example.com/sse" } } });
  });

  it("says what it will not take", async () => {
    await mcp(["add", "a", "b"]);
    expect(await mcp(["add", "a", "c"])).toMatch(/^GANTRY_MCP_TAKEN: There is an MCP server "a"/);
    expect(await mcp(["add", "a__b", "c"])).toMatch(/^GANTRY_MCP_INPUT: "a__b" cannot be added/);
    expect(await mcp(["add", "x"])).toMatch(/^GANTRY_MCP_INPUT/);
    expect(await mcp(["add", "x", "y"], { env: ["nothing"] })).toMatch(
      /^GANTRY_MCP_INPUT: "nothing" is not of the form/,
    );
    expect(await mcp(["add", "x", "y"], { scope: "galaxy" })).toMatch(/^GANTRY_MCP_INPUT: "galaxy" is no scope/);
    expect(await mcp(["add-json", "x", "{"])).toMatch(/^GANTRY_MCP_INPUT: That is no JSON/);
    expect(await mcp(["lst"])).toMatch(/^GANTRY_MCP_WORD: "lst" .* Did you mean "list"/);
    expect(await mcp(["remove", "nobody"])).toMatch(/^GANTRY_MCP_SERVER_ABSENT/);
    expect(await mcp(["login", "a"])).toMatch(/^GANTRY_MCP_INPUT: "a" is at no address/);
    expect(await mcp(["serve"])).toMatch(/^GANTRY_MCP_NOT_HERE/);
  });

  it("lists the servers, and how each is", async () => {
    await mcp(["add-json", "good", JSON.stringify(program("server.mjs"))]);
    await mcp(["add-json", "bad", JSON.stringify(program("server.mjs", "exit"))]);
    const text = await mcp(["list"]);
    expect(text).toContain("good [local]: connected, 7 tools, by hand 1 (2025-06-18)");
    expect(text).toContain("bad [local]: not connected\n  It ended with exit code 3. It said: no such database.");
    const { servers } = JSON.parse(await mcp(["list"], { json: true }));
    expect(servers.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
      ["good", "connected"],
      ["bad", "failed"],
    ]);
    expect(await mcp(["get", "good"])).toContain("echo: Says it again.");
  });

  it("removes what it has written, wherever that is, and nothing else", async () => {
    fs.writeFileSync(join(home, ".claude.json"), JSON.stringify({ mcpServers: { theirs: { command: "x" } } }));
    await mcp(["add", "a", "b"], { scope: "user" });
    expect(await mcp(["remove", "a"])).toMatch(/^Removed a from/);
    expect(own().mcpServers).toEqual({});
    expect(await mcp(["remove", "theirs"])).toMatch(/^GANTRY_MCP_INPUT: "theirs" stands in .*which Gantry only reads/);
  });

  it("approves what it writes into the folder, until the choices are reset", async () => {
    await mcp(["add-json", "s", JSON.stringify(program("server.mjs"))], { scope: "project" }, false);
    const trust = () => JSON.parse(fs.readFileSync(join(home, ".gantry/trust.json"), "utf8")).folders[cwd].approved;
    expect(trust()).toMatchObject([{ kind: "MCP server", source: join(cwd, ".mcp.json") }]);
    expect(await mcp(["list"], {}, false)).toMatch(/this folder is not trusted/);
    await mcp(["reset-project-choices"], {}, false);
    expect(trust()).toEqual([]);
    expect(await mcp(["list"], {}, false)).toMatch(/you have not approved it as it is/);
  });
});
