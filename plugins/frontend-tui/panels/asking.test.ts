import type { Answer, Call, LeftOut, Question, QuestionForm, RememberedAnswers, TurnView } from "gantry/sdk";
import { PluginError, z } from "gantry/sdk";
import { createElement } from "react";
import { describe, expect, test } from "vitest";
import { expectFits, expectFrame, expectHarmless, HOSTILE, type Screen, SIZES, show } from "../test-screen.ts";
import { createAsking, type Waiting } from "./asking.ts";
import { Dialog } from "./dialog.tsx";

type Size = { readonly width: number; readonly rows: number };

const offer = {
  rules: ["Bash(npm test:*)"],
  covers: "npm test with any words behind it",
  file: "/home/me/shop/.claude/settings.local.json",
};
const remembers = (keep: RememberedAnswers["keep"] = async () => {}): RememberedAnswers => ({
  offer: () => offer,
  keep,
  write: async () => {},
});

function question(
  input: object,
  more: { readonly tool?: string; readonly subject?: object; readonly reason?: string } = {},
): Question {
  const { tool = "Bash", subject = { command: "command" }, reason = "no rule allows it" } = more;
  const call = {
    id: "1",
    tool: { name: tool, owner: "test", description: "", input: z.object({}), permission: subject },
    input,
    origin: "model",
    places: ["/home/me/shop/a.ts", "/srv/shop/a.ts"],
  } as unknown as Call;
  return { call, verdict: { decision: "ask", reason } };
}

function turn(signal = new AbortController().signal): TurnView {
  return { id: "t", session: { id: "s", cwd: "/home/me/shop" }, signal, requests: 1, continuations: 0 } as TurnView;
}

/** A question on a screen whose clock is at the test's hand, and what comes of it. */
async function ask(
  asked: Question | LeftOut,
  {
    size = SIZES[1],
    remembered,
    isPatient = true,
  }: { size?: Size; remembered?: RememberedAnswers; isPatient?: boolean } = {},
) {
  const said: string[] = [];
  const opened: string[] = [];
  const asking = createAsking({ say: (text) => void said.push(text) });
  const answers: unknown[] = [];
  const answer: Promise<unknown> =
    "claims" in asked ? asking.trust(asked, "/home/me/shop", turn().signal) : asking.ask(asked, turn(), { remembered });
  void answer.then((one) => answers.push(one));
  let clock = 0;
  const waiting = asking.current() as Waiting;
  const screen: Screen = show(
    (given) => createElement(Dialog, { ...given, waiting, now: () => clock, openUrl: (url) => void opened.push(url) }),
    size,
  );
  await screen.press();
  const wait = (ms: number) => {
    clock += ms;
  };
  if (isPatient) wait(1000);
  return { ...screen, asking, answers, said, opened, wait };
}

const formQuestion = (form: QuestionForm): Question => ({ ...question({}), form });

