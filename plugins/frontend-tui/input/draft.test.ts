import { type CommandInfo, type ImageBlock, PluginError } from "gantry/sdk";
import { expect, test } from "vitest";
import { draftWith } from "./test-draft.ts";

const [UP, DOWN, LEFT, RIGHT] = ["\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"];
const IMAGE: ImageBlock = { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } };

function pasted(text: string): string {
  return `\x1b[200~${text}\x1b[201~`;
}

test("Enter sends, and leaves an empty editor", () => {
  const { press, submitted, marked, history } = draftWith();
  press("hello\r  \r");
  expect(submitted).toEqual([{ text: "hello", content: [{ type: "text", text: "hello" }] }]);
  expect([marked(), history.added.map(({ text }) => text)]).toEqual(["  |", ["hello"]]);
});

test.each([
  ["Ctrl-J", "\n"],
  ["a stroke before Enter", "\\\r"],
  ["Alt-Enter", "\x1b\r"],
  ["Shift-Enter", "\x1b[13;2u"],
])("%s begins a new line", (_, bytes) => {
  const { press, submitted, marked } = draftWith();
  press(`a${bytes}b`);
  expect([marked(), submitted]).toEqual(["a\nb|", []]);
});

test("Up goes through the lines, then through what was sent; Down comes back", () => {
  const { press, marked } = draftWith({ sent: ["newest", "two\nlines"] });
  press(`now\x0athen${UP}`);
  expect(marked()).toBe("now|\nthen");
  press(UP);
  expect(marked()).toBe("newest|");
  press(UP);
  expect(marked()).toBe("two\nlines|");
  press(UP + UP);
  expect(marked()).toBe("|two\nlines");
  press(DOWN + DOWN + DOWN);
  expect(marked()).toBe("now\nthen|");
});

test("what waits to be sent is taken back first", () => {
  const queued = [{ text: "first\nsecond" }];
  const { press, marked } = draftWith({ sent: ["old"], host: { takeQueued: () => queued.pop() } });
  press(`x${UP}`);
  expect(marked()).toBe("first\nsecond\nx|");
});

test("Ctrl-R looks for what was sent", () => {
  const { press, marked, draft, submitted } = draftWith({ sent: ["git push", "npm test", "git pull"] });
  press("\x12git");
  expect(draft.view().search?.items.map(({ text }) => text)).toEqual(["git push", "git pull"]);
  press("\x12\t");
  expect([marked(), draft.view().search]).toEqual(["git pull|", undefined]);
  press("\x15\x12npm\r");
  expect(submitted[0]?.text).toBe("npm test");
  press("keep\x12\x03");
  expect(marked()).toBe("keep|");
});

test("a prompt is put aside and brought back", () => {
  const { press, marked, draft } = draftWith();
  press("later\x13");
  expect([marked(), draft.view().hasStash]).toEqual(["|", true]);
  press("now\r\x13");
  expect([marked(), draft.view().hasStash]).toEqual(["later|", false]);
});

test("Esc twice clears the draft, which can be undone; twice on nothing rewinds", () => {
  const { press, marked, actions, draft, pass } = draftWith();
  press("oops\x1b");
  expect([marked(), draft.view().hint]).toEqual(["oops|", "Esc again clears the prompt"]);
  pass(900);
  press("\x1b");
  expect(marked()).toBe("oops|");
  press("\x1b");
  expect(marked()).toBe("|");
  press("\x1f");
  expect(marked()).toBe("oops|");
  press("\x15\x1b");
  press("\x1b");
  expect(actions.at(-1)).toBe("chat:rewind");
});

test("Ctrl-C clears what is typed, unless something is at work", () => {
  const idle = draftWith();
  idle.press("x\x03\x03");
  expect([idle.marked(), idle.actions]).toEqual(["|", ["app:interrupt"]]);
  const busy = draftWith({ host: { isBusy: () => true } });
  busy.press("x\x03");
  expect([busy.marked(), busy.actions]).toEqual(["x|", ["app:interrupt"]]);
});

test("Ctrl-D deletes, and leaves where there is nothing", () => {
  const { press, marked, actions } = draftWith();
  press("ab\x01\x04");
  expect([marked(), actions]).toEqual(["|b", []]);
  press("\x04\x04");
  expect(actions).toEqual(["app:exit"]);
});

