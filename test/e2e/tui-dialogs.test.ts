import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectFrame } from "./expect-frame.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace, type TuiStart } from "./tui.ts";

/** Commands that ask and show: forms, addresses, questions of a model, a plan, an edit, and the three kinds of panel. */
const ASKING = `
import { definePlugin, Questions, Tools } from "gantry/sdk";
const tool = { name: "Asking", owner: "asking", description: "", input: { jsonSchema: { type: "object" } } };
const choices = [
  { value: "file", title: "In files", description: "one a session", preview: [{ type: "code", text: "sessions/1.jsonl" }] },
  { value: "db", title: "In a database", description: "all in one", preview: [{ type: "code", text: "sessions.db" }] },
];
const store = { name: "store", title: "Store", description: "Where shall sessions be kept?", type: "choice", choices, allowsOther: true, isRequired: true };
const extras = { name: "extras", title: "Extras", description: "What else?", type: "choices", choices: [{ value: "search", title: "Search" }, { value: "export", title: "Export" }], isRequired: true };
const steps = Array.from({ length: 40 }, (_, at) => (at + 1) + ". Step").join("\\n");
const forms = {
  who: { kind: "form", from: "The MCP server harbour", message: "Who moors?", fields: [{ name: "name", type: "text", isRequired: true }, { name: "piers", type: "integer", max: 9, isRequired: false }] },
  address: { kind: "url", from: "The MCP server harbour", message: "Sign in", url: "ftp://example.com/" + "long/".repeat(30), fields: [] },
  consent: { kind: "consent", from: "The MCP server harbour", message: "May it read your mail?\\u001b[2J", fields: [] },
  questions: { kind: "form", from: "The model", message: "", fields: [store, extras] },
  proposal: { kind: "form", from: "The model", message: "Shall this plan be followed?", body: [{ type: "markdown", text: "# The plan\\n\\n" + steps }], fields: [{ ...store, name: "how", title: "How", description: "", choices: [{ value: "edits", title: "Yes, and edit without asking" }, { value: "ask", title: "Yes, and ask before each edit" }] }] },
};
const fields = [
  { name: "name", title: "Name", type: "text", isRequired: true },
  { name: "open", title: "Open", type: "boolean", isRequired: false, default: true },
  { name: "sea", title: "Sea", type: "choice", isRequired: true, choices: [{ value: "north", title: "North Sea" }, { value: "baltic", title: "Baltic Sea" }] },
];
const panels = {
  page: { type: "page", title: "Figures", text: "", parts: [
    { title: "Tokens", load: () => [{ type: "bars", bars: [{ label: "prompt", value: 30, note: "30 %" }, { label: "tools", value: 10, note: "10 %" }] }] },
    { title: "Files", load: () => [{ type: "text", lines: Array.from({ length: 60 }, (_, at) => "file " + at) }] },
  ] },
  fill: { type: "form", title: "New harbour", text: "", fields, submit: (values) => "founded " + JSON.stringify(values) },
};
export default definePlugin({
  name: "asking",
  needs: { questions: Questions, tools: Tools },
  commands: Object.fromEntries(["who", "address", "consent", "questions", "proposal", "page", "fill", "change"].map((name) => [name, { description: name }])),
  setup: ({ use }) => ({
    commands: {
      ...Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, async (_, session) => "answered " + JSON.stringify((await use.questions.ask(session, { form, call: { tool } })) ?? "nothing")])),
      ...Object.fromEntries(Object.entries(panels).map(([name, panel]) => [name, () => ({ panel })])),
      change: async (file, session) => {
        await use.tools.call(session, { name: "Read", input: { file_path: file }, origin: "plugin" });
        const input = { file_path: file, old_string: "piers = 3", new_string: "piers = 4" };
        const { outcome } = await use.tools.call(session, { name: "Edit", input, origin: "plugin" });
        return "the edit was " + outcome;
      },
    },
  }),
});
`;

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
  await writeFile(path.join(place.home, ".gantry/plugins/asking.mjs"), ASKING);
  // It has a command /plan, too.
  await writeFile(path.join(place.home, ".gantry/config.json"), JSON.stringify({ plugins: ["-command-permissions"] }));
});
afterEach(() => place.remove());

