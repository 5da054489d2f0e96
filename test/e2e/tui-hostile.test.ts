import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { foreignIn } from "./escapes.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// Whatever others write is seen, and steers nothing: every byte that reaches the terminal is looked at.

/** Clears, renames, colours, turns the reading direction, changes the screen, asks the terminal, goes back and moves the cursor. */
const EVIL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u001b[?1049h\u001bP$qm\u001b\\\b\u001b[6n\u0007";
const evil = (name: string) => `${name}${EVIL}`;
const SEEN = "<U+001B>";

const HOSTILE = `
import { definePlugin, Questions, Tools } from "gantry/sdk";
const evil = (name) => name + ${JSON.stringify(EVIL)};
const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const answer = (content, stop_reason = "end_turn") => ({
  type: "end",
  message: { role: "assistant", id: evil("message"), model: evil("model"), content, stop_reason, usage },
});
const call = (name, input) => answer([{ type: "tool_use", id: evil("c"), name, input }], "tool_use");
const calls = {
  unknown: () => call(evil("unknown-tool"), { [evil("input-name")]: evil("input") }),
  draw: () => call("Drawn", {}),
  result: () => call("Nasty", { place: evil("input"), [evil("key")]: [evil("deep")] }),
  shell: () => call("Bash", { command: "echo " + evil("command"), description: evil("description") }),
  path: () => call("Read", { file_path: "/nowhere/" + evil("path") }),
  write: () => call("Write", { file_path: evil("written-path"), content: evil("content") }),
};
async function* stream({ messages }) {
  const last = messages.at(-1).content;
  const prompt = last.flatMap((block) => (block.type === "text" && !block.text.startsWith("<") ? [block.text] : [])).at(-1) ?? "";
  yield { type: "start", id: evil("m"), model: evil("model") };
  if (last.some((block) => block.type === "tool_result")) yield answer([{ type: "text", text: "done with it" }]);
  else if (calls[prompt]) yield calls[prompt]();
  else if (prompt === "fail") yield { type: "failure", failure: { kind: "invalid", message: evil("failure"), remedy: evil("remedy"), isRetryable: false } };
  else {
    const text = [
      evil("plain text"), "# " + evil("heading"), "**" + evil("bold") + "** and \`" + evil("inline") + "\`", "- " + evil("item"),
      "| a | b |\\n|---|---|\\n| " + evil("cell") + " | b |", "\`\`\`" + evil("language") + "\\n" + evil("fenced") + "\\n\`\`\`", "> " + evil("quoted"),
      "[" + evil("label") + "](https://example.org/" + evil("address") + ") [script](javascript:alert(1)) <https://example.org/\\u009b2J>",
    ].join("\\n\\n");
    yield { type: "thinking", text: evil("thought") };
    for (const piece of text.match(/[^]{1,7}/g)) yield { type: "text", text: piece };
    yield answer([{ type: "thinking", thinking: evil("thought"), signature: "s" }, { type: "text", text }]);
  }
}
const panel = {
  type: "list",
  title: evil("panel-title"),
  text: evil("panel-text"),
  load: () => [{ id: evil("id"), title: evil("item-title"), detail: evil("item-detail"), group: evil("item-group"), keywords: [evil("word")] }, { id: "b", title: "B", detail: evil("item-detail") }],
  preview: () => [{ type: "markdown", text: evil("preview") }, { type: "diff", path: evil("diff-path"), lines: ["+" + evil("added")] }],
  actions: [{ key: "enter", label: evil("label"), run: () => evil("panel-answer") }],
};
const page = {
  type: "page", title: evil("page-title"), text: "",
  parts: [{ title: evil("part-title"), load: () => [
    { type: "fields", fields: [{ name: evil("field"), value: evil("value") }] },
    { type: "bars", bars: [{ label: evil("bar"), value: 1, note: evil("note") }] },
    { type: "fold", summary: evil("summary"), blocks: [{ type: "text", lines: [[{ text: evil("piece"), link: "https://example.org/" + evil("link") }]] }] },
  ] }],
};
const form = {
  type: "form", title: evil("form-title"), text: "",
  fields: [{ name: "a", title: evil("field-title"), description: evil("field-description"), type: "choice", isRequired: false, choices: [{ value: evil("v"), title: evil("choice"), description: evil("choice-description") }] }],
  submit: () => evil("form-answer"),
};
const question = { form: { kind: "form", from: evil("asker"), message: evil("question"), fields: [{ name: "n", title: evil("question-field"), type: "text", isRequired: false }] }, call: { tool: { name: evil("asking-tool"), owner: "hostile", description: "", input: { jsonSchema: { type: "object" } } } } };
export default definePlugin({
  name: "hostile",
  needs: { questions: Questions, tools: Tools },
  providers: { hostile: { title: evil("provider"), usable: "always", defaultModel: evil("model"), models: [evil("model")] } },
  tools: { Drawn: { description: "", input: { jsonSchema: { type: "object" } }, traits: { readOnly: true } }, Nasty: { description: evil("tool"), input: { jsonSchema: { type: "object" } }, traits: { readOnly: true } } },
  renderers: { Nasty: {}, Drawn: {} },
  statusItems: { item: { description: "", side: "left" }, below: { description: "", side: "below" } },
  commands: {
    nasty: { description: evil("command-description"), argumentHint: evil("hint") },
    panel: { description: "p" }, page: { description: "p" }, form: { description: "p" }, question: { description: "p" },
    fails: { description: "p" }, stray: { description: "p" }, notice: { description: "p" },
  },
  taps: { postTool: true },
  setup: ({ use }) => ({
    providers: { hostile: { stream } },
    taps: { postTool: (result, { tool }) => { if (tool.name === "Nasty") throw new Error(evil("fault")); } },
    tools: { Drawn: async () => evil("drawn-result"), Nasty: async (_, call) => { call.progress(evil("progress")); return evil("tool-result") + "\\n" + evil("second-line"); } },
    renderers: {
      Drawn: { ink: ({ React, Ink }) => ({ result }) => React.createElement(Ink.Text, null, result.content.map(({ text }) => text).join("")) },
      Nasty: { title: () => [{ text: evil("title"), tone: "accent" }], summary: () => evil("summary"), body: () => [{ type: "code", language: evil("l"), text: evil("body") }] } },
    statusItems: { item: () => evil("status"), below: () => evil("below") },
    commands: {
      nasty: () => evil("command-answer"),
      panel: () => ({ panel }), page: () => ({ panel: page }), form: () => ({ panel: form }),
      question: async (_, session) => JSON.stringify((await use.questions.ask(session, question)) ?? "nothing"),
      fails: () => { throw new Error(evil("command-failure")); },
      stray: () => { console.log(evil("logged")); process.stderr.write(evil("written to stderr") + "\\n"); return "strayed"; },
      notice: (_, session) => { session.notify({ level: "warning", text: evil("notice") }); return "noticed"; },
    },
  }),
});
`;

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";

/** What is typed, what has to be seen of it, and the keys that leave what it opens. */
const SOURCES: readonly (readonly [string, readonly string[], ...string[]])[] = [
  ["speak", ["plain text", "heading", "bold", "inline", "item", "cell", "fenced", "quoted", "label"]],
  ["unknown", ["unknown-tool"]],
  ["result", ["title", "summary", "body", "fault"]],
  ["draw", ["drawn-result"]],
  ["shell", ["command"], "n"],
  ["path", ["path"], "n"],
  ["write", ["written-path"], "n"],
  ["fail", ["failure"]],
  ["!printf 'shell-output\\033[2J\\033]0;owned\\007'", ["shell-output"]],
  ["/nasty", ["command-answer"]],
  ["/fails", ["command-failure"]],
  ["/stray", ["logged", "written to stderr"]],
  ["/notice", ["notice"]],
  ["/panel", ["panel-title", "item-title", "item-detail", "item-group", "preview", "added"], "Enter"],
  ["/page", ["page-title", "field", "value", "bar", "note", "summary"], "Escape"],
  ["/form", ["form-title", "field-title", "choice"], "Escape"],
  ["/question", ["asker", "question", "question-field"], "Escape"],
];

test("no control code of others reaches the terminal, wherever it comes from", async () => {
  const cwd = path.join(place.base, evil("folder").replaceAll("/", ""));
  await mkdir(path.join(cwd, ".claude/commands"), { recursive: true });
  const files = {
    [path.join(place.home, ".gantry/plugins/hostile.mjs")]: HOSTILE,
    [path.join(cwd, evil("file-name"))]: evil("file-content"),
    [path.join(cwd, ".claude/commands/evil.md")]:
      `---\ndescription: ${evil("markdown-description")}\nargument-hint: ${evil("markdown-hint")}\n---\n${evil("markdown-body")}`,
    [path.join(cwd, ".mcp.json")]: JSON.stringify({
      mcpServers: { [evil("server-name")]: { command: evil("server-command") } },
    }),
    [path.join(cwd, ".claude/settings.json")]: JSON.stringify({
      permissions: { allow: [`Bash(${evil("allowed")}`] },
      [evil("unknown-key")]: evil("value"),
    }),
    [path.join(place.home, ".claude/keybindings.json")]: JSON.stringify({
      bindings: [{ context: evil("context"), bindings: { [evil("key")]: evil("action") } }],
    }),
    [path.join(place.home, ".claude/settings.json")]: JSON.stringify({
      statusLine: { type: "command", command: "printf 'branch-name\\033[2J\\033]0;owned\\007\\033[5m\\033[8mhidden'" },
    }),
  };
  await mkdir(path.join(place.home, ".claude"), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(file, text);
  await mkdir(path.join(cwd, ".git"));
  await writeFile(path.join(cwd, ".git/HEAD"), `ref: refs/heads/${evil("branch")}\n`);

  const t = place.start({ cwd, model: evil("hostile/model"), columns: 120, rows: 40 });
  await t.shows("Trust this folder?");
  await sees(t, "allowed");
  await t.quiet();
  t.press("Down", "Enter");
  await t.shows(READY);
  await sees(t, "folder");
  await sees(t, "status");
  await sees(t, "context");
  await t.shows("branch-name");

  for (const [wish, names, ...keys] of SOURCES) {
    await t.until(() => t.frame().includes(">"), `The editor was not empty for ${wish}.`);
    t.type(wish);
    t.press("Enter");
    for (const name of names) await sees(t, name);
    if (keys.length) await t.quiet();
    t.press(...keys);
    await t.shows(READY);
  }

  // Menus, a paste, the title of a session, the list of sessions, and all of it on the other screen.
  t.type("/nast");
  await sees(t, "command-description");
  t.press("C-c");
  t.type("/evil");
  await sees(t, "markdown-description");
  t.press("C-c");
  t.type("@file-na");
  await sees(t, "file-name");
  t.press("C-c");
  t.paste(evil("pasted").replaceAll("\u001b[6n", ""));
  await sees(t, "pasted");
  t.press("Enter");
  await t.shows("done with it");
  t.type(`/rename `);
  t.paste(evil("session-title"));
  t.press("Enter");
  await t.until(() => t.title().includes("session-title"), "It was not renamed.");
  t.type("/resume");
  t.press("Enter");
  await sees(t, "session-title");
  await t.quiet();
  t.press("Escape");
  await t.shows(READY);
  t.press("C-o");
  await t.shows("q leaves");
  for (let page = 0; page < 30; page++) t.press("PageUp");
  await t.shows("1-");
  t.press("q");
  await t.hides("q leaves");
  await t.shows(READY);
  t.press("C-c", "C-c");
  expect(await t.ended).toBe(0);

  expect(foreignIn(EVIL, { hasOtherScreen: true }).length).toBeGreaterThan(5);
  expect(foreignIn(t.raw(), { hasOtherScreen: true })).toEqual([]);
});

/** The name is on the screen, and what follows it is written out. */
function sees(t: Pty, name: string): Promise<void> {
  const bare = (text: string) => text.replaceAll(/\s/g, "");
  return t.until(() => bare(t.everything().join("")).includes(bare(name) + SEEN), `"${name}" was not seen.`);
}