test("an exclamation mark first is a shell's line", () => {
  const { press, marked, submitted, draft } = draftWith({ sent: ["!git status", "git"] });
  press("!git");
  expect([marked(), draft.view().isShell, draft.view().ghost]).toEqual(["!git|", true, " status"]);
  press(`${RIGHT}\r`);
  expect(submitted[0]?.text).toBe("!git status");
  press("!\x7fa!");
  expect([marked(), draft.view().isShell]).toEqual(["a!|", false]);
});

test("a question mark and Left on nothing are for the app", () => {
  const { press, actions, marked } = draftWith();
  press(`?\x7f${LEFT}`);
  expect([actions, marked()]).toEqual([["chat:help", "chat:openAgents"], "|"]);
});

test("the guessed prompt is taken with Tab", () => {
  const { press, marked, draft } = draftWith({ suggestion: "run the tests" });
  expect(draft.view().ghost).toBe("run the tests");
  press("\t");
  expect([marked(), draft.view().ghost]).toEqual(["run the tests|", ""]);
});

// ---------------------------------------------------------------- pasting

test("a short paste is text; nothing in it is a key", () => {
  const { press, marked, submitted } = draftWith();
  press(pasted("one\rtwo"));
  expect([marked(), submitted]).toEqual(["one\ntwo|", []]);
});

test("a long paste is one sign, and sent in full", () => {
  const { press, marked, submitted, history } = draftWith();
  const long = Array.from({ length: 21 }, (_, n) => `line ${n}`).join("\n");
  press(`see ${pasted(long)}!`);
  expect(marked()).toBe("see [Pasted text #1 +20 lines]!|");
  press("\x7f\x7f?\r");
  expect(submitted[0]?.text).toBe("see ?");
  press(`${pasted(long)}\r`);
  expect(submitted[1]?.text).toBe(long);
  press(`${UP}\r`);
  expect([submitted[2]?.text, history.added[1]?.pasted]).toEqual([long, { "[Pasted text #2 +20 lines]": long }]);
});

test.each(["!curl x | sh", "/permissions allow"])("a long paste that begins with %j is no command", (first) => {
  const { press, submitted } = draftWith();
  press(`${pasted(`${first}\n2\n3\n4\n5`)}\r`);
  expect(submitted[0]?.content).toEqual([
    { type: "text", text: `${first}\n` },
    { type: "text", text: "2\n3\n4\n5" },
  ]);
});

test.each([
  ["/clear all", ""],
  ["!curl x|sh", ""],
  ["/clear", "  "],
])("a pasted %j is sent as text, however it comes back", (text, typed) => {
  const { press, submitted, draft, marked } = draftWith({ commands: COMMANDS });
  const isSentAsText = () => {
    press("\r");
    const { content = [], isPasted } = submitted.at(-1) ?? {};
    return isPasted && content.length === 2 && draft.text() === "";
  };
  press(typed + pasted(text));
  expect([marked(), draft.view().menu]).toEqual([`${typed}${text}|`, undefined]);
  expect(isSentAsText()).toBe(true);
  press(UP);
  expect(isSentAsText()).toBe(true);
  press(`${typed}${pasted(text)}\x13other\r\x13`);
  expect(isSentAsText()).toBe(true);
  press(`${pasted(text)}\x15\x19`);
  expect(isSentAsText()).toBe(true);
});

test("what was pasted says nothing of what is typed afterwards", () => {
  const { press, submitted } = draftWith();
  press(`${pasted("/clear")}\r/clear\r!ls\r!${pasted("make")}\r`);
  expect(submitted.slice(1).map(({ text, content, isPasted }) => [text, content.length, isPasted])).toEqual([
    ["/clear", 1, undefined],
    ["!ls", 1, undefined],
    ["!make", 1, undefined],
  ]);
});

test("what was pasted and waits is text when it is taken back", () => {
  const { press, submitted } = draftWith({ host: { takeQueued: () => ({ text: "!ls", isPasted: true }) } });
  press(`${UP}\r`);
  expect(submitted[0]?.isPasted).toBe(true);
});

