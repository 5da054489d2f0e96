import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// The built program without a terminal, as scripts and CI use it.

let place: Place;
let server: ModelServer | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await place.remove();
});

/** Serves a model and says how it is reached with Anthropic's protocol. */
async function claude(reply: (number: number) => Reply): Promise<Record<string, string>> {
  server = await serveModel(reply);
  return { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url };
}

const sent = (number = 0) => JSON.stringify(server?.requests[number]?.body);
const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("without a key and without a model server", () => {
  test("a file is read and summarised", async () => {
    await place.write({ "package.json": '{ "name": "pies", "version": "3.1.4", "scripts": { "bake": "oven" } }' });
    const { code, stdout, stderr } = await place.gantry(["-p", "Read package.json and summarize it"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("the package pies 3.1.4");
    expect(stdout).toContain("bake (`oven`)");
  });

  test("TODOs are written down where edits are accepted, and only there", async () => {
    await place.write({ "a.ts": "// TODO: one\n", "deep/b.py": "# TODO two\n" });
    const prompt = "find every TODO in this repository and write them to todo.md";
    const refused = await place.gantry(["-p", prompt]);
    expect(refused.stdout).toContain('To allow it: --allowedTools "Edit(./todo.md)"');
    expect(existsSync(path.join(place.work, "todo.md"))).toBe(false);
    const { code } = await place.gantry(["-p", prompt, "--permission-mode", "acceptEdits"]);
    expect(code).toBe(0);
    expect(await place.read("todo.md")).toBe("# TODO\n\n- `a.ts:1` // TODO: one\n- `deep/b.py:1` # TODO two\n");
  });

  test("what the refusal names allows it", async () => {
    const prompt = "write `hello` to notes.txt";
    const [, rule = ""] = /--allowedTools "([^"]+)"/.exec((await place.gantry(["-p", prompt])).stdout) ?? [];
    await place.gantry(["-p", prompt, "--allowedTools", rule]);
    expect(await place.read("notes.txt")).toBe("hello\n");
  });
});