describe("the question whether a call may run", () => {
  const bash = question({ command: "npm test -- --run", description: "Run the tests" });

  test.each(SIZES)("fits $width columns and $rows rows", async (size) => {
    const screen = await ask(bash, { size, remembered: remembers() });
    await expectFrame(screen, "permission", size);
  });

  test.each(SIZES)("shows what an edit changes in $width columns", async (size) => {
    const input = {
      file_path: "/home/me/shop/a.ts",
      old_string: "const a = 1;\nkeep\n",
      new_string: "const a = 2;\nkeep\n",
    };
    const screen = await ask(question(input, { tool: "Edit", subject: { path: "file_path" } }), { size });
    await expectFrame(screen, "edit", size);
  });

  test("is answered by a letter, a number, or what is pointed at", async () => {
    const given = async (...keys: string[]) => {
      const screen = await ask(bash, { remembered: remembers() });
      await screen.press(...keys);
      return screen.answers;
    };
    expect(await given("y")).toEqual([{ decision: "allow" }]);
    expect(await given("1")).toEqual([{ decision: "allow" }]);
    expect(await given("enter")).toEqual([{ decision: "allow" }]);
    expect(await given("n")).toEqual([{ decision: "deny" }]);
    expect(await given("x")).toEqual([]);
    expect(await given("escape")).toEqual([{ decision: "deny", interrupt: true }]);
  });

  test("is told why not", async () => {
    const screen = await ask(bash);
    await screen.press("up", "enter");
    await screen.type("use pnpm");
    await screen.press("enter");
    expect(screen.answers).toEqual([{ decision: "deny", reason: "use pnpm" }]);
  });

  test("lets what runs be changed first", async () => {
    const screen = await ask(bash);
    await screen.press("tab");
    await screen.type("x");
    await screen.press("backspace");
    await screen.type(" --bail");
    await screen.press("enter");
    const input = { command: "npm test -- --run --bail", description: "Run the tests" };
    expect(screen.answers).toEqual([{ decision: "allow", input }]);
  });

  test("leaves the change with Esc, and is still asked", async () => {
    const screen = await ask(bash);
    await screen.press("tab", "escape");
    expect([screen.answers, screen.text().includes("May it run?")]).toEqual([[], true]);
  });

  test("keeps a yes that holds for longer, and tells the file", async () => {
    const kept: string[] = [];
    const screen = await ask(bash, {
      remembered: remembers(async (_, call, until) => void kept.push(`${call.id} ${until}`)),
    });
    expect(screen.text()).toContain("2 and 3 would allow from now on:\n  │ Bash(npm test:*)");
    await screen.press("a");
    expect(kept).toEqual(["1 always"]);
    expect(screen.answers).toEqual([{ decision: "allow" }]);
    expect(screen.said).toEqual(["Written to /home/me/shop/.claude/settings.local.json."]);
  });

  test("still asks where a yes cannot be kept", async () => {
    const keep = async () => {
      throw new PluginError("GANTRY_TEST_DISK", "The disk is full.", "Empty it.");
    };
    const screen = await ask(bash, { remembered: remembers(keep) });
    await screen.press("a");
    expect(screen.text()).toContain("The disk is full. Empty it.");
    expect(screen.answers).toEqual([]);
    await screen.press("n");
    expect(screen.answers).toEqual([{ decision: "deny" }]);
  });

  test("is not answered by keys that were typed before it was seen", async () => {
    const screen = await ask(bash, { isPatient: false });
    await screen.press("y", "enter");
    screen.wait(150);
    await screen.press("escape");
    screen.wait(150);
    await screen.press("y");
    expect(screen.answers).toEqual([]);
    screen.wait(250);
    await screen.press("y");
    expect(screen.answers).toEqual([{ decision: "allow" }]);
  });

  test("is not answered by what is pasted", async () => {
    const screen = await ask(bash);
    await screen.type("\u001b[200~y\r\u001b[201~");
    expect(screen.answers).toEqual([]);
  });

  test("leaves Ctrl-C to others", async () => {
    const screen = await ask(bash);
    const heard: string[] = [];
    screen.keyboard.listen(["Global"], (_, action) => Boolean(heard.push(action ?? "")));
    await screen.press("ctrl+c");
    expect([heard, screen.answers]).toEqual([["app:interrupt"], []]);
  });

  test("takes no yes before the whole command has been on the screen", async () => {
    const command = Array.from({ length: 60 }, (_, index) => `echo ${index + 1}`).join("\n");
    const screen = await ask(question({ command }));
    await screen.press("y");
    expect(screen.answers).toEqual([]);
    expect(screen.text()).toContain("There is more to read first");
    for (let page = 0; page < 3; page++) await screen.press("y");
    expect(screen.text()).toContain("echo 60");
    await screen.press("y");
    expect(screen.answers).toEqual([{ decision: "allow" }]);
  });

  test("takes a no to a long command at once", async () => {
    const screen = await ask(question({ command: "x\n".repeat(99) }));
    await screen.press("n");
    expect(screen.answers).toEqual([{ decision: "deny" }]);
  });

  test("shows what the diff shows already on demand alone", async () => {
    const input = { file_path: "a.ts", old_string: "one", new_string: "two" };
    const screen = await ask(question(input, { tool: "Edit", subject: { path: "file_path" } }));
    expect(screen.text()).not.toContain("old_string");
    await screen.press("?");
    expect(screen.text()).toContain("old_string: one");
  });

  test.each([...SIZES, { width: 20, rows: 7 }])("keeps hostile words in $width columns behind a mark", async (size) => {
    const input = { command: HOSTILE.join("\n"), other: HOSTILE, [HOSTILE[0]]: HOSTILE[1] };
    const screen = await ask(question(input, { tool: HOSTILE[0], reason: HOSTILE.join("\n") }), { size });
    for (let page = 0; page < 20; page++) {
      expectFits(screen, size);
      expectHarmless(screen);
      for (const line of screen.frame())
        if (/wwww|漢|two/.test(line)) expect(line).toMatch(/^ {2}[│┆] |^Why you are asked: /);
      await screen.press("pagedown");
    }
  });
});