const SIZES = [
  [80, 24],
  [200, 60],
] as const;
/** What somebody has to decide on is whole in a window of any width. */
const ALL_SIZES = [[40, 24], ...SIZES] as const;

const CHANGING: readonly (readonly [RegExp, string])[] = [
  // Where it is broken hangs on the folder's name.
  [/(writes that to)[\s\S]*?\n\n/g, "$1 FILE\n\n"],
  [/\S*gantry-tui-\w+[/]work\b/g, "/home/me/shop"],
  [/\b\d+(\.\d+)? (ms|s)\b/g, "N ms"],
];

const PANELS: ReadonlySet<string> = new Set(["/page", "/fill"]);

/** Starts the program, has it ask, and gives the person time to read. */
async function asked(command: string, sign: string, options: TuiStart = {}): Promise<Pty> {
  const t = place.start(options);
  await t.shows("? for shortcuts");
  t.type(command);
  t.press("Enter");
  await t.shows(sign);
  // What stands above takes room from what asks.
  if (!PANELS.has(command)) await t.shows("Esc interrupts");
  await t.quiet();
  return t;
}

test.each(ALL_SIZES)("an edit is shown as a diff and made on yes alone, in %i columns", async (columns, rows) => {
  const file = path.join(place.work, "harbour.ts");
  await writeFile(file, "const piers = 3;\n");
  const t = await asked("/change harbour.ts", "May it run?", { columns, rows });
  expectFrame(`dialog-edit-${columns}x${rows}`, dialogOf(t), CHANGING);
  expect(await readFile(file, "utf8")).toBe("const piers = 3;\n");
  t.press("y");
  await t.shows("the edit was ok");
  expect(await readFile(file, "utf8")).toBe("const piers = 4;\n");
});

test("a command is changed before it runs, and a no says why", async () => {
  const t = await asked("run touch mad", "May it run?");
  t.press("Tab");
  t.type("e");
  t.press("Enter");
  await t.shows("that was all");
  expect(existsSync(path.join(place.work, "made"))).toBe(true);
  t.type("run touch other");
  t.press("Enter");
  await t.shows("May it run?");
  await t.quiet();
  t.press("Up", "Enter");
  t.type("use another name");
  t.press("Enter");
  await t.shows("refused: use another name");
  expect(existsSync(path.join(place.work, "other"))).toBe(false);
});

test("a yes for always is written where the question said, and not asked for again", async () => {
  const t = await asked("run touch made", "Yes, always");
  t.press("a");
  await t.shows("Written to ");
  await t.shows("that was all");
  expect(await readFile(path.join(place.work, ".claude/settings.local.json"), "utf8")).toContain("touch made");
});

test("keys that were typed before the question stood there do not answer it", async () => {
  const t = place.start();
  await t.shows("? for shortcuts");
  t.type("run touch made\ryyyy");
  await t.shows("May it run?");
  await t.quiet();
  expect(existsSync(path.join(place.work, "made"))).toBe(false);
  t.press("n");
  await t.hides("May it run?");
});

