import { once } from "node:events";
import { PassThrough } from "node:stream";
import {
  ask as askVerdict,
  definePlugin,
  defineTool,
  Files,
  type FrontendHost,
  type LeftOut,
  PluginError,
  type RememberedAnswers,
  type ReviewedClaim,
  type Session,
  type Verdict,
  z,
} from "gantry/sdk";
import { createTestKernel, type Script, scriptedModel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frontendLine } from "./index.ts";
import setup from "./line.ts";

const ran: unknown[] = [];
const shell = defineTool({
  name: "Shell",
  description: "d",
  input: z.object({ command: z.string(), note: z.string().optional() }),
  permission: { family: "Shell", command: "command" },
  run: ({ command }) => {
    ran.push(command);
    return "done";
  },
});
const look = defineTool({
  name: "Look",
  description: "d",
  input: z.object({ path: z.string() }),
  traits: { readOnly: true },
  run: () => {
    throw new Error("no such file\nat all");
  },
});
const greets = definePlugin({
  name: "greets",
  commands: { greet: { description: "Greet" }, leave: { description: "End the session" } },
  setup: () => ({
    commands: {
      greet: (name) => `Hello ${name}\u001b[2J`,
      leave: (_, session) => void session.close(),
    },
  }),
});
const edit = defineTool({
  name: "Change",
  description: "d",
  input: z.object({ file_path: z.string(), old_string: z.string(), new_string: z.string() }),
  permission: { family: "Edit", path: "file_path" },
  run: () => "changed",
});
/** No opinion, for the reason that the person reads; or a vote. */
let vote: Verdict;
const gate = definePlugin({
  name: "gate",
  taps: { toolGate: { only: ["Shell", "Change"] } },
  setup: () => ({ taps: { toolGate: () => vote } }),
});

const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  vote = { decision: "none", reason: "no rule allows it" };
});
afterEach(async () => {
  ran.length = 0;
  for (const close of closers.splice(0)) await close();
});

type Dialogue = readonly (readonly [seen: string, typed: string | (() => void)])[];
interface Extra {
  readonly remembered?: RememberedAnswers;
  readonly files?: Pick<Files, "resolve">;
  readonly columns?: number;
  readonly prompt?: string;
  readonly untrusted?: () => LeftOut;
  readonly trust?: () => void;
  /** Leaves standard input open after the last line. */
  readonly keepOpen?: boolean;
}

/** The real kernel, the line frontend in it, and somebody who types when a text is seen. */
async function talk(
  script: Script | ((type: (text: string) => void) => Script),
  dialogue: Dialogue,
  extra: Extra = {},
) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const { remembered, columns } = extra;
  const files = definePlugin({
    name: "files",
    provides: { files: Files },
    setup: () => ({ services: { files: { resolve: async (path: string) => path, ...extra.files } as Files } }),
  });
  Object.assign(stdout, { columns });
  const handlers = await setup({
    use: { remembered, store: undefined, slots: { handler: async () => undefined } },
  } as never);
  const model = scriptedModel(typeof script === "function" ? script((text) => stdin.write(text)) : script);
  const kernel = await createTestKernel({
    plugins: [definePlugin(frontendLine, () => handlers), files, shell, look, edit, greets, gate],
    model,
    answer: () => undefined,
  });
  closers.push(kernel.close);

  let shown = "";
  let at = 0;
  const waiting = [...dialogue];
  stdout.on("data", (chunk) => {
    shown += chunk;
    for (let next = waiting[0]; next && shown.indexOf(next[0], at) >= 0; next = waiting[0]) {
      at = shown.indexOf(next[0], at) + next[0].length;
      waiting.shift();
      if (typeof next[1] === "string") stdin.write(next[1]);
      else next[1]();
      if (waiting.length === 0 && !extra.keepOpen) stdin.end();
    }
  });
  const host = {
    info: { version: "0.1.0", cwd: kernel.cwd, env: {} },
    prompt: extra.prompt,
    stdin,
    stdout,
    stderr: new PassThrough(),
    signal: new AbortController().signal,
    isVerbose: false,
    open: async (): Promise<Session> => kernel.session,
    notices: [],
    untrusted: async () => extra.untrusted?.() ?? { isTrusted: false, isRemembered: true, claims: [] },
    trust: async () => extra.trust?.(),
  } as unknown as FrontendHost;
  const exit = await handlers.frontends.line(host);
  return { exit, shown, requests: model.requests, missing: waiting.map(([seen]) => seen) };
}