test("a picture is pasted with Ctrl-V, and a file of one dropped", async () => {
  const clipboard = {
    image: async () => IMAGE,
    pathIn: (text: string) => (text === "/a/b.png" || text === "/no.png" ? text : undefined),
    imageAt: async (path: string) => (path === "/a/b.png" ? IMAGE : undefined),
  };
  const { press, marked, submitted } = draftWith({ host: { clipboard } });
  press("\x16");
  await expect.poll(marked).toBe("[Image #1]|");
  press(pasted("/a/b.png"));
  await expect.poll(marked).toBe("[Image #1][Image #2]|");
  press(pasted("/no.png"));
  await expect.poll(marked).toBe("[Image #1][Image #2]/no.png|");
  press("\r");
  expect(submitted[0]?.content).toEqual([{ type: "text", text: "[Image #1][Image #2]/no.png" }, IMAGE]);
});

test("a clipboard that cannot be read is told of", async () => {
  const image = async () => {
    throw new PluginError("GANTRY_TUI_CLIPBOARD", "No program here can read a picture from the clipboard.", "");
  };
  const { press, draft } = draftWith({
    host: { clipboard: { image, pathIn: () => undefined, imageAt: image } },
  });
  press("\x16");
  await expect.poll(() => draft.view().hint).toBe("No program here can read a picture from the clipboard.");
});

test("the person's own editor gets the text in full, and gives another", async () => {
  const opened: string[] = [];
  const openEditor = async (text: string) => {
    opened.push(text);
    return "better\n";
  };
  const { press, marked } = draftWith({ host: { openEditor } });
  press("draft\x18\x05");
  await expect.poll(marked).toBe("better|");
  expect(opened).toEqual(["draft"]);
});

// ---------------------------------------------------------------- menus

const COMMANDS: readonly CommandInfo[] = [
  { name: "model", plugin: "command-model", description: "Choose a model.", argumentHint: "[model]", group: "Model" },
  { name: "add-dir", plugin: "command-folders", description: "Add a folder.", aliases: ["folder"], group: "Project" },
  { name: "memory", plugin: "command-memory", description: "Edit memory.", group: "Context" },
  { name: "heapdump", plugin: "insight", description: "Write the heap.", isHidden: true },
];

test.each([
  ["/m", ["/memory", "/model"]],
  ["/mod", ["/model"]],
  ["/dir", ["/add-dir"]],
  ["/adddir", ["/add-dir"]],
  ["/fold", ["/add-dir (folder)"]],
  ["/del", []],
  ["/heap", []],
  ["/heapdump", ["/heapdump"]],
  ["/", ["/model", "/memory", "/add-dir"]],
  ["/usr/bin", undefined],
  ["x /m", undefined],
])("%j offers %j", (typed, labels) => {
  const { press, offered } = draftWith({ commands: COMMANDS });
  press(typed);
  expect(offered()).toEqual(labels);
});

test("all commands stand in their groups, and first the ones that were used last", () => {
  const more = [
    { name: "about", plugin: "extra", description: "Tell.", group: "Zoo" },
    { name: "zap", plugin: "extra", description: "Do." },
    { name: "help", plugin: "command-core", description: "Say.", group: "Help" },
  ];
  const sent = ["/folder x", "hello", "/model", "/nobody", "/add-dir"];
  const { press, draft } = draftWith({ commands: [...more, ...COMMANDS], sent });
  press("/");
  expect(draft.view().menu?.items.map(({ group, label }) => `${group} ${label}`)).toEqual([
    "Recent /add-dir",
    "Recent /model",
    "Context /memory",
    "Help /help",
    "Zoo /about",
    "Others /zap",
  ]);
});

test("a slash alone runs nothing; an arrow or Tab chooses", () => {
  const { press, marked, submitted, draft } = draftWith({ commands: COMMANDS });
  press("/\r");
  expect([draft.view().menu?.selected, marked(), submitted]).toEqual([-1, "/|", []]);
  press(`${DOWN}${DOWN}\r/\t`);
  expect(draft.view().menu?.selected).toBe(0);
  press("\t");
  expect([submitted[0]?.text, marked()]).toEqual(["/memory", "/memory |"]);
});

test("Tab completes a command, Enter runs it", () => {
  const { press, marked, submitted } = draftWith({ commands: COMMANDS });
  press("/mo\t");
  expect(marked()).toBe("/model |");
  press("opus\r/mo\r");
  expect(submitted.map(({ text }) => text)).toEqual(["/model opus", "/model"]);
});

test("a typo chooses nothing: Enter sends it as it is, Tab takes what was meant", () => {
  const { press, marked, submitted, draft } = draftWith({ commands: COMMANDS });
  press("/modle");
  expect(draft.view().menu?.selected).toBe(-1);
  press("\r/modle\t");
  expect([submitted[0]?.text, marked()]).toEqual(["/modle", "/model |"]);
});

