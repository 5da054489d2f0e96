import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exec } from "gantry/sdk";
import { expect, onTestFinished, test } from "vitest";
import { createBindingsFile } from "./bindings-file.ts";
import { createClipboard } from "./clipboard.ts";
import { createExternalEditor } from "./external-editor.ts";
import { createHistory } from "./history.ts";

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1");

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "gantry-input-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// ---------------------------------------------------------------- bindings

test("a file of bindings is read, and again when it has changed", async () => {
  const file = createBindingsFile(folder(), { lookMs: 10 });
  expect(file.read().problems).toEqual([]);
  const heard: string[] = [];
  onTestFinished(file.watch(({ problems }) => heard.push(problems[0] ?? "fine")));
  writeFileSync(file.path, "{");
  await expect.poll(() => heard).toEqual([`${file.path}: it is not JSON.`]);
  writeFileSync(file.path, '{"bindings":[]}');
  await expect.poll(() => heard.at(-1)).toBe("fine");
});

// ---------------------------------------------------------------- history

test("what was sent is there for the next session, of this project only", async () => {
  const stateFolder = folder();
  const options = { stateFolder, cwd: "/home/me/one", sessionId: () => "s1" };
  const first = createHistory(options);
  await first.add({ text: "old", pasted: { "[Pasted text #1]": "long" } });
  await first.add({ text: "new" });
  await first.add({ text: "new" });
  await first.add({ text: "  " });
  const next = createHistory({ ...options, sessionId: () => "s2" });
  expect(next.list().map(({ text, pasted }) => [text, pasted])).toEqual([
    ["new", undefined],
    ["old", { "[Pasted text #1]": "long" }],
  ]);
  const other = createHistory({ stateFolder, cwd: "/home/you/one" });
  expect(other.list()).toEqual([]);
  await other.add({ text: "another old" });
  const found = (scope: "session" | "project" | "everywhere") => next.search("OLD", scope).map(({ text }) => text);
  expect([found("session"), found("project"), found("everywhere")]).toEqual([[], ["old"], ["another old", "old"]]);
});

test("its file is for this person alone, and does not grow for ever", async () => {
  const stateFolder = folder();
  const history = createHistory({ stateFolder, cwd: "/a" });
  await history.add({ text: "first" });
  const [name = ""] = readdirSync(join(stateFolder, "history"));
  const file = join(stateFolder, "history", name);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const line = (text: string) => `${JSON.stringify({ text, at: 1 })}\n`;
  writeFileSync(file, Array.from({ length: 1300 }, (_, n) => line(`n${n}`)).join(""));
  await history.add({ text: "last" });
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect([lines.length, JSON.parse(lines.at(-1) ?? "").text, readdirSync(join(stateFolder, "history"))]).toEqual([
    1000,
    "last",
    [name],
  ]);
});

test("lines that are none are passed by, and a folder that cannot be written loses nothing of this run", async () => {
  const stateFolder = folder();
  const history = createHistory({ stateFolder, cwd: "/a" });
  await history.add({ text: "kept" });
  const [name = ""] = readdirSync(join(stateFolder, "history"));
  writeFileSync(
    join(stateFolder, "history", name),
    `{"text": 1}\nnot json\n${JSON.stringify({ text: "good", at: 1 })}\n\0`,
  );
  expect(
    createHistory({ stateFolder, cwd: "/a" })
      .list()
      .map(({ text }) => text),
  ).toEqual(["good"]);
  const blocked = folder();
  writeFileSync(join(blocked, "history"), "a file");
  const lost = createHistory({ stateFolder: blocked, cwd: "/a" });
  await lost.add({ text: "here" });
  expect(lost.list().map(({ text }) => text)).toEqual(["here"]);
});

// ---------------------------------------------------------------- pictures

function execThat(answers: Readonly<Record<string, { readonly exitCode: number; readonly out?: Buffer }>>) {
  const asked: string[][] = [];
  const exec: Exec = {
    start: async () => {
      throw new Error("not here");
    },
    run: async ({ file, args, onOutput }) => {
      asked.push([file, ...args]);
      const answer = answers[file];
      if (!answer) throw new Error("no such program");
      if (answer.out) onOutput?.(answer.out, "stdout");
      const { exitCode } = answer;
      return { exitCode, signal: undefined, isKilled: false, ms: 1, stdout: "", stderr: "", isTimedOut: false };
    },
  };
  return { exec, asked };
}

