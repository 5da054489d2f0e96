import { createHash } from "node:crypto";
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { defineTool, newId, z } from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { bench } from "./test-bench.ts";

const bash = (command: string) => ["Bash", { command }] as const;

describe("going back with the files", () => {
  test("takes back what was changed, made and removed, and the folders that were made for it", async () => {
    const { prompt, write, tree, path, checkpoints, kernel } = await bench();
    fs.writeFileSync(path("kept.txt"), "one\ntwo\n", { mode: 0o640 });
    const before = tree();
    const asked = await prompt(
      "Change things",
      ["Read", { file_path: path("kept.txt") }],
      ["Edit", { file_path: path("kept.txt"), old_string: "two", new_string: "zwei\ndrei" }],
      write("deep/er/new.txt", "new\n"),
    );
    expect(fs.readFileSync(path("kept.txt"), "utf8")).toBe("one\nzwei\ndrei\n");
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(rewound).toEqual({
      canRewind: true,
      filesChanged: [path("deep"), path("deep/er"), path("deep/er/new.txt"), path("kept.txt")],
      insertions: 1,
      deletions: 3,
      skipped: [],
      unseen: [],
      isConversationRewound: false,
    });
    expect(tree()).toEqual(before);
  });

  test("leaves what was changed before that prompt as it was then", async () => {
    const { prompt, write, tree, checkpoints, kernel } = await bench();
    await prompt("One", write("a.txt", "one\n"));
    const before = tree();
    const second = await prompt("Two", write("a.txt", "two\n"), write("b.txt", "b\n"));
    await prompt("Three", write("a.txt", "three\n"));
    await checkpoints.rewind(kernel.session, second, { what: "files" });
    expect(tree()).toEqual(before);
  });

  test("a dry run says the same and changes nothing", async () => {
    const { prompt, write, tree, path, checkpoints, kernel } = await bench();
    const asked = await prompt("One", write("a.txt", "one\n"));
    const before = tree();
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files", dryRun: true });
    expect(rewound).toMatchObject({ canRewind: true, filesChanged: [path("a.txt")], deletions: 1 });
    expect(tree()).toEqual(before);
  });

  test("a file that somebody else has changed since stays, until it is forced", async () => {
    const { prompt, write, path, checkpoints, kernel, tree } = await bench();
    const asked = await prompt("One", write("a.txt", "one\n"), write("b.txt", "b\n"));
    fs.writeFileSync(path("a.txt"), "mine\n");
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(rewound.filesChanged).toEqual([path("b.txt")]);
    expect(rewound.skipped).toEqual([
      { path: path("a.txt"), reason: "Somebody else has changed it since.", canForce: true },
    ]);
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("mine\n");
    await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(tree()).toEqual({});
  });

  test("a file that somebody else changed between two edits stays, too", async () => {
    const { prompt, write, path, checkpoints, kernel } = await bench();
    const asked = await prompt("One", write("a.txt", "one\n"));
    fs.writeFileSync(path("a.txt"), "mine\n");
    await prompt("Two", ["Read", { file_path: path("a.txt") }], write("a.txt", "two\n"));
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(skipped).toEqual([
      { path: path("a.txt"), reason: "Somebody else has changed it in between.", canForce: true },
    ]);
  });

  test("what somebody else has put into a folder that was made keeps the folder there", async () => {
    const { prompt, write, path, checkpoints, kernel, tree } = await bench();
    const asked = await prompt("One", write("deep/a.txt", "one\n"));
    fs.writeFileSync(path("deep/mine.txt"), "mine\n", { mode: 0o600 });
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(skipped).toEqual([
      { path: path("deep"), reason: "The folder holds more by now, and stays.", canForce: false },
    ]);
    expect(tree()).toEqual({ deep: expect.stringContaining("folder"), "deep/mine.txt": "600 mine\n" });
  });

  test("nothing is written through a link that has taken a file's place, or a folder's", async () => {
    const { prompt, write, path, checkpoints, kernel, cwd } = await bench();
    const outside = join(cwd, "..", "outside");
    fs.mkdirSync(outside);
    for (const name of ["a.txt", "b.txt"]) fs.writeFileSync(join(outside, name), "theirs\n");
    fs.mkdirSync(path("deep"));
    for (const name of ["a.txt", "deep/b.txt"]) fs.writeFileSync(path(name), "old\n");
    const reads = ["a.txt", "deep/b.txt"].map((name) => ["Read", { file_path: path(name) }] as const);
    const asked = await prompt("One", ...reads, write("a.txt", "new\n"), write("deep/b.txt", "new\n"));
    fs.rmSync(path("a.txt"));
    fs.symlinkSync(join(outside, "a.txt"), path("a.txt"));
    fs.rmSync(path("deep"), { recursive: true });
    fs.symlinkSync(outside, path("deep"));
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(rewound.filesChanged).toEqual([]);
    expect(rewound.skipped.map(({ reason }) => reason)).toEqual(
      Array(2).fill("It is a link now, and nothing is written through links."),
    );
    expect(["a.txt", "b.txt"].map((name) => fs.readFileSync(join(outside, name), "utf8"))).toEqual([
      "theirs\n",
      "theirs\n",
    ]);
  });

  test("a file with another name elsewhere is replaced: what the other name has stays, its mode too", async () => {
    const { prompt, path, checkpoints, kernel, cwd } = await bench();
    fs.writeFileSync(path("a.txt"), "old\n", { mode: 0o644 });
    const asked = await prompt("One", bash("printf 'new\\n' > a.txt && chmod 600 a.txt"));
    fs.linkSync(path("a.txt"), join(cwd, "..", "other"));
    await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("old\n");
    expect(fs.statSync(path("a.txt")).mode & 0o777).toBe(0o644);
    expect(fs.readFileSync(join(cwd, "..", "other"), "utf8")).toBe("new\n");
    expect(fs.statSync(join(cwd, "..", "other")).mode & 0o777).toBe(0o600);
  });

  test("a file outside of the session's folders is never written", async () => {
    const { prompt, checkpoints, kernel, cwd } = await bench();
    const outside = join(cwd, "..", "outside.txt");
    const asked = await prompt("One", ["Write", { file_path: outside, content: "new\n" }]);
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(skipped).toEqual([{ path: outside, reason: "It lies outside of the session's folders.", canForce: false }]);
    expect(fs.readFileSync(outside, "utf8")).toBe("new\n");
  });

  test("a prompt that the conversation does not have is refused", async () => {
    const { checkpoints, kernel } = await bench();
    await expect(checkpoints.rewind(kernel.session, "nobody")).rejects.toMatchObject({ code: "GANTRY_REWIND_PROMPT" });
  });

  test("when nothing was changed it says so", async () => {
    const { checkpoints, kernel, prompt } = await bench();
    const asked = await prompt("Hello");
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(rewound).toMatchObject({ canRewind: false, error: "No file has been changed since." });
  });
});

