import fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, defineTool, type Entry, SessionStore, type SessionWriter, type TurnEnd, z } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, disk } from "./disk.ts";
import { createStore } from "./session-jsonl.ts";

// One call of the file system fails: each in turn, until a run gets through without.

let state: string;
let cwd: string;
beforeEach(() => {
  state = fs.mkdtempSync(join(tmpdir(), "gantry-faults-"));
  cwd = fs.mkdtempSync(join(tmpdir(), "gantry-faults-work-"));
});
afterEach(() => {
  for (const folder of [state, cwd]) fs.rmSync(folder, { recursive: true, force: true });
});

const FAILURES = ["ENOSPC", "EIO", "EMFILE", "short"] as const;
type Failure = (typeof FAILURES)[number];

/** A disk on which the call with the given number fails, counted from 0. */
function failing(number: number, failure: Failure) {
  const calls: string[] = [];
  const faulty = Object.fromEntries(
    Object.entries(disk).map(([name, real]) => [
      name,
      (...args: never[]) => {
        const call = real as (...args: never[]) => unknown;
        calls.push(name);
        if (calls.length - 1 !== number) return call(...args);
        if (failure === "short")
          return name === "write" ? shortWrite(...(args as unknown as WriteArgs)) : call(...args);
        // A descriptor is closed even when closing fails.
        if (name === "close") call(...args);
        // A full disk may take a part before it says so.
        if (name === "write") shortWrite(...(args as unknown as WriteArgs));
        const error = Object.assign(new Error(`${failure}: planned`), { code: failure, syscall: name });
        if (name === "sync" || name === "syncData") return Promise.reject(error);
        throw error;
      },
    ]),
  ) as unknown as Disk;
  return { disk: faulty, calls };
}

type WriteArgs = [fd: number, from: Buffer, offset: number];

function shortWrite(fd: number, from: Buffer, offset: number): number {
  return fs.writeSync(fd, from, offset, Math.min(7, from.length - offset));
}

/** The store as a plugin, and what it took. */
function watched(faulty: Disk) {
  const taken: Entry[] = [];
  const store = createStore(state, { disk: faulty });
  const watching = (writer: SessionWriter): SessionWriter => ({
    ...writer,
    append: (entry) => {
      writer.append(entry);
      taken.push(entry);
    },
  });
  const plugin = definePlugin({
    name: "store",
    provides: { store: SessionStore },
    setup: ({ scope }) => {
      scope.own(() => store.close().catch(() => undefined));
      return {
        services: {
          store: {
            ...store,
            create: async (id, folder) => watching(await store.create(id, folder)),
            open: async (id, folder) => {
              const opened = await store.open(id, folder);
              return { ...opened, writer: watching(opened.writer) };
            },
          },
        },
      };
    },
  });
  return { plugin, taken };
}

interface Run {
  readonly id: string | undefined;
  readonly taken: readonly Entry[];
  /** How often the tool did something. */
  readonly effects: number;
  readonly ends: readonly TurnEnd[];
  /** What was thrown, or the end of the turn that names it. */
  readonly problem: string;
  /** The failing call came before the second turn. */
  readonly isThrough: boolean;
}

/** Opens a session, has a turn with a call, and, where something had failed, another one. */
async function run(number: number, failure: Failure, resume?: string): Promise<Run> {
  const { disk: faulty, calls } = failing(number, failure);
  const { plugin, taken } = watched(faulty);
  let effects = 0;
  const touch = defineTool({
    name: "Touch",
    description: "Does something.",
    input: z.object({}),
    run: () => {
      effects++;
      return "Done.";
    },
  });
  const model = scriptedModel([{ calls: [{ name: "Touch", input: {} }] }, { text: "One." }, { text: "Two." }]);
  const ends: TurnEnd[] = [];
  let id = resume;
  let problem = "";
  try {
    const options = { plugins: [plugin, touch], cwd, model, answer: "allow" as const };
    const kernel = await createTestKernel({ ...options, ...(resume !== undefined && { resume }) });
    id = kernel.session.id;
    ends.push((await kernel.run("one")).end);
    problem = ends[0]?.error ?? "";
    if (calls.length > number) ends.push((await kernel.run("two")).end);
    // The notice of the torn record counts as left behind.
    await kernel.close().catch(() => undefined);
  } catch (error) {
    problem = `${(error as { code?: string }).code} ${error}`;
  }
  return { id, taken, effects, ends, problem, isThrough: calls.length <= number };
}

function transcript(id: string): string {
  return join(state, "projects", cwd.replace(/[^A-Za-z0-9]/g, "-"), `${id}.jsonl`);
}

/** Nothing that was taken is lost, nothing is cut or spliced, no descriptor and no lock is left. */
async function expectSound({ id, taken }: Run, context: string): Promise<readonly Entry[]> {
  if (process.platform === "linux") expect(openBelow(state), context).toEqual([]);
  if (id === undefined || (taken.length === 0 && !fs.existsSync(transcript(id)))) return [];
  const opened = await createStore(state).open(id, cwd);
  await opened.writer.close();
  expect(opened.notices, context).toEqual([]);
  const kept = new Set(opened.entries.map(({ uuid }) => uuid));
  expect(
    taken.filter(({ uuid }) => !kept.has(uuid)),
    context,
  ).toEqual([]);
  expect(
    fs.readdirSync(dirname(transcript(id))).filter((name) => /lock/.test(name)),
    context,
  ).toEqual([]);
  return opened.entries;
}

function openBelow(folder: string): readonly string[] {
  return fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

function expectFair({ ends, effects, taken, problem }: Run, context: string) {
  const [first, second] = ends;
  if (first?.reason !== "completed") expect(problem, context).toMatch(/GANTRY_SESSION_(WRITE|UNREADABLE)/);
  if (second) expect(second.reason, context).toBe("completed");
  // What may have an effect does not start before it is written down.
  const started = taken.filter(({ type }) => type === "tool_start").length;
  expect(effects, context).toBeLessThanOrEqual(started);
}

describe("one call of the file system that fails", () => {
  it.each(FAILURES)(
    "in a session's first turn (%s) is told, loses nothing, and the next prompt works",
    async (failure) => {
      for (let number = 0; ; number++) {
        fs.rmSync(state, { recursive: true });
        fs.mkdirSync(state);
        const done = await run(number, failure);
        const context = `${failure} in call ${number}`;
        await expectSound(done, context);
        expectFair(done, context);
        if (done.isThrough) break;
      }
    },
  );

  it.each(FAILURES)(
    "when a torn session is resumed (%s) is told, and the session can be resumed again",
    async (failure) => {
      const whole = await run(Number.POSITIVE_INFINITY, failure);
      const id = whole.id as string;
      const torn = `${fs.readFileSync(transcript(id), "utf8")}{"type":"user","uu`;
      // So that taking over is part of it.
      const stale = JSON.stringify({ pid: process.pid, started: "1", host: hostname() });
      for (let number = 0; ; number++) {
        fs.writeFileSync(transcript(id), torn);
        fs.writeFileSync(transcript(id).replace(/jsonl$/, "lock"), stale);
        const done = await run(number, failure, id);
        const context = `${failure} in call ${number}`;
        if (done.ends.length === 0)
          fs.writeFileSync(transcript(id), fs.readFileSync(transcript(id), "utf8").replace(/[^\n]+$/, ""));
        const entries = await expectSound(done, context);
        expect(entries.slice(0, whole.taken.length), context).toEqual(whole.taken);
        expectFair(done, context);
        if (done.isThrough) break;
      }
    },
  );
});