const lastUserText = (request: { messages: readonly { content: readonly object[] }[] } | undefined) =>
  JSON.stringify(request?.messages.at(-1)?.content);

describe("a conversation", () => {
  it("sends what is typed, shows the answer as it comes, and ends with the session's id", async () => {
    const { exit, shown, requests, missing } = await talk(
      [{ text: "Hello to you." }],
      [
        ["> ", "hello\n"],
        ["Hello to you.\n> ", ""],
      ],
    );
    expect(missing).toEqual([]);
    expect(exit).toBe(0);
    expect(requests).toHaveLength(1);
    expect(lastUserText(requests[0])).toContain("hello");
    expect(shown).toMatch(/Session [0-9a-f-]{36} has ended\.\n$/);
  });

  it("begins with the prompt of the command line", async () => {
    const { requests } = await talk([{ text: "Yes." }], [["Yes.\n> ", ""]], { prompt: "are you there?" });
    expect(lastUserText(requests[0])).toContain("are you there?");
  });

  it("goes on after a backslash, and takes lines that arrive together as one message", async () => {
    const { requests } = await talk(
      [{ text: "One." }, { text: "Two." }],
      [
        ["> ", "first\\\n"],
        ["… ", "second\n"],
        ["One.\n> ", "a\nb\nc\n"],
        ["Two.\n> ", ""],
      ],
    );
    expect(lastUserText(requests[0])).toContain("first\\nsecond");
    expect(lastUserText(requests[1])).toContain("a\\nb\\nc");
  });

  it("shows one line for a tool call, with what went wrong", async () => {
    const { shown } = await talk(
      [{ calls: [{ name: "Look", input: { path: "notes.txt" } }] }, { text: "Not there." }],
      [
        ["> ", "look\n"],
        ["Not there.\n> ", ""],
      ],
    );
    expect(shown).toMatch(/\nLook: notes\.txt \(error(, \d+ ms)?: .*no such file ⏎ at all.*\)\nNot there\.\n/);
  });

  it("shows what a command says, safely", async () => {
    const { shown, requests } = await talk(
      [],
      [
        ["> ", "/greet Ada\n"],
        ["Hello Ada<U+001B>[2J\n> ", ""],
      ],
    );
    expect(shown).toContain("Hello Ada<U+001B>[2J\n");
    expect(requests).toHaveLength(0);
  });

  it("makes the text of a model safe for the terminal", async () => {
    const { shown } = await talk(
      [{ text: "a\u001b]0;owned\u0007\u202eb" }],
      [
        ["> ", "go\n"],
        ["b\n> ", ""],
      ],
    );
    expect(shown).toContain("a<U+001B>]0;owned<U+0007><U+202E>b\n");
  });

  it("leaves when a command has ended the session", async () => {
    const { exit, shown } = await talk(
      [],
      [
        ["> ", "/leave\n"],
        ["has ended", ""],
      ],
    );
    expect([exit, shown.includes("has ended")]).toEqual([0, true]);
  });

  it("sends what is typed during a turn along with it, and keeps commands until its end", async () => {
    const gate = new PassThrough();
    const { shown, requests, missing } = await talk(
      (type) => [
        () => {
          type("two\n");
          return { text: "Thinking.", after: once(gate, "data") };
        },
        () => {
          type("/greet Bob\n");
          return { text: "Both done.", after: once(gate, "data") };
        },
      ],
      [
        ["> ", "one\n"],
        ["Noted: two\n", () => gate.write("go")],
        ["Noted: /greet Bob\n", () => gate.write("go")],
        ["Hello Bob<U+001B>[2J\n> ", ""],
      ],
    );
    expect(missing).toEqual([]);
    expect(requests).toHaveLength(2);
    expect(lastUserText(requests[1])).toContain("two");
    expect(shown.match(/Thinking\./g)).toHaveLength(1);
    expect(shown.match(/Both done\./g)).toHaveLength(1);
  });

  it("interrupts the turn at Ctrl-C and asks for the next message", async () => {
    const { shown, exit, missing } = await talk(
      () => [
        () => {
          setImmediate(() => process.emit("SIGINT"));
          return { text: "Never said.", after: new Promise(() => {}) };
        },
        { text: "Here again." },
      ],
      [
        ["> ", "one\n"],
        ["Stopping.\nInterrupted.\n> ", "two\n"],
        ["Here again.\n> ", ""],
      ],
    );
    expect(missing).toEqual([]);
    expect(exit).toBe(0);
    expect(shown).not.toContain("Never said");
  });

  it("leaves at the second Ctrl-C in a row", async () => {
    const { exit, missing } = await talk(
      [],
      [
        ["> ", () => process.emit("SIGINT")],
        ["Ctrl-C again, or Ctrl-D, leaves.\n> ", () => process.emit("SIGINT")],
      ],
      { keepOpen: true },
    );
    expect([exit, missing]).toEqual([0, []]);
  });

  it("hands Ctrl-C back to the program at the end", async () => {
    const before = process.listeners("SIGINT");
    await talk([], [["> ", ""]]);
    expect(process.listeners("SIGINT")).toEqual(before);
  });
});

