import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Entry, entrySchema, LOG_VERSION } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPlainly } from "./check.ts";
import { type Disk, disk } from "./disk.ts";
import { MIGRATIONS, type Migrations, migrated } from "./migrate.ts";
import { begin, CWD, chain, ID, prompt, record, title } from "./samples.ts";
import { createStore } from "./session-jsonl.ts";
import { TITLE_BYTES } from "./writer.ts";

let state: string;
beforeEach(() => {
  state = fs.mkdtempSync(join(tmpdir(), "gantry-transcript-"));
});
afterEach(() => fs.rmSync(state, { recursive: true, force: true }));

const folder = () => join(state, "projects", "-project-my-shop");
const transcript = (id = ID) => join(folder(), `${id}.jsonl`);
const lines = () => fs.readFileSync(transcript(), "utf8").trimEnd().split("\n");

function put(...parts: readonly (Entry | string)[]): void {
  fs.mkdirSync(folder(), { recursive: true });
  fs.writeFileSync(
    transcript(),
    parts.map((part) => (typeof part === "string" ? part : `${JSON.stringify(part)}\n`)).join(""),
  );
}

async function write(entries: readonly Entry[], id = ID, cwd = CWD): Promise<void> {
  const writer = await createStore(state).create(id, cwd);
  for (const entry of entries) writer.append(entry);
  await writer.close();
}

async function reopen(name = ID) {
  const opened = await createStore(state, { gantry: "9.9.9" }).open(name, CWD);
  await opened.writer.close();
  return opened;
}

describe("the cheap check of a record", () => {
  const samples: readonly Entry[] = [
    record(prompt("hello")),
    record({ type: "user", isMeta: true, message: { role: "user", content: [] } }),
    record({ type: "tool_start", toolUseId: "a", tool: "Bash", input: 1 }),
    record({
      type: "tool_result",
      toolUseId: "a",
      tool: "B",
      outcome: "ok",
      content: [{ type: "text", text: "x" }],
      ms: 1,
    }),
    record({ type: "plugin", plugin: "p", kind: "k", data: null }),
    record({
      type: "assistant",
      model: "a/b",
      ms: 3,
      message: { role: "assistant", content: [{ type: "text", text: "x" }] } as never,
    }),
  ];

  it("tells the records that there are most of", () => {
    for (const entry of samples) expect(isPlainly(entry as never), JSON.stringify(entry)).toBe(true);
  });

  it("never takes what the schema refuses", () => {
    const paths = samples.flatMap((entry) => pathsIn(entry).map((path) => ({ entry, path })));
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, "user", "ok", [null], [{ type: 1 }], {}));
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, ({ entry, path }, value) => {
        const copy = structuredClone(entry) as never;
        set(copy, path, value);
        const changed = JSON.parse(JSON.stringify(copy)) as never;
        if (isPlainly(changed)) expect(entrySchema.safeParse(changed).error?.issues).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
  });

  function pathsIn(value: unknown): readonly (readonly string[])[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
  }

  function set(target: Record<string, never>, [key = "", ...rest]: readonly string[], value: unknown): void {
    if (rest.length) set(target[key] as never, rest, value);
    else if (value === undefined) delete target[key];
    else target[key] = value as never;
  }
});

describe("a transcript of an older version", () => {
  it("has a migration from every version to the next", () => {
    const versions = Array.from({ length: LOG_VERSION - 1 }, (_, at) => String(at + 1));
    expect(Object.keys(MIGRATIONS)).toEqual(versions);
  });

  it("is brought up version by version", () => {
    const table: Migrations = {
      1: (raw) => ({ ...raw, text: raw.words }),
      2: (raw) => ({ ...raw, text: [raw.text] }),
    };
    expect(migrated({ type: "said", words: "hi" }, 1, table, 3)).toMatchObject({ text: ["hi"] });
    expect(migrated({ type: "said", text: "hi" }, 2, table, 3)).toMatchObject({ text: ["hi"] });
    expect(migrated({ type: "said", text: ["hi"] }, 3, table, 3)).toEqual({ type: "said", text: ["hi"] });
  });

  it("is read as it is, and nothing is written when nothing is added", async () => {
    const entries = chain(begin(1), prompt("one"));
    put(...entries);
    const before = fs.readFileSync(transcript());
    expect(await reopen()).toMatchObject({ entries, notices: [] });
    expect(fs.readFileSync(transcript())).toEqual(before);
  });

  it("says that it is of this version before the first record is added, so that an older program does not misread it", async () => {
    const entries = chain(begin(1), prompt("one"));
    put(...entries);
    const { writer } = await createStore(state, { gantry: "9.9.9" }).open(ID, CWD);
    const added = [
      record(prompt("two"), entries[1]?.uuid),
      record({ type: "rewind", to: null, by: "me" }, entries[0]?.uuid),
    ];
    for (const entry of added) writer.append(entry);
    await writer.close();

    const raised = lines().map((line) => JSON.parse(line) as { type: string; version?: number; gantry?: string });
    expect(raised.map(({ type, version }) => [type, version])).toEqual([
      ["session", 1],
      ["user", undefined],
      ["session", LOG_VERSION],
      ["user", undefined],
      ["rewind", undefined],
    ]);
    expect(raised[2]?.gantry).toBe("9.9.9");
    // What the file says again is no part of the log.
    expect((await reopen()).entries).toEqual([...entries, ...added]);
    await reopen();
    expect(lines()).toHaveLength(5);
  });
});

