import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, PermissionRules, type ToolResult, textOf, z } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitShell from "../permit-shell/index.ts";
import settingsFiles from "../settings-files/index.ts";
import permitRules from "./index.ts";

const path = { input: z.object({ file_path: z.string() }), description: "A tool." };
const tools = definePlugin({
  name: "some-tools",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string(), background: z.boolean().optional() }),
      permission: { family: "Bash", command: "command" },
    },
    Read: { ...path, traits: { readOnly: true }, permission: { family: "Read", path: "file_path" } },
    Edit: { ...path, permission: { family: "Edit", path: "file_path" } },
    Write: { ...path, permission: { family: "Edit", path: "file_path" } },
    WebFetch: {
      description: "Fetch.",
      input: z.object({ url: z.string() }),
      permission: { family: "WebFetch", url: "url" },
    },
    Agent: { description: "Delegate.", input: z.object({ kind: z.string() }), aliases: ["Task"] },
    mcp__shop__order: { description: "Order.", input: z.object({}) },
    mcp__shopping__order: { description: "Order.", input: z.object({}) },
  },
  setup: () => {
    const run = () => "ran";
    return {
      tools: {
        Bash: run,
        Read: run,
        Edit: run,
        Write: run,
        WebFetch: run,
        Agent: run,
        mcp__shop__order: run,
        mcp__shopping__order: run,
      },
    };
  },
});

let base: string;
let kernel: TestKernel | undefined;
let rules: PermissionRules;
const probe = definePlugin({
  name: "probe",
  needs: { rules: PermissionRules },
  setup: ({ use }) => {
    rules = use.rules;
    return {};
  },
});

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "gantry-rules-")));
});
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
  await rm(base, { recursive: true });
});

interface Lists {
  readonly allow?: unknown;
  readonly ask?: unknown;
  readonly deny?: unknown;
}

async function open(permissions: Lists): Promise<TestKernel> {
  kernel = await createTestKernel({
    cwd: base,
    plugins: [filesNode, settingsFiles, permitRules, permitShell, permitModes, tools, probe],
    settings: { permissions },
  });
  return kernel;
}

/** `ok`, or the refusal. */
async function outcome(permissions: Lists, tool: string, input: unknown): Promise<string> {
  const result = await (await open(permissions)).call(tool, input);
  await kernel?.close();
  kernel = undefined;
  return said(result);
}

function said(result: ToolResult): string {
  return result.outcome === "ok" ? "ok" : textOf(result.content);
}

const bash = (permissions: Lists, command: string) => outcome(permissions, "Bash", { command });

