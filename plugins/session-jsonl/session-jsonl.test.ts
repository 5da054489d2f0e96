import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "gantry/sdk";
import { storeConformance } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStore } from "./session-jsonl.ts";

const CWD = "/project/my shop";
const ID = "01234567-89ab-4def-8123-456789abcdef";

let state: string;
beforeEach(() => {
  state = fs.mkdtempSync(join(tmpdir(), "gantry-sessions-"));
});
afterEach(() => fs.rmSync(state, { recursive: true, force: true }));

const transcript = (id = ID) => join(state, "projects", "-project-my-shop", `${id}.jsonl`);
const lock = () => transcript().replace("jsonl", "lock");

function record(text: string, sessionId = ID): Entry {
  return {
    type: "user",
    uuid: randomUUID(),
    parentUuid: null,
    sessionId,
    timestamp: "2026-01-02T03:04:05.678Z",
    message: { role: "user", content: [{ type: "text", text }] },
  };
}

function first(sessionId = ID, version = 1): Entry {
  const { message: _, ...common } = record("", sessionId) as Extract<Entry, { type: "user" }>;
  return { ...common, type: "session", version, cwd: CWD, gantry: "0.0.0" };
}

async function writeSession(...texts: string[]): Promise<readonly Entry[]> {
  const writer = await createStore(state).create(ID, CWD);
  const entries = [first(), ...texts.map((text) => record(text))];
  for (const entry of entries) writer.append(entry);
  await writer.close();
  return entries;
}

async function reopen(id = ID) {
  const opened = await createStore(state).open(id, CWD);
  await opened.writer.close();
  return opened;
}

describe("a store of transcripts", () => {
  const place = () => ({ connect: () => createStore(state), dispose: () => undefined });
  for (const { name, run } of storeConformance(place)) it(name, run);
});

