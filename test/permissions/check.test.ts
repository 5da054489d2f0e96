import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type Host, openHost } from "gantry";
import { definePlugin, type FrontendHost, type Plugin, z } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../../plugins/files-node/index.ts";
import permitCheck from "../../plugins/permit-check/index.ts";
import permitModes from "../../plugins/permit-modes/index.ts";
import permitPaths from "../../plugins/permit-paths/index.ts";
import permitRules from "../../plugins/permit-rules/index.ts";
import permitShell from "../../plugins/permit-shell/index.ts";
import settingsFiles from "../../plugins/settings-files/index.ts";

/** What has really happened; nothing ever should. */
const happened: string[] = [];
const tools = definePlugin({
  name: "some-tools",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string() }),
      permission: { family: "Bash", command: "command" },
    },
    Read: {
      description: "Read.",
      input: z.object({ file_path: z.string() }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "file_path" },
    },
    Write: {
      description: "Write.",
      input: z.object({ file_path: z.string(), content: z.string() }),
      permission: { family: "Edit", path: "file_path" },
    },
    Order: { description: "Order.", input: z.object({ what: z.string().optional() }) },
  },
  taps: { preTool: true, postTool: true, ask: true, event: true },
  setup: () => {
    const happens = (what: string) => () => {
      happened.push(what);
      return what;
    };
    const happensSilently = (what: string) => () => void happened.push(what);
    return {
      tools: { Bash: happens("Bash"), Read: happens("Read"), Write: happens("Write"), Order: happens("Order") },
      taps: {
        preTool: happensSilently("preTool"),
        postTool: happensSilently("postTool"),
        ask: happensSilently("ask") as () => undefined,
        event: happensSilently("event"),
      },
    };
  },
});

let base: string;
let shop: string;
let host: Host | undefined;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-check-")));
  shop = join(base, "shop");
  fs.mkdirSync(shop);
  happened.length = 0;
});
afterEach(async () => {
  await host?.close();
  host = undefined;
  fs.rmSync(base, { recursive: true });
});

const ALL: readonly Plugin[] = [
  filesNode,
  settingsFiles,
  permitRules,
  permitShell,
  permitPaths,
  permitModes,
  permitCheck,
  tools,
];

interface Options {
  readonly flags?: object;
  readonly stdin?: string;
  readonly permissions?: object;
  readonly plugins?: readonly Plugin[];
}

/** Runs `gantry permissions` on the real kernel. */
async function permissions(
  words: string[],
  { flags = {}, stdin = "", permissions = {}, plugins = ALL }: Options = {},
): Promise<string> {
  await host?.close();
  host = await openHost({
    cwd: shop,
    env: { PATH: process.env.PATH ?? "", HOME: join(base, "home") },
    plugins,
    flagSettings: { permissions } as never,
    useFiles: false,
    isStrict: true,
  });
  const run = await host.generation.subcommands.get("permissions")?.handler();
  const stdout = new PassThrough();
  const input = new PassThrough();
  input.end(stdin);
  const code = await run?.(words, flags as never, { stdin: input, stdout, info: host.info } as unknown as FrontendHost);
  expect(code).toBe(0);
  return String(stdout.read() ?? "");
}

interface Said {
  readonly id: unknown;
  readonly decision: string;
  readonly reason: string;
  readonly matchedRule: string | null;
}