describe("an allow rule", () => {
  it.each([
    ["Bash", "rm -rf / ; echo $HOME"],
    ["Bash(*)", "anything | at all"],
    ["Bash(npm run build)", "npm run build"],
    ["Bash(npm run build && npm test)", "npm run build && npm test"],
    ["Bash(npm test:*)", "npm test"],
    ["Bash(npm test:*)", 'npm test --grep "a b"'],
    ["Bash(npm test *)", "npm test x"],
    ["Bash(npm test *)", "npm test"],
    ["Bash(ls*)", "lsof"],
    ["Bash(git * main)", "git push origin main"],
    ["Bash(* --version)", "node --version"],
  ])("%s allows %s", async (rule, command) => expect(await bash({ allow: [rule] }, command)).toBe("ok"));

  it.each([
    ["Bash(npm test:*)", "npm testify"],
    ["Bash(npm test:*)", "npm"],
    ["Bash(npm test)", "npm test x"],
    ["Bash(npm test:*)", "npm test; rm x"],
    ["Bash(npm test:*)", "npm test && rm x"],
    ["Bash(npm test:*)", "npm test & rm x"],
    ["Bash(npm test:*)", "npm test | sh"],
    ["Bash(npm test:*)", "npm test > .git/config"],
    ["Bash(npm test:*)", "npm test $(rm x)"],
    ["Bash(npm test:*)", "npm test `rm x`"],
    ["Bash(npm test:*)", "npm test $X"],
    ["Bash(npm test:*)", "npm test <(rm x)"],
    ["Bash(npm test:*)", "npm test\nrm x"],
    ["Bash(npm test:*)", "npm test\rrm x"],
    ["Bash(npm test:*)", "npm test \u202e"],
    ["Bash(npm test:*)", "npm test\u00a0x"],
    ["Bash(npm test:*)", "npm test \0"],
    ["Bash(* test)", "PATH=/tmp npm test"],
    ["Bash(*)x", "npm ci"],
    ["Bash(watch:*)", "watch rm x"],
    ["Bash(find:*)", "find . -delete"],
    ["Bash(:*)", "npm ci"],
    ["B*", "npm ci"],
    ["*", "npm ci"],
    ["bash", "npm ci"],
    ["Bash (ls)", "rm x"],
  ])("%s does not allow %j", async (rule, command) => {
    expect(await bash({ allow: [rule] }, command)).toContain("nobody can be asked");
  });

  it.each([
    ["Edit(src/**)", "Edit", "src/a.ts"],
    ["Edit(src/**)", "Write", "src/deep/a.ts"],
    ["Edit(//etc/hosts)", "Edit", "/etc/hosts"],
    ["Edit(/src/**)", "Edit", "src/a.ts"],
    ["Write", "Write", "anything"],
  ])("%s allows %s of %s", async (rule, tool, file_path) => {
    expect(await outcome({ allow: [rule] }, tool, { file_path })).toBe("ok");
  });

  it.each([
    ["Edit", "Write", "src/a.ts"],
    ["Edit(src/**)", "Edit", "lib/src/a.ts"],
    ["Edit(src/**)", "Edit", "src/../lib/a.ts"],
    ["Edit(src/**)", "Edit", "src2/a.ts"],
    ["Edit(src/**)", "Edit", "SRC/a.ts"],
    ["Read(src/**)", "Edit", "src/a.ts"],
    ["Write(src/**)", "Edit", "src/a.ts"],
    ["Write(src/**)", "Write", "src/a.ts"],
    ["MultiEdit(src/**)", "Edit", "src/a.ts"],
    ["Edit(!src/**)", "Edit", "lib/a.ts"],
  ])("%s does not allow %s of %s", async (rule, tool, file_path) => {
    expect(await outcome({ allow: [rule] }, tool, { file_path })).toContain("nobody can be asked");
  });

  it("for a path holds only if it holds for where links lead too", async () => {
    const other = await realpath(await mkdtemp(join(tmpdir(), "gantry-other-")));
    await writeFile(join(other, "key"), "secret");
    await symlink(other, join(base, "src"));
    const edit = (allow: string[]) => outcome({ allow }, "Edit", { file_path: "src/key" });
    const refusal = await edit(["Edit(src/**)"]);
    expect(refusal).toContain("nobody can be asked");
    expect(refusal).toContain(`--allowedTools "Edit(./src/key)" "Edit(/${other}/key)"`);
    expect(await edit(["Edit(./src/key)", `Edit(/${other}/key)`])).toBe("ok");
    await rm(other, { recursive: true });
  });

  it.each([
    ["WebFetch(domain:example.com)", "https://example.com/x", true],
    ["WebFetch(domain:example.com)", "https://EXAMPLE.com./x", true],
    ["WebFetch(domain:*.example.com)", "https://a.example.com", true],
    ["WebFetch(domain:example.com)", "https://example.com.evil.org", false],
    ["WebFetch(domain:example.com)", "https://evil.org/?example.com", false],
    ["WebFetch(domain:example.com)", "https://example.com@evil.org", false],
    ["WebFetch(domain:example.com)", "https://evil@example.com", false],
    ["WebFetch(domain:example.com)", "https://notexample.com", false],
    ["WebFetch(domain:*.example.com)", "https://notexample.com", false],
    ["WebFetch(domain:example.com)", "https://a.example.com", false],
    ["WebFetch(domain:example.com)", "file://example.com/etc/passwd", false],
    ["WebFetch(domain:example.com)", "no address", false],
    ["WebFetch(example.com)", "https://example.com", false],
  ])("%s for %s: %s", async (rule, url, isAllowed) => {
    expect((await outcome({ allow: [rule] }, "WebFetch", { url })) === "ok").toBe(isAllowed);
  });

  it.each([
    ["mcp__shop", "mcp__shop__order", true],
    ["mcp__shop__*", "mcp__shop__order", true],
    ["mcp__shop__order", "mcp__shop__order", true],
    ["mcp__shop", "mcp__shopping__order", false],
    ["mcp__*", "mcp__shop__order", false],
    ["mcp__shop*", "mcp__shopping__order", false],
  ])("%s for the tool %s: %s", async (rule, tool, isAllowed) => {
    expect((await outcome({ allow: [rule] }, tool, {})) === "ok").toBe(isAllowed);
  });

  it("may name a tool by another of its names", async () => {
    expect(await outcome({ allow: ["Task"] }, "Agent", { kind: "x" })).toBe("ok");
  });

  it("for a tool that is not there does no harm", async () => {
    expect(await bash({ allow: ["LS", "NotebookRead", "Bash(ls)"] }, "ls")).toBe("ok");
  });
});