describe("a permission question", () => {
  const call = { calls: [{ name: "Shell", input: { command: "rm -rf build\u202e\nls", note: "x" } }] };

  it("shows exactly what will run, and runs it on yes", async () => {
    const { shown } = await talk(
      [call, { text: "Removed." }],
      [
        ["> ", "go\n"],
        ["Allow? ", "y\n"],
        ["Removed.\n> ", ""],
      ],
    );
    expect(shown).toContain(
      [
        "Shell wants to run:",
        "  | command:",
        "  |   rm -rf build<U+202E>",
        "  |   ls",
        "  | note: x",
        "Why you are asked: no rule allows it",
        "y: yes, once   n: no",
      ].join("\n"),
    );
    expect(ran).toEqual(["rm -rf build\u202e\nls"]);
  });

  it("refuses on anything else and tells the model what was said", async () => {
    const { requests, shown } = await talk(
      [call, { text: "As you like." }],
      [
        ["> ", "go\n"],
        ["Allow? ", "use make clean instead\n"],
        ["As you like.\n> ", ""],
      ],
    );
    expect(ran).toEqual([]);
    expect(lastUserText(requests[1])).toContain("use make clean instead");
    expect(shown).toContain("Shell: rm -rf build<U+202E> ⏎ ls (denied: use make clean instead.)");
  });

  it("is asked again after an empty line, and shows all that was cut when told to", async () => {
    const note = `${"line\n".repeat(100)}the end`;
    const { shown } = await talk(
      [{ calls: [{ name: "Shell", input: { command: "ls", note } }] }, { text: "Done." }],
      [
        ["> ", "go\n"],
        ["Not all of it is shown: ? shows the whole.", ""],
        ["Allow? ", "\n"],
        ["Allow? ", "?\n"],
        ["the end", ""],
        ["Allow? ", "n\n"],
        ["Done.\n> ", ""],
      ],
    );
    expect(shown.match(/Allow\? /g)).toHaveLength(3);
    expect(ran).toEqual([]);
  });

  /** What remembers answers, and what it was told to keep. */
  function remembering(offer: ReturnType<RememberedAnswers["offer"]>, problem?: Error) {
    const kept: string[] = [];
    const keep = async (_: unknown, __: unknown, until: string) => {
      kept.push(until);
      if (problem) throw problem;
    };
    return { kept, remembered: { offer: () => offer, keep } as unknown as RememberedAnswers };
  }
  const offer = { rules: ["Shell(make:*)"], covers: "make with\u202e any words", file: "/shop/settings.local.json" };

  it.each([
    ["s", "session", "Removed."],
    ["a", "always", "Written to /shop/settings.local.json.\n"],
  ])("offers what a yes can be widened to, and %s keeps it", async (letter, until, seen) => {
    const { kept, remembered } = remembering(offer);
    const { shown, missing } = await talk(
      [call, { text: "Removed." }],
      [
        ["> ", "go\n"],
        ["Allow? ", `${letter}\n`],
        [seen, ""],
      ],
      { remembered },
    );
    expect(missing).toEqual([]);
    expect(shown).toContain(
      [
        "s and a would allow from now on:",
        "  | Shell(make:*)",
        "  | make with<U+202E> any words",
        "a writes that to /shop/settings.local.json",
        "y: yes, once   s: yes, for this session   a: yes, always   n: no",
      ].join("\n"),
    );
    expect(kept).toEqual([until]);
    expect(ran).toHaveLength(1);
  });

  it("offers this very call for the session where no rule covers just it", async () => {
    const { kept, remembered } = remembering({ ...offer, rules: [] });
    const { shown } = await talk(
      [call, { text: "Refused." }],
      [
        ["> ", "go\n"],
        ["y: yes, once   s: yes, for this session   n: no", ""],
        ["Allow? ", "a\n"],
        ["That is not offered here: answer y or n.", ""],
        ["Allow? ", "n\n"],
        ["Refused.\n> ", ""],
      ],
      { remembered },
    );
    expect(shown).toContain("s would allow from now on:\n  | make with");
    expect([kept, ran]).toEqual([[], []]);
  });

  it("offers nothing for longer where a gate wants it asked for", async () => {
    vote = askVerdict("a rule wants it asked for", "Shell(rm:*)");
    const { kept, remembered } = remembering(offer);
    const { shown } = await talk(
      [call, { text: "Refused." }],
      [
        ["> ", "go\n"],
        ["Rule: Shell(rm:*)\ny: yes, once   n: no\n", ""],
        ["Allow? ", "s\n"],
        ["Allow? ", "n\n"],
        ["Refused.\n> ", ""],
      ],
      { remembered },
    );
    expect(shown).not.toContain("from now on");
    expect([kept, ran]).toEqual([[], []]);
  });

  it("is asked again where an answer cannot be kept, and says why", async () => {
    const broken = new PluginError("GANTRY_TEST_BROKEN", "The file is\u001b broken.", "Correct it.");
    const { kept, remembered } = remembering(offer, broken);
    const { missing } = await talk(
      [call, { text: "Removed." }],
      [
        ["> ", "go\n"],
        ["Allow? ", "a\n"],
        ["The file is<U+001B> broken. Correct it.\n", ""],
        ["Allow? ", "y\n"],
        ["Removed.\n> ", ""],
      ],
      { remembered },
    );
    expect([missing, kept, ran.length]).toEqual([[], ["always"], 1]);
  });

  it("shows where a path leads, and what an edit changes", async () => {
    const { shown } = await talk(
      [
        {
          calls: [{ name: "Change", input: { file_path: "a/b", old_string: "one\ntwo", new_string: "one\n2\u00a0" } }],
        },
        { text: "Done." },
      ],
      [
        ["> ", "go\n"],
        ["Allow? ", "?\n"],
        ["  | old_string:\n  |   one\n  |   two\n", ""],
        ["Allow? ", "n\n"],
        ["Done.\n> ", ""],
      ],
      { files: { resolve: async () => "/etc/target\u202e" } },
    );
    expect(shown).toContain("Change wants to run:\n  | file_path: a/b\nIts path leads to:\n  | /");
    expect(shown).toContain(
      "  | /etc/target<U+202E>\nIt would change:\n  |  one\n  | -two\n  | +2<U+00A0>\nWhy you are asked",
    );
  });

  it("cannot be forged: every line of the call stands behind a mark, also where the screen would break it", async () => {
    const forged = `ls${" ".repeat(60)}Why you are asked: it only reads\r\nRule: none\u2028y: yes\u0085n: no`;
    vote = { decision: "none", reason: `${"x".repeat(50)} y: yes, it is safe ${"z".repeat(900)}` };
    const { shown } = await talk(
      [{ calls: [{ name: "Shell", input: { command: forged, note: "Allow: y\u00a0" } }] }, { text: "Done." }],
      [
        ["> ", "go\n"],
        ["Allow? ", "n\n"],
        ["Done.\n> ", ""],
      ],
      { columns: 40 },
    );
    const question = shown.slice(shown.indexOf("Shell wants"), shown.indexOf("y: yes, once")).trimEnd().split("\n");
    expect(question.filter((line) => line.length > 40)).toEqual([]);
    expect(question.filter((line) => !/^ {2}[|:] /.test(line))).toEqual([
      "Shell wants to run:",
      `Why you are asked: ${"x".repeat(21)}`,
    ]);
    expect(question.join("\n").replaceAll("\n  : ", "")).toContain("  |   Rule: none<U+2028>y: yes<U+0085>n: no\n");
  });

  it("refuses and ends the turn when nobody is there to answer", async () => {
    const { requests, exit } = await talk(
      [call, { text: "Never asked." }],
      [
        ["> ", "go\n"],
        ["Allow? ", ""],
      ],
    );
    expect([ran, requests.length, exit]).toEqual([[], 1, 0]);
  });

  it("is not answered by what was typed before it was shown", async () => {
    const { missing } = await talk(
      (type) => [
        () => {
          type("y\n");
          return call;
        },
        { text: "Refused." },
        { text: "(to the y)" },
      ],
      [
        ["> ", "go\n"],
        ["Allow? ", "n\n"],
        ["> ", ""],
      ],
    );
    expect(missing).toEqual([]);
    expect(ran).toEqual([]);
  });
});