/** Answers of `permissions check`; a line that is text goes in as it is. */
async function check(lines: readonly unknown[], settings: object = {}): Promise<Said[]> {
  const stdin = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const out = await permissions(["check"], { stdin, permissions: settings });
  return out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function decide(line: object, settings: object = {}): Promise<Said> {
  const [said] = await check([{ tool: "Bash", ...line }], settings);
  return said as Said;
}

const bash = (command: string, more: object = {}) => ({ tool: "Bash", input: { command }, ...more });

describe("gantry permissions check", () => {
  it("answers line by line, in order, with the ids that were given", async () => {
    const ids = ["a", 7, null, { deep: [1] }, "a", undefined];
    const commands = ["ls", "npm ci", "rm -rf /", "cat x", "ls; npm ci", "pwd"];
    const said = await check(commands.map((command, at) => ({ id: ids[at], ...bash(command) })));
    expect(said.map(({ id }) => id)).toEqual(["a", 7, null, { deep: [1] }, "a", null]);
    expect(said.map(({ decision }) => decision)).toEqual(["allow", "ask", "ask", "allow", "ask", "allow"]);
    for (const one of said) expect(Object.keys(one)).toEqual(["id", "decision", "reason", "matchedRule"]);
  });

  it("names the rule that decided", async () => {
    const rules = { allow: ["Bash(npm ci)"], deny: ["Bash(rm:*)"], ask: ["Bash(git push:*)"] };
    const said = await check(["npm ci", "rm x", "git push", "make"].map((command) => bash(command, { rules })));
    expect(said.map(({ decision, matchedRule }) => [decision, matchedRule])).toEqual([
      ["allow", "Bash(npm ci)"],
      ["deny", "Bash(rm:*)"],
      ["ask", "Bash(git push:*)"],
      ["ask", null],
    ]);
  });

  it.each([
    ["{ not json", "the line is not JSON"],
    ["", "the line is not JSON"],
    ["   ", "the line is not JSON"],
    ['{"id":1,"tool":"Bash","tool":"Read"}', "the line is not JSON"],
    ["[]", "expected object"],
    ["null", "expected object"],
    ['"ls"', "expected object"],
    ["{}", "tool: "],
    ['{"tool":""}', "tool: "],
    ['{"tool":7}', "tool: "],
    ['{"tool":"Bash","rules":[]}', "rules: "],
    ['{"tool":"Bash","rules":{"allow":"Bash"}}', "rules.allow: "],
    ['{"tool":"Bash","rules":{"deny":[1]}}', "rules.deny.0: "],
    ['{"tool":"Bash","mode":"fast"}', "mode: "],
    ['{"tool":"Bash","mode":1}', "mode: "],
    ['{"tool":"Bash","cwd":"sub"}', "cwd: it is no absolute path"],
    ['{"tool":"Bash","home":"~"}', "home: it is no absolute path"],
    ['{"tool":"Bash","interactive":"no"}', "interactive: "],
    ['{"tool":"Bash"}', "The input of Bash is not valid"],
    ['{"tool":"Bash","input":"ls"}', "The input of Bash is not valid"],
    ['{"tool":"Bash","input":{"command":["ls"]}}', "command: "],
  ])("refuses the line %j, says why and goes on", async (line, why) => {
    const said = await check([line, bash("ls", { id: "next" })]);
    expect(said).toEqual([
      expect.objectContaining({ decision: "deny", matchedRule: null, reason: expect.stringContaining(why) }),
      expect.objectContaining({ id: "next", decision: "allow" }),
    ]);
  });

  it("gives back the id of a line that is refused for another field", async () => {
    expect(await decide({ id: "x", rules: 1 })).toMatchObject({ id: "x", decision: "deny" });
  });

  it("takes lines that end as on Windows, and one that does not end", async () => {
    const stdin = `${JSON.stringify(bash("ls"))}\r\n${JSON.stringify(bash("npm ci"))}`;
    const out = await permissions(["check"], { stdin });
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).decision),
    ).toEqual(["allow", "ask"]);
  });

  it("answers nothing to nothing", async () => {
    expect(await check([])).toEqual([]);
  });

  it("judges a tool that is not there by its name", async () => {
    expect(await decide({ tool: "mcp__shop__order" })).toMatchObject({ decision: "ask" });
    const rules = { allow: ["mcp__shop"], deny: ["mcp__bank"] };
    expect(await decide({ tool: "mcp__shop__order", rules })).toMatchObject({ decision: "allow" });
    expect(await decide({ tool: "mcp__bank__order", rules })).toMatchObject({ decision: "deny" });
    expect(await decide({ tool: "constructor", input: {} })).toMatchObject({ decision: "ask" });
  });

  it("never asks where nobody is there", async () => {
    const commands = ["ls", "npm ci", "rm -rf /", "$X", "git push", "ls; (", "sudo x"];
    const said = await check(
      commands.map((command) => bash(command, { interactive: false, rules: { ask: ["Bash(git push:*)"] } })),
    );
    expect(said.map(({ decision }) => decision)).toEqual(["allow", ...Array(6).fill("deny")]);
    expect(said[1]?.reason).toMatch(/nobody can be asked/);
  });

  it("supposes a mode, allowed or not, and takes manual for default", async () => {
    const modes = ["manual", "default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"];
    const said = await check(modes.map((mode) => bash("rm a", { mode })));
    expect(said.map(({ decision }) => decision)).toEqual(["ask", "ask", "allow", "deny", "deny", "allow"]);
  });

  it("puts the rules of a line in place of the settings, where it has some", async () => {
    const settings = { deny: ["Bash(npm ci)"], allow: ["Bash(make:*)"] };
    const lines = [
      bash("npm ci"),
      bash("npm ci", { rules: { allow: ["Bash(npm ci)"] } }),
      bash("npm ci", { rules: {} }),
      bash("make", { rules: {} }),
      bash("make"),
      bash("npm ci"),
    ];
    const said = await check(lines, settings);
    expect(said.map(({ decision }) => decision)).toEqual(["deny", "allow", "ask", "ask", "allow", "deny"]);
  });

  it("supposes another folder and another home", async () => {
    const read = (file_path: string, more: object = {}) => ({ tool: "Read", input: { file_path }, ...more });
    const other = join(base, "other");
    const said = await check([
      read(join(other, "a")),
      read(join(other, "a"), { cwd: other }),
      read("a", { cwd: other }),
      read(join(shop, "a"), { cwd: other }),
      read("~/a", { home: other, cwd: other }),
      read("~/a", { home: other }),
      bash("cat ~/a", { home: other, cwd: other }),
      bash("cat ../shop/a", { cwd: other }),
      read("a", { cwd: other, rules: { deny: [`Read(/${other}/**)`] } }),
    ]);
    const decisions = ["ask", "allow", "allow", "ask", "allow", "ask", "allow", "ask", "deny"];
    expect(said.map(({ decision }) => decision)).toEqual(decisions);
  });

  it("runs nothing, asks nobody and tells no other hook", async () => {
    await check([
      bash("ls"),
      bash("touch made"),
      { tool: "Order", input: {}, rules: { allow: ["Order"] } },
      bash("touch made", { mode: "bypassPermissions" }),
    ]);
    expect(happened).toEqual([]);
    expect(fs.readdirSync(shop)).toEqual([]);
    expect(fs.existsSync(join(base, "home"))).toBe(false);
  });

  it("keeps a mode and rules to the line that supposes them", async () => {
    const said = await check([
      bash("npm ci", { mode: "bypassPermissions", rules: { allow: ["Bash"] } }),
      bash("npm ci"),
    ]);
    expect(said.map(({ decision }) => decision)).toEqual(["allow", "ask"]);
  });
});