describe("the queue of questions", () => {
  test("shows one at a time, in order", async () => {
    const asking = createAsking();
    let changes = 0;
    asking.subscribe(() => changes++);
    const answers = ["first", "second"].map((command) => asking.ask(question({ command }), turn()));
    const first = asking.current();
    expect(first === asking.current() && asking.behind()).toBe(1);
    (first as Extract<Waiting, { kind: "permission" }>).answer({ decision: "allow" });
    expect(asking.current()).toMatchObject({ parts: { fields: [{ lines: ["second"] }] } });
    (asking.current() as Extract<Waiting, { kind: "permission" }>).answer({ decision: "deny" });
    expect(await Promise.all(answers)).toEqual([{ decision: "allow" }, { decision: "deny" }]);
    expect([asking.current(), changes]).toEqual([undefined, 4]);
  });

  test("withdraws what its turn no longer waits for", async () => {
    const asking = createAsking();
    const stop = new AbortController();
    const first = asking.ask(question({ command: "a" }), turn(stop.signal));
    const second = asking.ask(formQuestion({ kind: "consent", from: "s", message: "", fields: [] }), turn(stop.signal));
    const third = asking.ask(question({ command: "c" }), turn());
    stop.abort();
    expect(await first).toEqual({ decision: "deny", interrupt: true });
    expect(await second).toBeUndefined();
    expect(asking.current()).toMatchObject({ kind: "permission", parts: { fields: [{ lines: ["c"] }] } });
    (asking.current() as Extract<Waiting, { kind: "permission" }>).answer({ decision: "allow" });
    expect(await third).toEqual({ decision: "allow" } satisfies Answer);
    expect(await asking.ask(question({}), turn(stop.signal))).toEqual({ decision: "deny", interrupt: true });
  });
});

describe("what somebody else wants to know", () => {
  const form: QuestionForm = {
    kind: "form",
    from: "The MCP server harbour",
    message: "Who moors?\nSay it.",
    fields: [
      { name: "name", type: "text", isRequired: true, description: "As in the register" },
      { name: "mail", type: "text", format: "email", isRequired: false },
    ],
  };

  test.each(SIZES)("fits $width columns and $rows rows", async (size) => {
    const screen = await ask(formQuestion(form), { size });
    await expectFrame(screen, "elicitation", size);
  });

  test("is filled in, declined, or left unanswered", async () => {
    const filled = await ask(formQuestion(form));
    await filled.type("Ada");
    await filled.press("enter");
    await filled.type("nobody");
    await filled.press("enter");
    expect(filled.text()).toContain("It has to be of the form email.");
    await filled.press("ctrl+u", "enter");
    expect(filled.answers).toEqual([{ decision: "allow", values: { name: "Ada" } }]);
    const declined = await ask(formQuestion(form));
    await declined.press("tab", "tab", "right", "enter");
    expect(declined.answers).toEqual([{ decision: "deny" }]);
    const left = await ask(formQuestion(form));
    await left.press("escape");
    expect(left.answers).toEqual([undefined]);
  });

  test("takes no keys that were typed before it was seen", async () => {
    const screen = await ask(formQuestion({ ...form, fields: [] }), { isPatient: false });
    await screen.press("enter", "escape");
    expect(screen.answers).toEqual([]);
  });

  test.each(SIZES)("shows an address whole in $width columns", async (size) => {
    const url = `https://example.com/${"long/".repeat(12)}?id=1\u202e`;
    const screen = await ask(
      formQuestion({ kind: "url", from: "The MCP server s", message: "Sign in", url, fields: [] }),
      { size },
    );
    await expectFrame(screen, "address", size);
    expect(screen.text().replaceAll(/\n {2}[│┆] /g, "")).toContain(`${url.slice(0, -1)}<U+202E>`);
  });

  test("opens an address on a yes alone, and none that is no page", async () => {
    const url = (address: string): QuestionForm => ({ kind: "url", from: "s", message: "", url: address, fields: [] });
    const no = await ask(formQuestion(url("https://example.com/")));
    await no.press("enter");
    expect([no.opened, no.answers]).toEqual([[], [{ decision: "deny" }]]);
    const yes = await ask(formQuestion(url("https://example.com/")));
    await yes.press("y");
    expect([yes.opened, yes.answers]).toEqual([["https://example.com/"], [{ decision: "allow" }]]);
    const file = await ask(formQuestion(url("file:///etc/passwd")));
    await file.press("y");
    expect([file.opened, file.answers]).toEqual([[], [{ decision: "allow" }]]);
  });

  test("asks for consent", async () => {
    const screen = await ask(formQuestion({ kind: "consent", from: "s", message: "May it?", fields: [] }));
    expect(screen.text()).toContain("  │ May it?");
    await screen.press("y");
    expect(screen.answers).toEqual([{ decision: "allow" }]);
  });
});