describe("a model behind HTTP", () => {
  /** Fifty turns with a command each, then an answer. */
  const loop = (number: number): Reply =>
    number < 50
      ? { text: `Step ${number}.`, calls: [{ name: "Bash", input: { command: `echo step-${number}` } }] }
      : { text: "All done." };

  test("fifty turns over Anthropic's protocol, on one connection", async () => {
    const env = await claude(loop);
    const { code, stdout, stderr } = await place.gantry(["-p", "go", "--output-format", "json"], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ subtype: "success", num_turns: 51, result: "All done." });
    expect(server?.requests).toHaveLength(51);
    expect(sent(50)).toContain("step-49");
    expect(new Set(server?.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  test("fifty turns over chat completions, on one connection", async () => {
    server = await serveModel(loop);
    const env = { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_MODEL: "tiny" };
    const { code, stdout } = await place.gantry(["-p", "go", "--output-format", "json"], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ subtype: "success", num_turns: 51, result: "All done." });
    expect(sent(50)).toContain("step-49");
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  test("a server of the machine is found by itself", async () => {
    server = await serveModel(() => ({ text: "Hello from tiny." }));
    const config = { "provider-openai": { ports: { ollama: server.port, lmStudio: 1, llamaCpp: 1 } } };
    await place.write({ [path.join(place.home, ".gantry/config.json")]: JSON.stringify(config) });
    const { stdout } = await place.gantry(["-p", "hello"]);
    expect(stdout).toBe("Hello from tiny.\n");
    expect(server.requests[0]?.body.model).toBe("tiny:latest");
  });

  test("what the server refuses is the result, and the run has failed", async () => {
    const env = await claude(() => ({ status: 400, text: "Too odd." }));
    const { code, stdout } = await place.gantry(["-p", "hi", "--output-format", "json"], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ is_error: true, terminal_reason: "api_error", api_error_status: 400 });
    const text = await place.gantry(["-p", "hi"], { env });
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 1, stdout: "" });
    expect(text.stderr).toContain("Too odd.");
  });
});

describe("output", () => {
  const reply = (number: number): Reply =>
    number === 0 ? { text: "Looking.", calls: [{ name: "Glob", input: { pattern: "*" } }] } : { text: "Nothing here." };

  test("text is the answer alone", async () => {
    const env = await claude(reply);
    expect(await place.gantry(["-p", "look"], { env })).toEqual({ code: 0, stdout: "Nothing here.\n", stderr: "" });
  });

  test("stream-json is a line a step, from init to result", async () => {
    const env = await claude(reply);
    const id = "11111111-2222-4333-8444-555555555555";
    const args = ["-p", "look", "--output-format", "stream-json", "--verbose", "--session-id", id];
    const { code, stdout } = await place.gantry(args, { env });
    expect(code).toBe(0);
    const all = lines(stdout);
    expect(all.map(({ type, subtype }) => subtype ?? type)).toEqual([
      "init",
      "assistant",
      "assistant",
      "user",
      "assistant",
      "success",
    ]);
    expect(all[0]).toMatchObject({ cwd: place.work, permissionMode: "default", apiKeySource: expect.any(String) });
    expect(all[0].tools).toEqual(expect.arrayContaining(["Read", "Edit", "Write", "Bash", "Glob", "Grep"]));
    expect(new Set(all.map(({ session_id }) => session_id))).toEqual(new Set([id]));
    expect(new Set(all.map(({ uuid }) => uuid)).size).toBe(all.length);
    expect(all.at(-1)).toMatchObject({
      result: "Nothing here.",
      num_turns: 2,
      stop_reason: "end_turn",
      usage: { input_tokens: 20, output_tokens: 10 },
      permission_denials: [],
    });
  });

  test("refused calls are listed", async () => {
    const env = await claude((number) =>
      number === 0 ? { calls: [{ name: "Write", input: { file_path: "a.txt", content: "a" } }] } : { text: "Oh." },
    );
    const { code, stdout } = await place.gantry(["-p", "write", "--output-format", "json"], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).permission_denials).toEqual([
      { tool_name: "Write", tool_use_id: "call_0_0", tool_input: expect.objectContaining({ content: "a" }) },
    ]);
  });
});