it("says no where it cannot suppose what it is told to, as no plugin does", async () => {
  const plugins = [filesNode, settingsFiles, permitCheck, tools];
  const lines = [bash("ls", { rules: { deny: ["Bash(ls)"] } }), bash("ls", { mode: "plan" }), bash("ls")];
  const out = await permissions(["check"], { stdin: lines.map((line) => JSON.stringify(line)).join("\n"), plugins });
  expect(out).toContain("no plugin judges by rules");
  expect(out).toContain("no plugin knows the mode plan");
  const decisions = out.trim().split("\n");
  expect(decisions.map((line) => JSON.parse(line).decision)).toEqual(["deny", "deny", "ask"]);
});

describe("gantry permissions explain", () => {
  const explain = (words: string[], flags: object = {}, settings: object = {}) =>
    permissions(["explain", ...words], { flags, permissions: settings });

  it("says what becomes of a command, by which rule, why and by which plugin", async () => {
    const text = await explain(["git", "push", "--force"], {}, { deny: ["Bash(git push:*)"] });
    expect(text).toContain("Bash: git push --force\n  is refused\n");
    expect(text).toContain("rule:   Bash(git push:*)");
    expect(text).toMatch(/why: {4}a rule of .* forbids it/);
    expect(text).toContain("by:     permit-rules");
    expect(text).toContain("remedy: To allow it");
    expect(await explain(["ls"])).toBe(
      "Bash: ls\n  runs without asking\n  why:    it only looks\n  by:     permit-shell\n",
    );
    expect(await explain(["npm ci"])).toContain("is asked for");
  });

  it("explains other tools by what their permissions are about, in a mode that is named", async () => {
    expect(await explain(["/etc/hosts"], { tool: "Read" })).toContain("lies outside the folders");
    expect(await explain(["a"], { tool: "Read", mode: "plan" })).toContain("runs without asking");
    expect(await explain(["npm ci"], { mode: "manual" })).toContain("is asked for");
    expect(await explain(["npm ci"], { mode: "dontAsk" })).toContain("is refused");
    expect(await explain(["x"], { tool: "mcp__shop__order" })).toContain("is asked for");
    expect(await explain(["src/a.ts"], { tool: "Write" }, { allow: ["Edit(src/**)"] })).toContain(
      "Write: src/a.ts\n  runs without asking\n  rule:   Edit(src/**)",
    );
  });

  it("writes JSON where that is wanted", async () => {
    const said = JSON.parse(await explain(["make"], { json: true }, { allow: ["Bash(make:*)"] }));
    expect(said).toMatchObject({ tool: "Bash", input: { command: "make" }, decision: "allow", rule: "Bash(make:*)" });
  });

  it("shows signs that are not seen", async () => {
    const text = await explain(["ls \u202e\u001b[2J"]);
    for (const sign of ["\u202e", "\u001b"]) expect(text).not.toContain(sign);
    expect(text).toContain("is asked for");
  });

  it.each([
    [["explain", "ls"], { mode: "acceptEdit" }, "GANTRY_PERMIT_MODE", "acceptEdits"],
    [["explain", "ls"], { mode: "constructor" }, "GANTRY_PERMIT_MODE", "There is no permission mode"],
    [["explain", "ls"], { tool: "constructor" }, "GANTRY_PERMIT_TOOL", "There is no tool"],
    [["explain", "ls"], { tool: "Reed" }, "GANTRY_PERMIT_TOOL", "Read"],
    [["explain"], {}, "GANTRY_PERMIT_USAGE", "explain"],
    [["check", "ls"], {}, "GANTRY_PERMIT_USAGE", "check ls"],
    [["chek"], {}, "GANTRY_PERMIT_USAGE", "chek"],
    [[], {}, "GANTRY_PERMIT_USAGE", "wants to know"],
  ])("refuses the words %j with %j", async (words, flags, code, said) => {
    const refused = permissions(words, { flags });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(said);
  });
});