describe("whoever watches a folder", () => {
  it("hears of sessions that begin, grow and go, of those alone, and of nothing once it has stopped", async () => {
    const store = createStore(state);
    const heard: string[] = [];
    let wake = () => {};
    const until = async (change: string) => {
      while (!heard.includes(change)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const stop = store.watch?.(CWD, (id, change) => {
      heard.push(`${id} ${change}`);
      wake();
    });
    const writer = await store.create(ID, CWD);
    writer.append(first());
    await until(`${ID} began`);
    writer.append(record("Hello"));
    await until(`${ID} grew`);
    await writer.close();
    await store.remove(ID, { cwd: CWD });
    await until(`${ID} gone`);
    stop?.();
    expect(new Set(heard.map((one) => one.split(" ")[0]))).toEqual(new Set([ID]));
  });

  it("hears nothing where there is nothing to watch", () => {
    fs.writeFileSync(join(state, "projects"), "no folder");
    expect(createStore(state).watch?.(CWD, () => undefined)).toBeTypeOf("function");
  });
});

describe("a copy that a program has put back", () => {
  const copies = () => join(state, "copies");
  const put = (...lines: object[]) => {
    fs.mkdirSync(join(copies(), "-any"), { recursive: true });
    fs.writeFileSync(join(copies(), "-any", `${ID}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  const open = async () => {
    const { entries, writer } = await createStore(state, { copies: copies() }).open(ID, CWD);
    await writer.close();
    return entries;
  };

  it("is taken in where the session is gone, and gone on with", async () => {
    const entries = [first(), record("Hello")];
    put(...entries);
    expect(await createStore(state, { copies: copies() }).read(ID, { cwd: CWD })).toMatchObject({ entries });
    expect(await open()).toEqual(entries);
  });

  it("does not take the place of a session that is here", async () => {
    const entries = await writeSession("Mine");
    put(first(), record("Theirs"));
    expect(await open()).toEqual(entries);
  });

  it.each([
    ["another program's", { type: "user", sessionId: ID }],
    ["another session's", first("f1234567-89ab-4def-8123-456789abcdef")],
    ["nobody's", { type: "session" }],
  ])("stays where it is when it is %s", async (_, head) => {
    put(head, record("Hello"));
    await expect(open()).rejects.toMatchObject({ code: "GANTRY_SESSION_ABSENT" });
    expect(fs.existsSync(transcript())).toBe(false);
  });
});

describe("a transcript", () => {
  it("lies where its folder's name says, for its owner alone", async () => {
    await writeSession("hello");
    expect(fs.statSync(transcript()).mode & 0o777).toBe(0o600);
    for (const folder of [join(state, "projects"), join(state, "projects", "-project-my-shop")]) {
      expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    }
  });

  it("does not exist before its first record", async () => {
    const writer = await createStore(state).create(ID, CWD);
    expect(fs.readdirSync(state)).toEqual([]);
    await writer.close();
  });

  it("fits a file system's limit for names, however deep the folder is", async () => {
    const [one, two] = ["a", "b"].map((end) => `/${"deep/".repeat(80)}${end}`) as [string, string];
    for (const cwd of [one, two]) {
      const writer = await createStore(state).create(ID, cwd);
      writer.append({ ...first(), cwd } as Entry);
      await writer.close();
    }
    expect(fs.readdirSync(join(state, "projects"))).toHaveLength(2);
  });

  it("is found by the start of its id, if only one begins so", async () => {
    await writeSession("hello");
    expect((await reopen("0123")).entries).toHaveLength(2);
    fs.copyFileSync(transcript(), transcript("01239999-0000-4000-8000-000000000000"));
    await expect(reopen("0123")).rejects.toMatchObject({
      code: "GANTRY_SESSION_AMBIGUOUS",
      message: expect.stringContaining(ID),
    });
  });

  it.each(["../../etc/passwd", "a/b", "", ".", "-x", "a\0b", "x".repeat(101)])("is never named %j", async (id) => {
    await expect(createStore(state).create(id, CWD)).rejects.toMatchObject({ code: "GANTRY_SESSION_ID" });
    await expect(createStore(state).open(id, CWD)).rejects.toMatchObject({ code: "GANTRY_SESSION_ID" });
  });

  it("of a newer version of the format is not opened", async () => {
    await writeSession("hello");
    fs.appendFileSync(transcript(), `${JSON.stringify(first(ID, 99))}\n`);
    await expect(reopen()).rejects.toMatchObject({
      code: "GANTRY_SESSION_UNREADABLE",
      message: expect.stringContaining("version 99"),
    });
    expect(fs.existsSync(lock())).toBe(false);
  });

  it("is neither written nor locked when sessions are temporary", async () => {
    await writeSession("hello");
    const store = createStore(state, { isTemporary: true });
    const { entries, writer } = await store.open(ID, CWD);
    writer.append(record("not kept"));
    expect(entries).toHaveLength(2);
    expect(writer.path).toBeUndefined();
    const other = await store.create(randomUUID(), CWD);
    other.append(record("not kept"));
    expect(fs.readdirSync(join(state, "projects", "-project-my-shop"))).toEqual([`${ID}.jsonl`]);
    expect((await reopen()).entries).toHaveLength(2);
  });
});

describe("after a crash", () => {
  it("opens wherever the last record was cut off, and keeps what there was of it beside", async () => {
    const entries = await writeSession("one", "two é");
    const whole = fs.readFileSync(transcript());
    const lastStart = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let length = lastStart; length < whole.length; length++) {
      fs.writeFileSync(transcript(), whole.subarray(0, length));
      fs.rmSync(`${transcript()}.torn`, { force: true });
      const opened = await reopen();
      const isWhole = length === whole.length - 1;
      expect(opened.entries).toEqual(isWhole ? entries : entries.slice(0, 2));
      const isCut = length > lastStart && !isWhole;
      expect(opened.notices).toHaveLength(isCut ? 1 : 0);
      if (isCut) {
        const beside = fs.readFileSync(`${transcript()}.torn`);
        expect(beside.subarray(0, -1)).toEqual(whole.subarray(lastStart, length));
      }
      expect(fs.readFileSync(transcript())).toEqual(isWhole ? whole : whole.subarray(0, lastStart));
    }
  });

  it("goes on after a torn record", async () => {
    await writeSession("one");
    fs.appendFileSync(transcript(), '{"type":"user","uu');
    const { writer } = await createStore(state).open(ID, CWD);
    writer.append(record("two"));
    await writer.close();
    const { entries, notices } = await reopen();
    expect(entries).toHaveLength(3);
    expect(notices).toEqual([]);
  });

  it.each([
    ["NULs", "\0".repeat(4096)],
    ["half of another record", '{"type":"user"}'],
    ["text", "hello"],
  ])("passes over a line in the middle that holds %s, and says which", async (_, line) => {
    const entries = await writeSession("one", "two");
    const lines = fs.readFileSync(transcript(), "utf8").split("\n");
    fs.writeFileSync(transcript(), [lines[0], line, ...lines.slice(1)].join("\n"));
    const opened = await reopen();
    expect(opened.entries).toEqual(entries);
    expect(opened.notices.map(({ text }) => text)).toEqual([expect.stringMatching(/One line .* left out: 2\.$/)]);
  });

  it("keeps a record of a type it does not know, and says nothing", async () => {
    const entries = await writeSession("one");
    const line = JSON.stringify({ ...record("x"), type: "invented-later" });
    fs.appendFileSync(transcript(), `${line}\n`);
    expect(await reopen()).toMatchObject({ entries, notices: [] });
    expect(fs.readFileSync(transcript(), "utf8")).toContain(line);
  });

  it("has every record that was acknowledged before the writer was killed", async () => {
    for (let round = 0; round < 5; round++) {
      const id = randomUUID();
      const child = start(id, "write");
      const told = await lines(child, 50 + round * 37);
      child.kill("SIGKILL");
      const acknowledged = [...told, ...(await rest(child))].filter((line) => /^\d+$/.test(line)).map(Number);
      const { entries, writer } = await createStore(state).open(id, CWD);
      await writer.close();
      const numbers = entries.flatMap((entry) =>
        entry.type === "user" ? [Number.parseInt((entry.message.content[0] as { text: string }).text, 10)] : [],
      );
      expect(numbers).toEqual(numbers.map((_, index) => index));
      expect(numbers.length - 1).toBeGreaterThanOrEqual(Math.max(...acknowledged));
    }
  }, 30_000);
});

describe("a lock", () => {
  it("names who holds the session, and goes with the writer", async () => {
    await writeSession("one");
    const store = createStore(state);
    const { writer } = await store.open(ID, CWD);
    await expect(store.open(ID, CWD)).rejects.toMatchObject({
      code: "GANTRY_SESSION_LOCKED",
      message: expect.stringContaining(`process ${process.pid}`),
      remedy: expect.stringContaining(lock()),
    });
    await writer.close();
    expect(fs.existsSync(lock())).toBe(false);
  });

  it("of a program that has died is taken over", async () => {
    const child = start(ID, "write");
    await lines(child, 1);
    child.kill("SIGKILL");
    await rest(child);
    expect(fs.existsSync(lock())).toBe(true);
    await expect(reopen()).resolves.toBeDefined();
  });

  it("of an earlier process with the same number is taken over", async () => {
    await writeSession("one");
    fs.writeFileSync(lock(), JSON.stringify({ pid: process.pid, started: "1", host: hostname() }));
    await expect(reopen()).resolves.toBeDefined();
  });

  it("that is no lock at all is taken over", async () => {
    await writeSession("one");
    fs.writeFileSync(lock(), "\0\0\0");
    await expect(reopen()).resolves.toBeDefined();
  });

  it("of another machine is left alone", async () => {
    await writeSession("one");
    fs.writeFileSync(lock(), JSON.stringify({ pid: 1, started: "1", host: "elsewhere" }));
    await expect(reopen()).rejects.toMatchObject({ code: "GANTRY_SESSION_LOCKED" });
  });

  it("lets in one of many that want a dead program's session at the same time", async () => {
    await writeSession("one");
    for (let round = 0; round < 3; round++) {
      fs.writeFileSync(lock(), JSON.stringify({ pid: process.pid, started: "1", host: hostname() }));
      const children = Array.from({ length: 4 }, () => start(ID, "open"));
      await Promise.all(children.map((child) => lines(child, 1)));
      for (const child of children) child.stdin?.write("go\n");
      const answers = await Promise.all(children.map((child) => lines(child, 1)));
      for (const child of children) child.stdin?.end();
      await Promise.all(children.map(rest));
      expect(answers.flat().sort()).toEqual([...Array(3).fill("GANTRY_SESSION_LOCKED"), "won"]);
    }
  }, 30_000);
});

describe("a disk that fails", () => {
  it.skipIf(process.platform !== "linux")("is a coded error that names the file", async () => {
    const writer = await createStore("/dev/full").create(ID, CWD);
    expect(() => writer.append(first())).toThrow(expect.objectContaining({ code: "GANTRY_SESSION_WRITE" }));
    await writer.close();
  });

  it("refuses what is no JSON, and goes on", async () => {
    const writer = await createStore(state).create(ID, CWD);
    writer.append(first());
    expect(() => writer.append({ ...record("x"), data: 1n } as never)).toThrow(
      expect.objectContaining({ code: "GANTRY_SESSION_WRITE" }),
    );
    writer.append(record("two"));
    await writer.close();
    expect((await reopen()).entries).toHaveLength(2);
  });
});

// ---------------------------------------------------------------- real processes

const program = fileURLToPath(new URL("writer-process.mjs", import.meta.url));

function start(id: string, mode: "write" | "open"): ChildProcess {
  return spawn(process.execPath, [program, state, CWD, id, mode], { stdio: ["pipe", "pipe", "inherit"] });
}

/** The next `count` lines. */
async function lines(child: ChildProcess, count: number): Promise<string[]> {
  const found: string[] = [];
  let text = "";
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += chunk;
    const parts = text.split("\n");
    text = parts.pop() as string;
    found.push(...parts);
    if (found.length >= count) break;
  }
  return found;
}

/** All lines up to its end. */
async function rest(child: ChildProcess): Promise<string[]> {
  const ended = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
  const found = await lines(child, Number.POSITIVE_INFINITY);
  await ended;
  return found;
}