test.each(ALL_SIZES)("a server's form is filled in, in %i columns", async (columns, rows) => {
  const t = await asked("/who", "Who moors?", { columns, rows });
  expectFrame(`dialog-form-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.type("Ada");
  t.press("Enter");
  t.type("12");
  t.press("Enter");
  await t.shows("It has to be at most 9.");
  t.press("Backspace", "Enter");
  await says(t, 'answered {"decision":"allow","values":{"name":"Ada","piers":1}}');
});

test("a server's form is declined, and left unanswered with Esc", async () => {
  const t = await asked("/who", "Who moors?");
  t.press("Tab", "Tab", "Right", "Enter");
  await t.shows('answered {"decision":"deny"}');
  t.type("/who");
  t.press("Enter");
  await t.shows("Who moors?");
  await t.quiet();
  t.press("Escape");
  await t.shows('answered "nothing"');
});

test.each(SIZES)("an address is shown whole before a yes, in %i columns", async (columns, rows) => {
  const t = await asked("/address", "It leads to:", { columns, rows });
  expectFrame(`dialog-address-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("y");
  await t.shows('answered {"decision":"allow"}');
});

test("a consent is given by a choice, and no words of others reach the terminal as they are", async () => {
  const t = await asked("/consent", "May it read your mail?");
  expect(t.raw()).not.toContain("\u001b[2J");
  t.press("Up", "Enter");
  await t.shows('answered {"decision":"allow"}');
});

test.each(ALL_SIZES)("questions of a model are answered one after the other, in %i columns", async (columns, rows) => {
  const t = await asked("/questions", "Where shall sessions be kept?", { columns, rows });
  t.press("Down");
  await t.shows("sessions.db");
  expectFrame(`dialog-questions-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("Enter");
  await t.shows("What else?");
  t.press("1", "2", "Enter");
  await says(t, '{"store":"db","extras":["search","export"]}');
});

test.each(ALL_SIZES)("a plan is read and followed, in %i columns", async (columns, rows) => {
  const t = await asked("/proposal", "Shall this plan be followed?", { columns, rows });
  expectFrame(`dialog-plan-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("Down", "Down");
  t.type("only the first half");
  t.press("Enter");
  await says(t, '{"how":"only the first half"}');
});

test.each(SIZES)("a page has parts, in %i columns", async (columns, rows) => {
  const t = await asked("/page", "30 %", { columns, rows });
  expectFrame(`panel-page-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("Right");
  await t.shows("file 0");
  t.press("End");
  await t.shows("file 59");
  t.press("Escape");
  await t.shows("? for shortcuts");
});

test.each(SIZES)("a form of a command is filled in, in %i columns", async (columns, rows) => {
  const t = await asked("/fill", "New harbour", { columns, rows });
  expectFrame(`panel-form-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("C-s");
  await t.shows("An answer is needed.");
  t.type("Husum");
  t.press("Enter", "n", "Enter", "Down", "Enter");
  await t.shows('founded {"name":"Husum","open":false,"sea":"baltic"}');
});

test.each(ALL_SIZES)("what a folder would run is listed before it is trusted, in %i columns", async (columns, rows) => {
  await mkdir(path.join(place.work, ".claude"));
  const hooks = { PostToolUse: [{ matcher: "*", hooks: [{ type: "command", command: "./format.sh" }] }] };
  await writeFile(path.join(place.work, ".claude/settings.json"), JSON.stringify({ hooks }));
  const t = place.start({ columns, rows });
  await t.shows("Trust this folder?");
  await t.quiet();
  expectFrame(`dialog-trust-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("n");
  await t.shows("It stays out.");
  await t.shows("? for shortcuts");
});

test.each(ALL_SIZES)(
  "a server of the folder starts once it is approved as it is, in %i columns",
  async (columns, rows) => {
    const server = { command: process.execPath, args: ["-e", "require('node:fs').writeFileSync('started', '')"] };
    await writeFile(path.join(place.work, ".mcp.json"), JSON.stringify({ mcpServers: { harbour: server } }));
    const t = place.start({ columns, rows });
    await t.shows("Trust this folder?");
    await t.quiet();
    expectFrame(`dialog-server-${columns}x${rows}`, dialogOf(t), [
      [new RegExp(process.execPath, "g"), "node"],
      ...CHANGING,
    ]);
    expect(existsSync(path.join(place.work, "started"))).toBe(false);
    for (let page = 0; page < 5 && /PgDn/.test(t.frame().join()); page++) {
      t.press("PageDown");
      await t.quiet();
    }
    t.press("y");
    await t.until(() => existsSync(path.join(place.work, "started")), "It was not started.");
  },
);

/** Words that may be broken into lines. */
function says(t: Pty, text: string): Promise<void> {
  const bare = (all: string) => all.replaceAll(/\s+/g, "");
  return t.until(() => bare(t.everything().join("")).includes(bare(text)), `"${text}" was not said.`);
}

/** The screen from where the dialog begins. */
function dialogOf(t: Pty): readonly string[] {
  const lines = t.frame();
  const start = lines.findLastIndex((line) => /^─ \S/.test(line));
  return lines.slice(Math.max(0, start));
}