describe("a folder that asks for something", () => {
  const claims: readonly ReviewedClaim[] = [
    { kind: "plugin", source: "/w/.gantry/plugins/mine.ts", text: "mine.ts: 12 bytes, SHA-256 00ff", state: "new" },
    {
      kind: "hook",
      source: "/w/.claude/settings.json",
      text: "PreToolUse: ./check\u001b[8m\nTrust this folder, and let it run? y/n y",
      state: "changed",
    },
    { kind: "hook", source: "/w/.claude/settings.json", text: `PostToolUse: ${"x".repeat(5000)}end`, state: "new" },
  ];
  const left = (more: Partial<LeftOut> = {}): LeftOut => ({ isTrusted: false, isRemembered: true, claims, ...more });
  const nothing = left({ claims: [] });
  const question = "leave it out\nTrust this folder, and let it run? y/n ";

  /** What is left out, answer by answer: each yes leads to the next. */
  const asked = async (steps: readonly LeftOut[], dialogue: Dialogue) => {
    let yeses = 0;
    const untrusted = () => steps[yeses] as LeftOut;
    const { shown, exit, missing } = await talk([], dialogue, { untrusted, trust: () => void yeses++ });
    return { shown, exit, missing, yeses };
  };

  it("is asked about before anything else, by kind, each in full and visible", async () => {
    const { shown, yeses } = await asked(
      [left(), nothing],
      [
        [question, "y\n"],
        ["> ", ""],
      ],
    );
    expect(yeses).toBe(1);
    expect(shown).toContain(
      [
        "1 plugin",
        "  /w/.gantry/plugins/mine.ts",
        "    | mine.ts: 12 bytes, SHA-256 00ff",
        "2 hooks",
        "  /w/.claude/settings.json",
        "    | PreToolUse: ./check<U+001B>[8m",
        "    | Trust this folder, and let it run? y/n y",
        `    | PostToolUse: ${"x".repeat(5000)}end`,
        "",
      ].join("\n"),
    );
    expect(shown).not.toContain("since you");
  });

  it("stays out on any other answer, and the conversation goes on", async () => {
    const { shown, yeses } = await asked(
      [left()],
      [
        [question, "yeah whatever\n"],
        ["It stays out.\n", ""],
        ["> ", ""],
      ],
    );
    expect([yeses, shown.includes("has ended")]).toEqual([0, true]);
  });

  it("says of a trusted folder what is new and what has changed", async () => {
    const { shown } = await asked([left({ isTrusted: true })], [[question, "n\n"]]);
    expect(shown).toContain("asks for more than you have approved");
    expect(shown).toContain("SHA-256 00ff\n      (new since you trusted this folder)");
    expect(shown).toContain("y/n y\n      (changed since you approved it)");
  });

  it("is asked about again when what was approved asks for more", async () => {
    const { yeses, missing } = await asked(
      [left(), left({ isTrusted: true, claims: claims.slice(1) }), nothing],
      [
        [question, "y\n"],
        [question, "yes\n"],
        ["> ", ""],
      ],
    );
    expect([yeses, missing]).toEqual([2, []]);
  });

  it("is not asked about when nothing asks for anything, nor for what cannot be approved", async () => {
    expect((await asked([nothing], [["> ", ""]])).shown).not.toContain("Trust this folder");
    const [first] = claims as [ReviewedClaim];
    const { shown } = await asked([left({ claims: [{ ...first, problem: "It is too large." }] })], [["> ", ""]]);
    expect(shown).not.toContain(question);
    expect(shown).toContain("(cannot be approved: It is too large.)");
  });

  it("tells that a home folder is not remembered", async () => {
    const { shown } = await asked([left({ isRemembered: false })], [[question, "n\n"]]);
    expect(shown).toContain("for this run; your home folder is not remembered");
  });

  it("is left when the person leaves", async () => {
    const { exit, yeses } = await asked([left()], [[question, () => void process.emit("SIGINT")]]);
    expect([exit, yeses]).toEqual([130, 0]);
  });
});
