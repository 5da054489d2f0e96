import { createRequire } from "node:module";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// The servers that everybody has, from npm, through the built program.

let place: Place;
let model: ModelServer | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await model?.close();
  model = undefined;
  await place.remove();
});

const require = createRequire(import.meta.url);
const server = (name: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: [
    path.join(path.dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), "dist/index.js"),
    ...args,
  ],
});

/** Runs one prompt to its end; the results of the calls, by the name of their tool, in order. */
async function follow(flags: readonly string[], ...replies: readonly Reply[]) {
  model = await serveModel((number) => replies[number] ?? { text: "Done." });
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: model.url };
  const ended = await place.gantry(["-p", "go", ...flags], { env });
  expect(ended).toMatchObject({ code: 0, stdout: "Done.\n" });
  const [records = []] = Object.values(await place.transcripts());
  return records.flatMap((one) =>
    one.type === "tool_result"
      ? [{ tool: String(one.tool), outcome: one.outcome, said: JSON.stringify(one.content), data: one.data }]
      : [],
  );
}

const call = (name: string, input: object = {}) => ({ name, input });
const find = (...names: readonly string[]): Reply => ({
  calls: [call("ToolSearch", { query: `select:${names.join(",")}` })],
});

describe("servers from npm", () => {
  test("server-everything: words, pictures, structure, resources, progress, tasks", async () => {
    await place.write({ ".mcp.json": JSON.stringify({ mcpServers: { every: server("server-everything") } }) });
    const of = (tool: string, input?: object) => call(`mcp__every__${tool}`, input);
    const results = await follow(
      ["--trust", "--allowedTools", "mcp__every"],
      find("mcp__every__echo", "mcp__every__get-sum"),
      {
        calls: [
          of("echo", { message: "hello" }),
          of("get-sum", { a: 2, b: 3 }),
          of("get-tiny-image"),
          of("get-structured-content", { location: "Chicago" }),
          of("get-resource-reference", { resourceType: "Text", resourceId: 1 }),
          of("trigger-long-running-operation", { duration: 0.2, steps: 2 }),
          of("trigger-elicitation-request"),
          call("ListMcpResourcesTool", { server: "every" }),
          call("ReadMcpResourceTool", { server: "every", uri: "demo://resource/dynamic/text/1" }),
          of("get-roots-list"),
        ],
      },
      { calls: [of("simulate-research-query", { topic: "tides" })] },
    );
    expect(results.map(({ tool, outcome }) => [tool.replace("mcp__every__", ""), outcome])).toEqual([
      ["ToolSearch", "ok"],
      ["echo", "ok"],
      ["get-sum", "ok"],
      ["get-tiny-image", "ok"],
      ["get-structured-content", "ok"],
      ["get-resource-reference", "ok"],
      ["trigger-long-running-operation", "ok"],
      ["trigger-elicitation-request", "ok"],
      ["ListMcpResourcesTool", "ok"],
      ["ReadMcpResourceTool", "ok"],
      ["get-roots-list", "ok"],
      ["simulate-research-query", "ok"],
    ]);
    const said = Object.fromEntries(results.map((one) => [one.tool.replace("mcp__every__", ""), one.said]));
    expect(said.ToolSearch).toContain("mcp__every__echo: Echoes back the input string");
    expect(said.echo).toContain("Echo: hello");
    expect(said["get-sum"]).toContain("The sum of 2 and 3 is 5.");
    expect(said["get-tiny-image"]).toContain('"media_type":"image/png"');
    expect(said["get-resource-reference"]).toContain("[Resource from demo://resource/dynamic/text/1]");
    // Nobody can be asked in this run.
    expect(said["trigger-elicitation-request"]).toMatch(/cancel/i);
    expect(said.ListMcpResourcesTool).toContain("demo://resource/static/document");
    expect(said["get-roots-list"]).toContain(place.work);
    expect(said["simulate-research-query"]).toContain("Research Report: tides");
    const structured = results.find(({ tool }) => tool.endsWith("structured-content"));
    expect(structured?.data).toEqual({ structuredContent: expect.objectContaining({ humidity: expect.any(Number) }) });
  });

  test("server-filesystem and server-memory: files and a graph, written and read", async () => {
    const memory = { ...server("server-memory"), env: { MEMORY_FILE_PATH: path.join(place.base, "memory.jsonl") } };
    await place.write({
      ".mcp.json": JSON.stringify({ mcpServers: { files: server("server-filesystem", "."), memory } }),
    });
    const flags = ["--trust", "--allowedTools", "mcp__files", "mcp__memory"];
    const entity = { name: "Ada", entityType: "person", observations: ["likes tides"] };
    const written = await follow(
      flags,
      find("mcp__files__write_file", "mcp__memory__create_entities", "mcp__memory__read_graph"),
      {
        calls: [
          call("mcp__files__write_file", { path: path.join(place.work, "a.txt"), content: "from a server" }),
          call("mcp__files__read_text_file", { path: "/etc/hostname" }),
          call("mcp__memory__create_entities", { entities: [entity] }),
          call("mcp__memory__read_graph"),
        ],
      },
    );
    expect(written.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "error", "ok", "ok"]);
    expect(written.at(-1)?.said).toContain("likes tides");
    expect(await place.read("a.txt")).toBe("from a server");
    await model?.close();
    const listed = await place.gantry(["mcp", "list", "--trust"]);
    expect(listed.stdout).toMatch(/files \[project\]: connected, \d+ tools/);
    expect(listed.stdout).toMatch(/memory \[project\]: connected, 9 tools/);
  });
});

test("gantry mcp takes a program behind --, and its flags by letter and more than once", async () => {
  const { command, args } = server("server-memory");
  const added = await place.gantry([
    "mcp",
    "add",
    "-s",
    "user",
    "-e",
    "A=1",
    "-e",
    "B=2",
    "memory",
    "--",
    command,
    ...args,
    "-x",
  ]);
  expect(added).toMatchObject({ code: 0, stderr: "" });
  const own = JSON.parse(await place.read(path.join(place.home, ".gantry/mcp.json")));
  expect(own).toEqual({ mcpServers: { memory: { command, args: [...args, "-x"], env: { A: "1", B: "2" } } } });
  expect((await place.gantry(["mcp", "get", "--json", "memory", "--trust"])).stdout).toContain('"status": "connected"');
});

describe("servers of the folder", () => {
  test("do not start before the person has approved them, and do afterwards, unasked", async () => {
    await place.write({ ".mcp.json": JSON.stringify({ mcpServers: { memory: server("server-memory") } }) });
    const before = await place.gantry(["mcp", "list"]);
    expect(before.stdout).toMatch(
      /memory \[project\]: not connected\n {2}You have not approved it|you have not approved it/,
    );
    expect((await place.gantry(["trust", "add"])).stdout).toContain("1 MCP server");
    expect((await place.gantry(["mcp", "list"])).stdout).toMatch(/memory \[project\]: connected/);
    await place.write({ ".mcp.json": JSON.stringify({ mcpServers: { memory: server("server-memory", "--more") } }) });
    expect((await place.gantry(["mcp", "list"])).stdout).toMatch(/memory \[project\]: not connected/);
  });
});