describe("a deny rule", () => {
  it.each([
    ["rm x"],
    ["rm"],
    ["ls; rm x"],
    ["ls && rm x"],
    ["ls|rm x"],
    ["ls & rm x"],
    ["ls\nrm x"],
    ["(rm x)"],
    ["{ rm x; }"],
    ["echo $(rm x)"],
    ["echo `rm x`"],
    ["cat <(rm x)"],
    ["/bin/rm x"],
    ["../../bin/rm x"],
    ["RM x"],
    ['"rm" x'],
    ["r''m x"],
    ["\\rm x"],
    ["$'rm' x"],
    ["rm$" + "{IFS}x"],
    ["rm\tx"],
    ["A=1 B=2 rm x"],
    ["env -i A=1 rm x"],
    ["sudo -u me rm x"],
    ["timeout 5 nice -n 3 rm x"],
    ["nohup rm x"],
    ["echo x | xargs -n1 rm"],
    ["command rm x"],
    ["exec rm x"],
    ["time rm x"],
    [">out rm x"],
    ["2>/dev/null rm x"],
    ["rm>out x"],
    ["if true; then rm x; fi"],
    ["for f in a; do rm $f; done"],
    ["! rm x"],
    ["bash -c 'rm x'"],
    ["eval rm x"],
    ["find . -exec rm {} +"],
    ["r\\\nm x"],
    [`${"a;".repeat(3000)}rm x`],
  ])("Bash(rm:*) denies %j", async (command) => {
    const refusal = await bash({ allow: ["Bash"], deny: ["Bash(rm:*)"] }, command);
    expect(refusal).toMatch(/forbids it.*rule Bash\(rm:\*\).*remove "Bash\(rm:\*\)" in permissions\.deny/s);
  });

  it.each([["ls rm"], ["git commit -m rm"], ["rmdir x"], ["./farm x"], ["npm run rm"]])(
    "Bash(rm:*) leaves %s alone",
    async (command) => expect(await bash({ allow: ["Bash"], deny: ["Bash(rm:*)"] }, command)).toBe("ok"),
  );

  it.each([["$X x"], ["/bin/r? x"], ["$(echo rm) x"], ["r$" + "{x}m x"], ["ls; `echo rm` x"]])(
    "about commands makes %s a question, since it hides what it runs",
    async (command) => {
      expect(await bash({ allow: ["Bash"], deny: ["Bash(rm:*)"] }, command)).not.toBe("ok");
      expect(await bash({ allow: ["Bash"] }, command)).toBe("ok");
    },
  );

  it.each([
    ["Edit(src/**)", "Edit", "src/a"],
    ["Edit(src/**)", "Write", "lib/src/a"],
    ["Edit(src/**)", "Edit", "SRC/A"],
    ["Edit", "Write", "a"],
    ["edit", "Edit", "a"],
    ["Read(.env)", "Read", "deep/.env"],
    ["Read(.env)", "Edit", ".ENV"],
    ["Read(.env)", "Read", "/elsewhere/.env"],
    ["Read(!x)", "Read", "anything"],
    ["Read(~/**)", "Read", "~/x"],
  ])("%s denies %s of %s", async (rule, tool, file_path) => {
    expect(await outcome({ allow: ["Edit", "Write", "Read"], deny: [rule] }, tool, { file_path })).toContain(
      "permissions.deny",
    );
  });

  it("for a path looks at where links lead", async () => {
    await writeFile(join(base, "secret.txt"), "x");
    await symlink("secret.txt", join(base, "harmless.txt"));
    const read = (file_path: string) => outcome({ deny: ["Read(./secret.txt)"] }, "Read", { file_path });
    expect(await read("harmless.txt")).toContain("permissions.deny");
    expect(await read("other.txt")).toBe("ok");
  });

  it.each([
    ["WebFetch(domain:evil.org)", "WebFetch", { url: "https://www.evil.org" }],
    ["WebFetch(domain:evil.org)", "WebFetch", { url: "no address" }],
    ["mcp__*", "mcp__shop__order", {}],
    ["*", "Read", { file_path: "a" }],
    ["Agent(Explore)", "Agent", { kind: "Explore" }],
    ["Agent(kind:Ex*)", "Agent", { kind: "Explore" }],
    ["Bash(background:true)", "Bash", { command: "ls", background: true }],
  ])("%s denies %s %j", async (rule, tool, input) => {
    const allow = ["Bash", "WebFetch", "Agent", "mcp__shop"];
    expect(await outcome({ allow, deny: [rule] }, tool, input)).toContain("permissions.deny");
  });

  it.each(["Bash(rm", "Bash(rm:*", "Bash (rm)", "Bash()"])(
    "%s, which has no meaning, denies all of Bash and says so",
    async (rule) => {
      const { run, model } = await open({ deny: [rule], allow: ["Bash"] });
      model.push({ calls: [{ name: "Bash", input: { command: "ls" } }] }, { text: "Done." });
      const { results, events } = await run("go");
      expect(said(results[0] as ToolResult)).toContain("has no meaning as a rule");
      const notices = events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));
      expect(notices).toEqual([expect.stringContaining("Until it is corrected, Bash is denied altogether.")]);
    },
  );

  it.each([
    ["Write(src/**)", "Write Edit(src/**)."],
    ["Grep(src/**)", "Write Read(src/**)."],
    ["mcp__*", "names its tool, or the server of it"],
  ])("%s allows nothing, and that is said", async (rule, remedy) => {
    const { run, model } = await open({ allow: [rule] });
    model.push({ text: "Done." });
    const { events } = await run("go");
    const notices = events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));
    expect(notices).toEqual([expect.stringContaining(remedy)]);
  });

  it("is not needed for a path that cannot be: it is denied, and the plugin has not failed", async () => {
    const { run, model } = await open({ allow: ["Read"] });
    model.push({ calls: [{ name: "Read", input: { file_path: "a\0b.txt" } }] }, { text: "Done." });
    const { results, faults } = await run("go");
    expect(said(results[0] as ToolResult)).toContain("NUL character");
    expect(faults).toEqual([]);
  });

  it("that is written alone and not as a list counts", async () => {
    expect(await bash({ allow: ["Bash"], deny: "Bash(rm:*)" }, "rm x")).toContain("permissions.deny");
  });

  it("without brackets takes the tool out of what the model is shown", async () => {
    const { run, model } = await open({ deny: ["Bash", "mcp__shop", "Edit(src/**)"] });
    await run("hello");
    const offered = model.requests[0]?.tools.map(({ name }) => name);
    expect(offered).toEqual(["Read", "Edit", "Write", "WebFetch", "Agent", "mcp__shopping__order"]);
  });
});