describe("flags", () => {
  const hello = () => ({ text: "Hello." });

  test("the prompt may come on standard input, alone or behind the argument", async () => {
    const env = await claude(hello);
    await place.gantry(["-p"], { env, input: "from a pipe\n" });
    expect(sent(0)).toContain("from a pipe");
    await place.gantry(["-p", "explain this:"], { env, input: "some text" });
    expect(sent(1)).toContain("explain this:\\n\\nsome text");
  });

  test("--model, --system-prompt and --append-system-prompt reach the model", async () => {
    const env = await claude(hello);
    await place.gantry(["-p", "hi", "--model", "opus", "--append-system-prompt", "Speak Latin."], { env });
    expect(server?.requests[0]?.body.model).toBe("claude-opus-5-5");
    expect(sent(0)).toContain("Speak Latin.");
    await place.gantry(["-p", "hi", "--system-prompt", "You are a kettle."], { env });
    expect(JSON.stringify(server?.requests[1]?.body.system)).toMatch(/^\[\{[^}]*You are a kettle\./);
  });

  test("--disallowedTools takes a tool away, and --bare all of them", async () => {
    const env = await claude(hello);
    const tools = (number: number) =>
      ((server?.requests[number]?.body.tools ?? []) as { name: string }[]).map(({ name }) => name);
    await place.gantry(["-p", "hi", "--disallowedTools", "Bash", "Write"], { env });
    expect(tools(0)).toContain("Read");
    expect(tools(0)).not.toContain("Bash");
    expect(tools(0)).not.toContain("Write");
    await place.gantry(["-p", "hi", "--bare"], { env });
    expect(tools(1)).toEqual([]);
  });

  test("--max-turns and --max-budget-usd end the run with their own result", async () => {
    const again = { calls: [{ name: "Bash", input: { command: "echo again" } }] };
    const env = await claude(() => again);
    const json = ["-p", "go", "--output-format", "json"];
    const turns = await place.gantry([...json, "--max-turns", "3"], { env });
    expect(turns.code).toBe(1);
    expect(JSON.parse(turns.stdout)).toMatchObject({
      subtype: "error_max_turns",
      num_turns: 3,
      errors: ["Reached maximum number of turns (3)"],
    });
    const budget = await place.gantry([...json, "--max-budget-usd", "0.0001"], { env });
    expect(budget.code).toBe(1);
    expect(JSON.parse(budget.stdout)).toMatchObject({ subtype: "error_max_budget_usd", is_error: true });
  });

  test("--add-dir lets edits into another folder, and --settings brings rules", async () => {
    const other = path.join(place.base, "other");
    await place.write({ [path.join(other, "seen.txt")]: "seen" });
    const file = path.join(other, "new.txt");
    const prompt = `write \`hello\` to ${file}`;
    await place.gantry(["-p", prompt, "--permission-mode", "acceptEdits"]);
    expect(existsSync(file)).toBe(false);
    await place.gantry(["-p", prompt, "--permission-mode", "acceptEdits", "--add-dir", other]);
    expect(await place.read(file)).toBe("hello\n");
    const settings = JSON.stringify({ permissions: { allow: ["Bash(touch made)"] } });
    await place.gantry(["-p", "run `touch made`", "--settings", settings]);
    expect(existsSync(path.join(place.work, "made"))).toBe(true);
  });

  test("--version, --help and the subcommands say what they should", async () => {
    expect((await place.gantry(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+ \(Gantry\)\n$/);
    const help = await place.gantry(["--help"]);
    expect(help.code).toBe(0);
    for (const flag of ["--print", "--continue", "--max-turns", "--trust", "doctor"])
      expect(help.stdout).toContain(flag);
    expect((await place.gantry(["plugins"])).stdout).toMatch(/^tool-bash .*tools: Bash; renderers: Bash$/m);
    expect((await place.gantry(["config", "--why", "provider-openai.ports.ollama"])).stdout).toContain("config.json");
    const doctor = await place.gantry(["doctor"]);
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(/^ok +configuration/m);
  });
});

describe("an answer that has to fit a schema", () => {
  const schema = '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}';
  const answer: Reply = { calls: [{ name: "StructuredOutput", input: { city: "Oslo" } }] };

  test("is the text, and part of the result", async () => {
    const env = await claude((number) => (number % 2 ? { text: "Done." } : answer));
    const asText = await place.gantry(["-p", "Which city?", "--json-schema", schema], { env });
    expect(asText).toEqual({ code: 0, stdout: '{"city":"Oslo"}\n', stderr: "" });
    const asJson = await place.gantry(["-p", "Which city?", "--json-schema", schema, "--output-format", "json"], {
      env,
    });
    expect(JSON.parse(asJson.stdout)).toMatchObject({ subtype: "success", structured_output: { city: "Oslo" } });
  });

  test("that never comes is said, and a schema that is none is refused before a model is asked", async () => {
    const env = await claude(() => ({ text: "Oslo, I think." }));
    const lost = await place.gantry(["-p", "Which city?", "--json-schema", schema], { env });
    expect(lost).toEqual({ code: 1, stdout: "", stderr: "gantry: No answer fitted the schema after 5 attempts.\n" });
    const asked = server?.requests.length;
    for (const bad of ["city", '{"type":"sausage"}']) {
      const refused = await place.gantry(["-p", "Which city?", "--json-schema", bad], { env });
      expect([refused.code, refused.stdout]).toEqual([1, ""]);
      expect(refused.stderr).toContain("GANTRY_HEADLESS_SCHEMA");
    }
    expect(server?.requests).toHaveLength(asked as number);
  });
});