describe("what a crash of the machine leaves", () => {
  it.each([1, 4096, 3_000_000])("%i NULs at the end are cut off and kept beside", async (count) => {
    const entries = chain(begin(), prompt("one"));
    put(...entries, "\0".repeat(count));
    const opened = await reopen();
    expect(opened.entries).toEqual(entries);
    expect(opened.notices).toHaveLength(1);
    expect(fs.statSync(`${transcript()}.torn`)).toMatchObject({ size: count + 1 });
    expect(fs.statSync(`${transcript()}.torn`).mode & 0o777).toBe(0o600);
    expect((await reopen()).notices).toEqual([]);
  });

  it("a record behind NULs is not lost", async () => {
    const [first, lost, last] = chain(begin(), prompt("one"), prompt("two")) as [Entry, Entry, Entry];
    put(first, "\0".repeat(100), lost, last);
    expect(await reopen()).toMatchObject({ entries: [first, lost, last], notices: [] });
  });

  it("what stood before a bad line still counts, and so does what a record hangs on that this version does not know", async () => {
    const [first, one, two, three] = chain(begin(), prompt("one"), prompt("two"), prompt("three")) as [
      Entry,
      Entry,
      Entry,
      Entry,
    ];
    put(first, one, '{"type":"us\n', three);
    expect(branchOf((await reopen()).entries)).toEqual([first, one, three]);
    put(first, one, { ...two, type: "invented-later" } as never, three);
    expect(branchOf((await reopen()).entries)).toEqual([first, one, three]);
  });

  it("a line of many megabytes is read", async () => {
    const entries = chain(begin(), prompt("x".repeat(5_000_000)), prompt("two"));
    await write(entries);
    expect((await reopen()).entries).toEqual(entries);
  });

  it.each(["", "\n\n", '{"type":"user"}\n'])("a file that holds %j is told of, and left as it is", async (content) => {
    put(content);
    await expect(reopen()).rejects.toMatchObject({ code: "GANTRY_SESSION_UNREADABLE" });
    expect(fs.readFileSync(transcript(), "utf8")).toBe(content);
    expect(fs.readdirSync(folder())).toEqual([`${ID}.jsonl`]);
  });
});