test.each([
  ["linux", { WAYLAND_DISPLAY: "w" }, "wl-paste", PNG],
  ["linux", { DISPLAY: ":0" }, "xclip", PNG],
  ["linux", { WSL_DISTRO_NAME: "x" }, "powershell.exe", Buffer.from(PNG.toString("base64"))],
  ["win32", {}, "powershell.exe", Buffer.from(`${PNG.toString("base64")}\r\n`)],
  ["darwin", {}, "pngpaste", PNG],
  ["darwin", {}, "osascript", Buffer.from(`«data PNGf${PNG.toString("hex").toUpperCase()}»\n`)],
] as const)("on %s %j, the picture comes from %3$s", async (platform, env, program, out) => {
  const { exec } = execThat({ [program]: { exitCode: 0, out } });
  const image = await createClipboard({ exec, cwd: "/", platform, env }).image();
  expect(image?.source).toEqual({ type: "base64", media_type: "image/png", data: PNG.toString("base64") });
});

test("a clipboard without a picture has none; one that nobody can read is said", async () => {
  const empty = execThat({ xclip: { exitCode: 1 } });
  expect(await createClipboard({ exec: empty.exec, cwd: "/", platform: "linux", env: {} }).image()).toBeUndefined();
  const garbage = execThat({ xclip: { exitCode: 0, out: Buffer.from("not a picture") } });
  expect(await createClipboard({ exec: garbage.exec, cwd: "/", platform: "linux", env: {} }).image()).toBeUndefined();
  const none = createClipboard({ exec: execThat({}).exec, cwd: "/", platform: "linux", env: {} });
  await expect(none.image()).rejects.toMatchObject({
    code: "GANTRY_TUI_CLIPBOARD",
    remedy: expect.stringContaining("xclip or wl-paste"),
  });
});

test.each([
  ["/a/b.png", "/a/b.png"],
  ["'/a/my shot.png' ", "/a/my shot.png"],
  ["/a/my\\ shot.JPG", "/a/my shot.JPG"],
  ["file:///a/b%20c.webp", "/a/b c.webp"],
  ["/a/b.txt", undefined],
  ["see /a/b.png", undefined],
  ["b.png", undefined],
  ["/a/b.png\n/a/c.png", undefined],
])("%j names the picture %j", (text, path) => {
  expect(createClipboard({ exec: undefined, cwd: "/" }).pathIn(text)).toBe(path);
});

test("only what is a picture comes as one", async () => {
  const made = folder();
  const clipboard = createClipboard({ exec: undefined, cwd: "/" });
  writeFileSync(join(made, "a.png"), PNG);
  writeFileSync(join(made, "b.png"), "text");
  mkdirSync(join(made, "c.png"));
  const types = await Promise.all(["a", "b", "c", "d"].map((name) => clipboard.imageAt(join(made, `${name}.png`))));
  expect(types.map((image) => image?.source.media_type)).toEqual(["image/png", undefined, undefined, undefined]);
});

// ---------------------------------------------------------------- the person's editor

function editing(env: Record<string, string>, made: string) {
  const terminal: string[] = [];
  const edit = createExternalEditor({
    env: { PATH: process.env.PATH ?? "", ...env },
    cwd: made,
    handOver: () => terminal.push("theirs"),
    takeBack: () => terminal.push("ours"),
  });
  return { edit, terminal };
}

test("the editor gets the text in a file, and the terminal while it runs", async () => {
  const made = folder();
  const script = join(made, "my editor.js");
  const seen = join(made, "seen");
  writeFileSync(
    script,
    `const fs = require("fs"); const [flag, file] = process.argv.slice(2);
     fs.writeFileSync(${JSON.stringify(seen)}, flag + " " + file + " " + fs.readFileSync(file, "utf8"));
     fs.writeFileSync(file, "better");`,
  );
  const { edit, terminal } = editing({ VISUAL: `"${process.execPath}" '${script}' "a; b"`, EDITOR: "never" }, made);
  expect(await edit("draft $(x)")).toBe("better");
  expect(terminal).toEqual(["theirs", "ours"]);
  const [, path = ""] = /^a; b (\S+) draft \$\(x\)$/.exec(readFileSync(seen, "utf8")) ?? [];
  expect([path.endsWith("prompt.md"), existsSync(path)]).toEqual([true, false]);
});

test("an editor that was given up changes nothing; one that is not there is said", async () => {
  const made = folder();
  expect(await editing({ EDITOR: "false" }, made).edit("draft")).toBeUndefined();
  const { edit, terminal } = editing({ EDITOR: "no-such-editor-here" }, made);
  await expect(edit("draft")).rejects.toMatchObject({ code: "GANTRY_TUI_EDITOR" });
  expect(terminal).toEqual(["theirs", "ours"]);
});