describe("questions of the model", () => {
  const questions: QuestionForm = {
    kind: "form",
    from: "The model",
    message: "",
    fields: [
      {
        name: "store",
        title: "Store",
        description: "Where shall sessions be kept?",
        type: "choice",
        allowsOther: true,
        isRequired: true,
        choices: [
          {
            value: "file",
            title: "In files",
            description: "one a session",
            preview: [{ type: "code", text: "sessions/\n  1.jsonl" }],
          },
          {
            value: "db",
            title: "In a database",
            description: "all in one",
            preview: [{ type: "code", text: "sessions.db" }],
          },
        ],
      },
      {
        name: "extras",
        title: "Extras",
        description: "What else?",
        type: "choices",
        isRequired: true,
        choices: [
          { value: "search", title: "Search" },
          { value: "export", title: "Export" },
        ],
      },
    ],
  };

  test.each(SIZES)("stand one after the other in $width columns, with what choices look like", async (size) => {
    const screen = await ask(formQuestion(questions), { size });
    await screen.press("down");
    await expectFrame(screen, "questions", size);
  });

  test("are answered by choices, several, and own words", async () => {
    const screen = await ask(formQuestion(questions));
    await screen.press("down", "down");
    await screen.type("nowhere");
    await screen.press("enter");
    expect(screen.text()).toContain("What else?");
    await screen.press("enter");
    expect(screen.text()).toContain("An answer is needed.");
    await screen.press("1", "2", "up", " ", "enter");
    expect(screen.answers).toEqual([{ decision: "allow", values: { store: "nowhere", extras: ["export"] } }]);
  });

  test.each(SIZES)("may be whether a plan shall be followed, in $width columns", async (size) => {
    const text = ["# The plan", ...Array.from({ length: 40 }, (_, index) => `${index + 1}. Step`)].join("\n");
    const plan: QuestionForm = {
      kind: "form",
      from: "The model",
      message: "Shall this plan be followed?",
      body: [{ type: "markdown", text }],
      fields: [
        {
          name: "how",
          title: "How",
          type: "choice",
          isRequired: true,
          allowsOther: true,
          choices: [
            { value: "edits", title: "Yes, and edit without asking" },
            { value: "ask", title: "Yes, and ask before each edit" },
          ],
        },
      ],
    };
    const screen = await ask(formQuestion(plan), { size });
    await expectFrame(screen, "plan", size);
    await screen.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "pagedown");
    expect(screen.text()).toContain("40. Step");
    await screen.press("2");
    expect(screen.answers).toEqual([{ decision: "allow", values: { how: "ask" } }]);
  });
});

describe("the question whether a folder is trusted", () => {
  const left: LeftOut = {
    isTrusted: false,
    isRemembered: true,
    claims: [
      { kind: "hook", source: "/home/me/shop/.claude/settings.json", text: "PostToolUse: ./format.sh", state: "new" },
      { kind: "MCP server", source: "/home/me/shop/.mcp.json", text: "db: node server.js\nAllow? y", state: "new" },
    ],
  };

  test.each(SIZES)("lists all that is asked for in $width columns", async (size) => {
    const screen = await ask(left, { size });
    await expectFrame(screen, "trust", size);
  });

  test("is answered by a choice; Enter alone trusts nothing", async () => {
    const given = async (...keys: string[]) => {
      const screen = await ask(left);
      await screen.press(...keys);
      return screen.answers;
    };
    expect(await given("enter")).toEqual(["no"]);
    expect(await given("escape")).toEqual(["no"]);
    expect(await given("y")).toEqual(["yes"]);
    expect(await given("q")).toEqual(["leave"]);
  });

  test("takes no yes before all of it has been on the screen", async () => {
    const claims = Array.from({ length: 50 }, (_, index) => ({
      kind: "hook",
      source: "/s.json",
      text: `run ${index}`,
      state: "new" as const,
    }));
    const screen = await ask({ ...left, claims });
    await screen.press("end", "y");
    expect(screen.answers).toEqual([]);
    for (let page = 0; page < 3; page++) await screen.press("y");
    expect(screen.answers).toEqual(["yes"]);
  });
});