describe("going back with the conversation", () => {
  test("gives both as they were before the prompt", async () => {
    const { prompt, write, tree, checkpoints, kernel } = await bench();
    await prompt("One", write("a.txt", "one\n"));
    const [before, messages] = [tree(), kernel.session.messages.length];
    const second = await prompt("Two", write("a.txt", "two\n"));
    const rewound = await checkpoints.rewind(kernel.session, second);
    expect(rewound).toMatchObject({ canRewind: true, isConversationRewound: true });
    expect(tree()).toEqual(before);
    expect(kernel.session.messages).toHaveLength(messages);
  });

  test("alone leaves the files; going further back later takes back those of the branch that was left", async () => {
    const { prompt, write, tree, checkpoints, kernel } = await bench();
    const first = await prompt("One", write("a.txt", "one\n"));
    const second = await prompt("Two", write("left.txt", "left\n"));
    await checkpoints.rewind(kernel.session, second, { what: "conversation" });
    expect(Object.keys(tree())).toEqual(["a.txt", "left.txt"]);
    await prompt("Three", write("a.txt", "three\n"));
    await checkpoints.rewind(kernel.session, first, { what: "files" });
    expect(tree()).toEqual({});
  });

  test("can be undone, files and conversation, and done again", async () => {
    const { prompt, write, tree, checkpoints, kernel } = await bench();
    const first = await prompt("One", write("deep/a.txt", "one\n"));
    await prompt("Two", write("deep/a.txt", "two\n"));
    const [after, messages] = [tree(), kernel.session.messages];
    await checkpoints.rewind(kernel.session, first);
    expect(tree()).toEqual({});
    expect(kernel.session.messages).toEqual([]);
    await checkpoints.undo(kernel.session);
    expect(tree()).toEqual(after);
    expect(kernel.session.messages).toEqual(messages);
    await expect(checkpoints.undo(kernel.session)).rejects.toMatchObject({ code: "GANTRY_REWIND_UNDO" });
    await checkpoints.rewind(kernel.session, first);
    expect(tree()).toEqual({});
  });

  test("a file that was changed after a rewind is not lost when that is undone", async () => {
    const { prompt, write, path, checkpoints, kernel } = await bench();
    await prompt("One", write("a.txt", "one\n"));
    const second = await prompt("Two", write("a.txt", "two\n"));
    await checkpoints.rewind(kernel.session, second);
    fs.writeFileSync(path("a.txt"), "mine\n");
    const { skipped } = await checkpoints.undo(kernel.session);
    expect(skipped).toMatchObject([{ path: path("a.txt"), canForce: true }]);
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("mine\n");
  });
});