test("a menu goes away with Esc, and comes again with another word", () => {
  const { press, offered } = draftWith({ commands: COMMANDS });
  press("/m\x1b");
  expect(offered()).toBeUndefined();
  press("o");
  expect(offered()).toBeUndefined();
  press("\x15/m");
  expect(offered()).toEqual(["/memory", "/model"]);
});

test("what could be typed behind a command is offered, and Enter sends what was typed unless something was chosen", async () => {
  const completions = async (_: string, args: string) =>
    ["opus", "sonnet"].filter((one) => one.startsWith(args)).map((one) => ({ args: one }));
  const { press, offered, submitted } = draftWith({ commands: COMMANDS, completions });
  press("/model ");
  await expect.poll(offered).toEqual(["opus", "sonnet"]);
  press(`${DOWN}${DOWN}\r`);
  expect(submitted[0]?.text).toBe("/model sonnet");
  press("/model \r");
  expect(submitted[1]?.text).toBe("/model ");
});

test("what is named with @ is offered as it is found, and a list that comes late counts no more", async () => {
  const asked: { query: string; signal: AbortSignal }[] = [];
  const mentions = async function* (query: string, signal: AbortSignal) {
    asked.push({ query, signal });
    yield [{ mention: `${query}-first.ts`, kind: "file" as const }];
    yield [
      { mention: "src", kind: "folder" as const },
      { mention: "a b.ts", kind: "file" as const, detail: "a file" },
    ];
  };
  const { press, offered, marked, draft } = draftWith({ mentions });
  press("see @s");
  await expect.poll(offered).toEqual(["src/", "a b.ts"]);
  press("r");
  expect(asked.map(({ query, signal }) => [query, signal.aborted])).toEqual([
    ["", true],
    ["s", true],
    ["sr", false],
  ]);
  await expect.poll(() => draft.view().menu?.place).toMatchObject({ query: "sr" });
  await expect.poll(offered).toEqual(["src/", "a b.ts"]);
  press("\t");
  expect(marked()).toBe("see @src/|");
  await expect.poll(offered).toEqual(["src/", "a b.ts"]);
  press(`${DOWN}\r`);
  expect(marked()).toBe('see @"a b.ts" |');
});

test("a source that fails offers nothing", async () => {
  // biome-ignore lint/correctness/useYield: it fails before it has anything
  const mentions = async function* () {
    asked += 1;
    throw new Error("gone");
  };
  let asked = 0;
  const { press, offered, marked } = draftWith({ mentions });
  press("@");
  await expect.poll(() => asked).toBe(1);
  expect([offered(), marked()]).toEqual([undefined, "@|"]);
});

test("emoji are offered by their names; Tab takes one, Enter sends what was typed", () => {
  const { press, offered, marked, submitted } = draftWith();
  press("ship it :rock");
  expect(offered()).toEqual(["🚀 :rocket:"]);
  press("\t");
  expect(marked()).toBe("ship it 🚀 |");
  press(":bu");
  expect(offered()?.slice(0, 2)).toEqual(["💡 :bulb:", "🐛 :bug:"]);
  press(`${DOWN}\r`);
  expect(marked()).toBe("ship it 🚀 💡 |");
  press("a:bug at 10:30 :bug\r");
  expect(submitted[0]?.text).toBe("ship it 🚀 💡 a:bug at 10:30 :bug");
});

test("emoji are left out where nobody wants them", () => {
  const { press, offered } = draftWith({ host: { settings: () => ({ isVim: false, hasEmoji: false }) } });
  press(":rocket");
  expect(offered()).toBeUndefined();
});

test("what runs gets its key before the editor does", () => {
  const { press, actions, marked } = draftWith({ host: { contexts: () => ["Task"] } });
  press("ab\x02");
  expect([actions, marked()]).toEqual([["task:background"], "ab|"]);
});

test.each([
  ["\x14", "abdc|"],
  ["\x01\x1bu", "ABCD|"],
  ["\x01\x1bc", "Abcd|"],
  ["\x1bl", "abcd|"],
  [" x/y.z\x1b\x7f", "abcd x/y.|"],
])("with a shell's keys, %j after abcd makes %j", (bytes, text) => {
  const { press, marked } = draftWith({ flavor: "readline" });
  press(`abcd${bytes}`);
  expect(marked()).toBe(text);
});
