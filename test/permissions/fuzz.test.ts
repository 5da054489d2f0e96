import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { definePlugin, Judge, newId, PermissionRules, type RuleLists, type SessionView, z } from "gantry/sdk";
import { loadShell, type Shell } from "gantry/sdk/kit/shell";
import { createTestKernel } from "gantry/sdk/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import filesNode from "../../plugins/files-node/index.ts";
import permitModes from "../../plugins/permit-modes/index.ts";
import permitRules from "../../plugins/permit-rules/index.ts";
import permitShell from "../../plugins/permit-shell/index.ts";
import settingsFiles from "../../plugins/settings-files/index.ts";
import { secondOpinion } from "./second-opinion.ts";
import { shellTexts } from "./texts.ts";

const SEED = 20_261_123;
const texts = [...new Set(fc.sample(shellTexts(), { numRuns: 5000, seed: SEED }))];

let base: string;
let shell: Shell;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "gantry-fuzz-"));
  shell = await loadShell();
});
afterAll(() => rm(base, { recursive: true }));

describe("what bash may run", () => {
  it("is found wherever another grammar finds it", async () => {
    const namesIn = await secondOpinion();
    const found = texts.map((text) => ({ text, names: namesIn(text)?.filter((name) => !isMisread(name, text)) ?? [] }));
    const missed = found.filter(({ text, names }) => names.some((name) => !mentions(name, text)));
    expect(found.filter(({ names }) => names.length > 0).length).toBeGreaterThan(1000);
    expect(missed.map(({ text }) => text)).toEqual([]);
  });

  it("may only be allowed where bash has nothing to say against the syntax", async () => {
    const allowable = texts.filter(isPlain);
    expect(allowable.length).toBeGreaterThan(300);
    expect((await refusedByBash(allowable)).filter((text) => !isKnownLax(text))).toEqual([]);
  });
});

/** What tree-sitter-bash 0.25 takes for a command, and bash does not. */
function isMisread(name: string, text: string): boolean {
  const isKeyword = /^(?:do|done|then|fi|esac|in|else|elif)$/.test(name);
  // It reads `$((` as two brackets, a line that goes on behind a `\` as two words; and it ends a here-document that has no end.
  const isEndless = /<<-?["'\\]?E/.test(text) && !/^\t*E$/m.test(text);
  return isKeyword || isEndless || text.includes("((") || text.includes("\\\n");
}

function mentions(name: string, text: string): boolean {
  const read = shell.readShell(text);
  return shell.mentionOf(`${basename(name)}:*`, read) === "yes" || shell.hidesProgram(read);
}

/** A list of commands in which nothing is in doubt, as it must be to be allowed. */
function isPlain(text: string): boolean {
  const { problem, commands } = shell.readShell(text);
  return problem === undefined && commands.every(({ after }) => after !== undefined);
}

/** What unbash 6.0.4 lets pass, and bash refuses to run: no program is hidden by it. */
function isKnownLax(text: string): boolean {
  const bare = text.replace(/'[^']*'|"[^"]*"/g, "");
  const opensBracket = /\S\s*\(/.test(bare);
  const negatesNothing = /!\s*(?:\|\||&&|[|;&])/.test(bare);
  const hasOddDelimiter = /<<-?\s*[^\s;&|<>()]*["'`$]/.test(text);
  const hasOpenExpansion = /<<<\s*\$\{\s|\$\[/.test(bare);
  const hasNumberForFile = /[<>]\s*\d+[<>]/.test(bare);
  return hasNumberForFile || opensBracket || negatesNothing || hasOddDelimiter || hasOpenExpansion;
}

/** One bash looks at all of them. */
async function refusedByBash(all: readonly string[]): Promise<readonly string[]> {
  const folder = join(base, "texts");
  await mkdir(folder);
  await Promise.all(all.map((text, at) => writeFile(join(folder, String(at)), text)));
  const script =
    'for file in "$1"/*; do bash --noprofile --norc -n "$file" 2>/dev/null || echo "$' + '{file##*/}"; done';
  const { stdout, status } = spawnSync("bash", ["--noprofile", "--norc", "-c", script, "bash", folder], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  expect(status).toBe(0);
  return stdout.split("\n").flatMap((at) => (at === "" ? [] : [all[Number(at)] as string]));
}

describe("a vote", () => {
  it("is never loosened by one more rule that denies or asks", async () => {
    const judge = await judgement();
    const STRICTNESS = { none: 1, allow: 0, ask: 1, deny: 2 };
    const rules = fc.array(fc.constantFrom(...RULES), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(shellTexts(), fc.constantFrom(...PLAIN)),
        fc.record({ allow: rules, ask: rules, deny: rules }),
        fc.constantFrom("ask" as const, "deny" as const),
        fc.constantFrom(...RULES),
        async (command, lists, effect, rule) => {
          const before = await judge(command, lists);
          const after = await judge(command, { ...lists, [effect]: [...lists[effect], rule] });
          expect(STRICTNESS[after]).toBeGreaterThanOrEqual(STRICTNESS[before]);
        },
      ),
      { numRuns: 600, seed: SEED },
    );
  });
});

const RULES = [
  ..."Bash Bash(*) Bash(rm:*) Bash(ls:*) Bash(echo:*) Bash(git:*) Bash(ls*) Bash(rm Bash() bash(ls:*) Read(.env) Edit Read".split(
    " ",
  ),
  "Bash(git status:*)",
  "Bash(git * main)",
  "Bash(* x)",
  "Bash(ls a)",
  "Read(./secrets/**)",
  "Edit(src/**)",
];
const PLAIN = [
  ..."ls,rm x,git push origin main,cat .env,cat secrets/key,cat s*/key,echo x > src/a,ls a,cd src && ls,git status".split(
    ",",
  ),
  "sudo rm x",
  "$x y",
  "cat *",
  "xargs rm",
];

/** Judges supposed commands by the gates of real ones. */
async function judgement() {
  let suppose: ((command: string, lists: RuleLists) => Promise<"allow" | "ask" | "deny" | "none">) | undefined;
  const probe = definePlugin({
    name: "probe",
    needs: { judge: Judge, rules: PermissionRules },
    setup: ({ use, scope }) => {
      suppose = async (command, lists) => {
        const session: SessionView = {
          id: newId(),
          cwd: base,
          home: base,
          folders: [base],
          model: { provider: "", id: "" },
          isInteractive: true,
          entries: [],
          allEntries: [],
          messages: [],
          scope,
          enqueue: () => undefined,
          record: () => undefined,
          notify: () => undefined,
          announce: () => undefined,
        };
        use.rules.suppose(session, lists);
        return (await use.judge.judge(session, { name: "Bash", input: { command } })).decision;
      };
      return {};
    },
  });
  const kernel = await createTestKernel({
    cwd: base,
    plugins: [filesNode, settingsFiles, permitRules, permitShell, permitModes, shellTool, probe],
  });
  onTestFinished(() => kernel.close());
  await kernel.call("Bash", { command: "true" });
  if (!suppose) throw new Error("the probe was not set up");
  return suppose;
}

const shellTool = definePlugin({
  name: "some-shell",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string() }),
      permission: { family: "Bash", command: "command" },
    },
  },
  setup: () => ({ tools: { Bash: () => "ran" } }),
});