describe("what is kept", () => {
  test("lies compressed in a folder that goes with the session, closed to others", async () => {
    const { prompt, write, path, kernel } = await bench();
    fs.writeFileSync(path("a.txt"), "the old content\n".repeat(100));
    await prompt("One", ["Read", { file_path: path("a.txt") }], write("a.txt", "new\n"));
    const folder = join(kernel.session.transcriptPath?.replace(/\.jsonl$/, "") as string, "checkpoints");
    const [name = ""] = fs.readdirSync(folder);
    expect(name).toMatch(/^[0-9a-f]{64}\.z$/);
    expect(fs.statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    expect(fs.statSync(join(folder, name)).size).toBeLessThan(200);
  });

  test("survives a resume", async () => {
    const first = await bench();
    fs.writeFileSync(first.path("a.txt"), "old\n");
    const before = first.tree();
    const asked = await first.prompt(
      "One",
      ["Read", { file_path: first.path("a.txt") }],
      first.write("a.txt", "new\n"),
    );
    const second = await first.reopen();
    await second.checkpoints.rewind(second.kernel.session, asked);
    expect(second.tree()).toEqual(before);
  });

  test.each(["", "-elsewhere"])(
    "is there for a fork of a fork, too, from another folder's sessions as well: %j",
    async (where) => {
      const first = await bench();
      fs.writeFileSync(first.path("a.txt"), "old\n");
      const before = first.tree();
      const asked = await first.prompt(
        "One",
        ["Read", { file_path: first.path("a.txt") }],
        first.write("a.txt", "new\n"),
      );
      const log = first.kernel.session.transcriptPath as string;
      await first.close();
      if (where) {
        fs.renameSync(dirname(log), dirname(log) + where);
        fs.mkdirSync(dirname(log));
      }
      const child = fork(join(dirname(log) + where, basename(log)), dirname(log));
      const grandchild = await first.reopen({ resume: fork(join(dirname(log), `${child}.jsonl`), dirname(log)) });
      const { skipped } = await grandchild.checkpoints.rewind(grandchild.kernel.session, asked);
      expect(skipped).toEqual([]);
      expect(grandchild.tree()).toEqual(before);
    },
  );

  test("of a call that was cut off is known, but who has changed the file last is not", async () => {
    const first = await bench();
    fs.writeFileSync(first.path("a.txt"), "old\n");
    const wait = ["Bash", { command: "printf 'half\\n' > a.txt" }] as const;
    const asked = await first.prompt("One", wait);
    // As a kill would leave the log: without what the call left.
    const log = first.kernel.session.transcriptPath as string;
    const second = await first.reopen();
    await second.close();
    const lines = fs.readFileSync(log, "utf8").split("\n");
    fs.writeFileSync(log, lines.filter((line) => !line.includes('"kind":"after"')).join("\n"));
    const third = await second.reopen();
    const { skipped } = await third.checkpoints.rewind(third.kernel.session, asked, { what: "files" });
    expect(skipped).toEqual([
      { path: first.path("a.txt"), reason: "The session was cut off while it was being changed.", canForce: true },
    ]);
    await third.checkpoints.rewind(third.kernel.session, asked, { what: "files", force: true });
    expect(fs.readFileSync(first.path("a.txt"), "utf8")).toBe("old\n");
  });

  test("is lost with damage, and that is said", async () => {
    const { prompt, write, path, checkpoints, kernel } = await bench();
    fs.writeFileSync(path("a.txt"), "old\n");
    const asked = await prompt("One", ["Read", { file_path: path("a.txt") }], write("a.txt", "new\n"));
    const folder = join(kernel.session.transcriptPath?.replace(/\.jsonl$/, "") as string, "checkpoints");
    for (const name of fs.readdirSync(folder)) fs.writeFileSync(join(folder, name), "garbage");
    const { skipped, filesChanged } = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(filesChanged).toEqual([]);
    expect(skipped).toMatchObject([{ path: path("a.txt"), reason: expect.stringContaining("damaged") }]);
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("new\n");
  });

  test("is nothing where it cannot be written: the edit is made, and the person is told once", async () => {
    const { prompt, write, path, checkpoints, kernel, notices } = await bench();
    const told = notices();
    fs.writeFileSync(path("a.txt"), "old\n");
    await prompt("Read", ["Read", { file_path: path("a.txt") }]);
    fs.writeFileSync(kernel.session.transcriptPath?.replace(/\.jsonl$/, "") as string, "in the way");
    const asked = await prompt("One", write("a.txt", "new\n"));
    await prompt("Two", write("a.txt", "newer\n"));
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("newer\n");
    expect(told).toEqual([expect.stringContaining("What is changed from here on cannot be taken back: ")]);
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(skipped).toMatchObject([{ reason: "What was in it is no longer kept.", canForce: false }]);
  });

  test("is held in memory where the session leaves nothing on the disk", async () => {
    const { prompt, write, path, checkpoints, kernel, tree, state } = await bench({ isKept: false });
    fs.writeFileSync(path("a.txt"), "old\n");
    const before = tree();
    const asked = await prompt("One", ["Read", { file_path: path("a.txt") }], write("a.txt", "new\n"));
    await checkpoints.rewind(kernel.session, asked);
    expect(tree()).toEqual(before);
    expect(fs.existsSync(join(state, "projects"))).toBe(false);
  });

  test("is no file above the limit: it stays, and the person is told at once", async () => {
    const { prompt, path, checkpoints, kernel, notices } = await bench({ config: { maxFileBytes: 10 } });
    fs.writeFileSync(path("a.txt"), "far too large\n");
    const told = notices();
    const asked = await prompt("One", bash("echo x > a.txt"));
    expect(told).toEqual([`"${path("a.txt")}" is larger than 10 bytes: changes of such files cannot be taken back.`]);
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(skipped).toEqual([{ path: path("a.txt"), reason: "It was too large to be kept.", canForce: false }]);
  });

  test("is dropped with the oldest prompts, with a notice; the newer ones can still be taken back", async () => {
    const { prompt, write, path, checkpoints, kernel, tree, notices } = await bench({ config: { maxCheckpoints: 2 } });
    const told = notices();
    fs.writeFileSync(path("a.txt"), "zero\n");
    const read = ["Read", { file_path: path("a.txt") }] as const;
    const first = await prompt("One", read, write("a.txt", "one\n"));
    const one = tree();
    const second = await prompt("Two", write("a.txt", "two\n"));
    expect(told).toEqual([]);
    await prompt("Three", write("a.txt", "three\n"));
    expect(told).toEqual([expect.stringContaining("the last 2 prompts")]);
    const { skipped } = await checkpoints.rewind(kernel.session, first, { what: "files", dryRun: true });
    expect(skipped).toMatchObject([{ reason: "What was in it is no longer kept." }]);
    await checkpoints.rewind(kernel.session, second, { what: "files" });
    expect(tree()).toEqual(one);
  });

  test("stays within its size: the oldest makes room", async () => {
    const { prompt, write, path, kernel } = await bench({ config: { maxBytes: 4000 } });
    const noise = (seed: number) =>
      Array.from({ length: 40 }, (_, at) => `${createHash("sha256").update(`${seed}.${at}`).digest("hex")}\n`).join("");
    fs.writeFileSync(path("a.txt"), noise(1));
    await prompt("One", ["Read", { file_path: path("a.txt") }], write("a.txt", noise(2)));
    for (const seed of [3, 4, 5]) await prompt("More", write("a.txt", noise(seed)));
    const folder = join(kernel.session.transcriptPath?.replace(/\.jsonl$/, "") as string, "checkpoints");
    const sizes = fs.readdirSync(folder).map((name) => fs.statSync(join(folder, name)).size);
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4000);
  });

  test.each([
    [{ settings: { fileCheckpointingEnabled: false } }, "fileCheckpointingEnabled"],
    [{ env: { CLAUDE_CODE_DISABLE_FILE_CHECKPOINTING: "1" } }, "CLAUDE_CODE_DISABLE_FILE_CHECKPOINTING"],
  ])("is nothing where a person has turned it off: %j", async (options, name) => {
    const { prompt, write, checkpoints, kernel } = await bench(options);
    const asked = await prompt("One", write("a.txt", "one\n"));
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(rewound).toMatchObject({ canRewind: false, error: expect.stringContaining(name) });
    expect(
      kernel.session.entries.filter((entry) => entry.type === "plugin" && entry.plugin === "checkpoint-files"),
    ).toEqual([]);
  });

  test("is what any tool of the family Edit changes", async () => {
    const stamp = defineTool({
      name: "Stamp",
      description: "",
      input: z.object({ where: z.string() }),
      permission: { family: "Edit", path: "where" },
      run: ({ where }) => {
        fs.appendFileSync(where, "stamped\n");
        return "ok";
      },
    });
    const { prompt, path, checkpoints, kernel, tree } = await bench({ plugins: [stamp] });
    fs.writeFileSync(path("a.txt"), "old\n");
    const before = tree();
    const asked = await prompt("One", ["Stamp", { where: path("a.txt") }]);
    await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(tree()).toEqual(before);
  });
});

/** Writes a transcript that begins with a copy of another, as the host does. */
function fork(log: string, folder: string): string {
  const id = newId();
  const [first, ...rest] = fs
    .readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const forkedFrom = { sessionId: first.sessionId, uuid: rest.at(-1).uuid };
  const entries = [{ ...first, forkedFrom }, ...rest].map((entry) => ({ ...entry, sessionId: id }));
  fs.writeFileSync(join(folder, `${id}.jsonl`), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return id;
}