describe("rules together", () => {
  it("deny before ask before allow, whatever is more exact", async () => {
    expect(await bash({ allow: ["Bash(ls -l)"], deny: ["Bash(ls:*)"] }, "ls -l")).toContain("forbids");
    expect(await bash({ allow: ["Bash(ls -l)"], ask: ["Bash(ls:*)"] }, "ls -l")).toContain("wants it asked for");
    expect(await bash({ ask: ["Bash"], deny: ["Bash"] }, "ls")).toContain("forbids");
  });

  it("pass over one that has no meaning and keep the others", async () => {
    const { call } = await open({ allow: ["(x)", 7, "Bash(", "Bash(ls)"] });
    expect(said(await call("Bash", { command: "ls" }))).toBe("ok");
    expect(said(await call("Bash", { command: "rm x" }))).not.toBe("ok");
  });

  it("of flags are parted by commas and blanks outside brackets", async () => {
    const { call } = await open({ allow: ["Bash(git log:*),Bash(npm run a, b) WebFetch", "Agent"] });
    expect(said(await call("Bash", { command: "git log -1" }))).toBe("ok");
    expect(said(await call("Bash", { command: "npm run a, b" }))).toBe("ok");
    expect(said(await call("WebFetch", { url: "https://a.org" }))).toBe("ok");
    expect(said(await call("Agent", { kind: "x" }))).toBe("ok");
    expect(said(await call("Bash", { command: "npm" }))).not.toBe("ok");
  });

  it("can be added for a session", async () => {
    const { call, session } = await open({});
    expect(said(await call("Bash", { command: "npm test" }))).not.toBe("ok");
    rules.allow(session, ["Bash(npm test:*)"]);
    expect(said(await call("Bash", { command: "npm test x" }))).toBe("ok");
    expect(() => rules.allow(session, ["Bash(ls)", "Bash("])).toThrow(
      expect.objectContaining({ code: "GANTRY_PERMIT_RULE" }),
    );
    expect(said(await call("Bash", { command: "npm ci" }))).not.toBe("ok");
  });
});