describe("reading without writing", () => {
  it("heals nothing, and tells of a torn record only where nobody is writing it", async () => {
    const entries = chain(begin(), prompt("one"));
    await write(entries);
    const store = createStore(state);
    const { writer } = await store.open(ID, CWD);
    fs.appendFileSync(transcript(), '{"type":"us');
    expect(await store.read(ID, {})).toEqual({ entries, notices: [] });
    await writer.close();
    expect(await store.read(ID, {})).toMatchObject({
      entries,
      notices: [{ text: expect.stringContaining("not whole") }],
    });
    expect(fs.readFileSync(transcript(), "utf8")).toMatch(/"us$/);
  });

  it.skipIf(process.platform === "win32")("is not held up by a pipe that lies there", async () => {
    fs.mkdirSync(folder(), { recursive: true });
    process.getBuiltinModule("node:child_process").execFileSync("mkfifo", [transcript()]);
    await expect(createStore(state).read(ID, {})).rejects.toMatchObject({ code: "GANTRY_SESSION_UNREADABLE" });
  });
});

describe("a session's name", () => {
  it("is the last one that was given, also after a kill long behind it", async () => {
    const writer = await createStore(state).create(ID, CWD);
    const entries = chain(
      begin(),
      prompt("first words"),
      title("Old"),
      title("Named"),
      prompt("x".repeat(3 * TITLE_BYTES)),
      prompt("more"),
    );
    for (const entry of entries) writer.append(entry);
    // Not closed: as if the program had been killed.
    expect(await createStore(state).list({})).toMatchObject([{ title: "Named", isLive: true }]);
    expect((await createStore(state).read(ID, {})).entries).toEqual(entries);
    await writer.close();
  });

  it("of a transcript from elsewhere stands near the end from the first new record on", async () => {
    const entries = chain(begin(), prompt("first"), title("Far away"), ...Array(20).fill(prompt("x".repeat(20_000))));
    put(...entries);
    const { writer } = await createStore(state).open(ID, CWD);
    writer.append(record(prompt("next"), entries.at(-1)?.uuid));
    await writer.close();
    expect(lines().at(-1)).toContain("Far away");
    expect(await createStore(state).list({ cwd: CWD })).toMatchObject([{ title: "Far away" }]);
  });

  it("is not taken from what somebody said", async () => {
    await write(
      chain(begin(), prompt("hello"), prompt('{"type":"title","title":"Forged"}\n{"type":"title","title":"F"}')),
    );
    expect(await createStore(state).list({})).toMatchObject([{ title: "hello" }]);
  });

  it("shows what has no ink, and no control sign reaches the list", async () => {
    await write(chain(begin(), prompt("a"), title("x\u001b[2Jy\u202e")));
    expect(await createStore(state).list({})).toMatchObject([{ title: "x<U+001B>[2Jy<U+202E>" }]);
  });

  it("finds it: whole, or words of it where only one has them", async () => {
    const other = "11111111-2222-4333-8444-555555555555";
    await write(chain(begin(), prompt("a"), title("Fix the login")));
    await write(chain(begin(), prompt("b"), title("Fix the login page")), other);
    expect((await reopen("fix the LOGIN")).entries[2]).toMatchObject({ title: "Fix the login" });
    expect((await reopen("page")).entries[2]).toMatchObject({ title: "Fix the login page" });
    await expect(reopen("fix")).rejects.toMatchObject({ code: "GANTRY_SESSION_AMBIGUOUS" });
    await expect(reopen("nothing like it")).rejects.toMatchObject({ code: "GANTRY_SESSION_ID" });
    await expect(reopen("nothing")).rejects.toMatchObject({ code: "GANTRY_SESSION_ABSENT" });
  });
});

describe("a session of another folder", () => {
  it("is not gone on with, but its folder is named", async () => {
    await write(chain(begin(LOG_VERSION, "/project/other"), prompt("one")), ID, "/project/other");
    await expect(reopen()).rejects.toMatchObject({
      code: "GANTRY_SESSION_ABSENT",
      message: expect.stringContaining("/project/other"),
    });
  });

  it("is not listed, even where both share a folder's name", async () => {
    await write(chain(begin(LOG_VERSION, "/project/my/shop"), prompt("one")), ID, "/project/my/shop");
    expect(await createStore(state).list({ cwd: CWD })).toEqual([]);
    expect(await createStore(state).list({})).toHaveLength(1);
  });
});

describe("removing a session", () => {
  it("leaves nothing of it: no transcript, torn end, lock, nor what was kept with it", async () => {
    await write(chain(begin(), prompt("one")));
    fs.writeFileSync(`${transcript()}.torn`, "x");
    fs.mkdirSync(join(folder(), ID, "files"), { recursive: true });
    fs.writeFileSync(join(folder(), `${ID}.lock.01234`), "left by a killed program");
    await createStore(state).remove(ID.slice(0, 6), { cwd: CWD });
    expect(fs.readdirSync(folder())).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("does not follow a link", async () => {
    await write(chain(begin(), prompt("one")));
    const precious = join(state, "precious");
    fs.mkdirSync(precious);
    fs.writeFileSync(join(precious, "a"), "x");
    fs.symlinkSync(precious, join(folder(), ID));
    await createStore(state).remove(ID, {});
    expect(fs.readdirSync(precious)).toEqual(["a"]);
  });
});

describe("a new session that could not write its first record", () => {
  it.skipIf(process.platform !== "linux")("leaves no empty transcript behind", async () => {
    const write: Disk["write"] = (fd, from, offset) => {
      if (fs.readlinkSync(`/proc/self/fd/${fd}`) !== fs.realpathSync(transcript())) return disk.write(fd, from, offset);
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    };
    const writer = await createStore(state, { disk: { ...disk, write } }).create(ID, CWD);
    expect(() => writer.append(record(begin()))).toThrow(expect.objectContaining({ code: "GANTRY_SESSION_WRITE" }));
    await writer.close();
    expect(fs.readdirSync(folder())).toEqual([]);
  });
});