describe("a refusal names the flag that would allow the call", () => {
  it.each([
    ["npm test --watch", '--allowedTools "Bash(npm test:*)"'],
    ["npm run build --fast", '--allowedTools "Bash(npm run build:*)"'],
    ["make", '--allowedTools "Bash(make)"'],
    ["python3 x.py", '--allowedTools "Bash(python3 x.py)"'],
    ["rm -rf build", '--allowedTools "Bash(rm -rf build)"'],
    ["a && b", '--allowedTools "Bash(a && b)"'],
    ['echo "it\'s $X"', `--allowedTools 'Bash(echo "it'\\''s $X")'`],
    ["make *.ts", '--allowedTools "Bash"'],
  ])("%s", async (command, flag) => expect(await bash({}, command)).toContain(`To allow it: ${flag}`));

  it("for paths, addresses and other tools", async () => {
    expect(await outcome({}, "Edit", { file_path: "src/a[1].ts" })).toContain(`'Edit(./src/a\\[1\\].ts)'`);
    expect(await outcome({}, "Write", { file_path: "/etc/hosts" })).toContain('"Edit(//etc/hosts)"');
    expect(await outcome({}, "WebFetch", { url: "https://a.org/x" })).toContain('"WebFetch(domain:a.org)"');
    expect(await outcome({}, "mcp__shop__order", {})).toContain('"mcp__shop__order"');
  });

  it("and that flag does allow it", async () => {
    for (const command of ["npm test x", "make", "python3 x.py", "a && b", 'echo "it\'s (1)"']) {
      const refusal = await bash({}, command);
      const quoted = /--allowedTools (.*)$/s.exec(refusal)?.[1] ?? "";
      const value = quoted.startsWith("'") ? quoted.slice(1, -1).replaceAll("'\\''", "'") : quoted.slice(1, -1);
      expect(await bash({ allow: [value] }, command)).toBe("ok");
    }
  });
});

describe("--tools", () => {
  async function chosen(values: readonly string[]) {
    kernel = await createTestKernel({
      cwd: base,
      plugins: [filesNode, settingsFiles, permitRules, permitShell, permitModes, tools, probe],
      config: { "permit-rules": { tools: values } },
      settings: { permissions: { allow: ["Bash(ls:*)", "Agent"] } },
    });
    const bash = await kernel.call("Bash", { command: "ls" });
    const shown = kernel.model.requests[0]?.tools.map(({ name }) => name).sort();
    return { bash: said(bash), shown };
  }

  it.each([
    [["Read,Edit"], ["Edit", "Read"]],
    [
      ["Read", "Task"],
      ["Agent", "Read"],
    ],
    [[""], []],
  ])("shows the model these alone, and refuses all others: %j", async (values, names) => {
    const { bash, shown } = await chosen(values);
    expect(shown).toEqual(names);
    expect(bash).toContain("--tools");
  });

  it("leaves all where it says so", async () => {
    const { bash, shown } = await chosen(["default"]);
    expect(shown).toContain("WebFetch");
    expect(bash).toBe("ok");
  });
});
