import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type Entry, type EntryBody, isGantryError, LOG_VERSION, type SessionStore } from "gantry/sdk";
import { type CheckOf, type ConformanceCheck, checksOf } from "./conformance.ts";

/** A place for sessions, empty at first. */
export interface StoreUnderTest {
  /** A store over the place, as a newly started host would make it. */
  connect(): SessionStore | Promise<SessionStore>;
  readonly dispose: () => void | Promise<void>;
}

const CWD = "/project/shop";

/**
 * What every implementation of {@link SessionStore} has to keep, for any test runner.
 *
 * @example
 * for (const { name, run } of storeConformance(make)) test(name, run);
 */
export function storeConformance(make: () => StoreUnderTest | Promise<StoreUnderTest>): readonly ConformanceCheck[] {
  return checksOf(make, CHECKS);
}

const CHECKS: readonly CheckOf<StoreUnderTest>[] = [
  {
    name: "gives back what was appended, in order, fields it does not know included",
    async check(place) {
      const { id, entries } = await write(place, [prompt("one"), { ...prompt("two"), ...{ extra: { kept: true } } }]);
      const opened = await (await place.connect()).open(id, CWD);
      assert.deepEqual(opened.entries, entries);
      assert.deepEqual(opened.notices, []);
      await opened.writer.close();
    },
  },
  {
    name: "goes on where a session ended",
    async check(place) {
      const { id, entries } = await write(place, [prompt("one")]);
      const { writer } = await (await place.connect()).open(id, CWD);
      const later = record(id, prompt("two"));
      writer.append(later);
      await writer.flush();
      await writer.close();
      const again = await (await place.connect()).open(id, CWD);
      assert.deepEqual(again.entries, [...entries, later]);
      await again.writer.close();
    },
  },
  {
    name: "has a record when append returns, before any flush",
    async check(place) {
      const id = randomUUID();
      const writer = await (await place.connect()).create(id, CWD);
      const entries = [record(id, start()), record(id, prompt("one"))];
      for (const entry of entries) writer.append(entry);
      const [summary] = await (await place.connect()).list({ cwd: CWD });
      assert.equal(summary?.id, id);
      await writer.close();
    },
  },
  {
    name: "keeps every letter: line ends, NUL, halves of pairs, long texts",
    async check(place) {
      const texts = ["a\nb\r\nc\u2028d", "\0\u001b[2K", "\ud800 alone", "é👩‍👩‍👧", "x".repeat(300_000)];
      const { id, entries } = await write(place, texts.map(prompt));
      const opened = await (await place.connect()).open(id, CWD);
      assert.deepEqual(opened.entries, entries);
      await opened.writer.close();
    },
  },
  {
    name: "refuses an id that is taken",
    async check(place) {
      const { id } = await write(place, [prompt("one")]);
      const store = await place.connect();
      await rejectsWith("GANTRY_SESSION_EXISTS", async () => {
        const writer = await store.create(id, CWD);
        writer.append(record(id, start()));
      });
    },
  },
  {
    name: "refuses a second writer, and lets one in when the first has closed",
    async check(place) {
      const { id } = await write(place, [prompt("one")]);
      const store = await place.connect();
      const first = await store.open(id, CWD);
      await rejectsWith("GANTRY_SESSION_LOCKED", () => store.open(id, CWD));
      await first.writer.close();
      const second = await store.open(id, CWD);
      await second.writer.close();
    },
  },
  {
    name: "names the nearest id when there is no such session",
    async check(place) {
      const { id } = await write(place, [prompt("one")]);
      const wrong = `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`;
      const store = await place.connect();
      const error = await rejectsWith("GANTRY_SESSION_ABSENT", () => store.open(wrong, CWD));
      assert.ok(error.message.includes(id), `"${error.message}" does not name ${id}`);
    },
  },
  {
    name: "lists the sessions of one folder, newest first, with the start of the first prompt",
    async check(place) {
      assert.deepEqual(await (await place.connect()).list({ cwd: CWD }), []);
      const first = await write(place, [{ ...prompt("a reminder"), isMeta: true }, prompt("Fix the\n\nbug")]);
      const second = await write(place, [prompt("Write a test")]);
      const other = await write(place, [prompt("Elsewhere")], "/project/other");
      const store = await place.connect();
      const listed = await store.list({ cwd: CWD });
      assert.deepEqual(listed.map(({ id }) => id).sort(), [first.id, second.id].sort());
      assert.ok((listed[0]?.updatedMs ?? 0) >= (listed[1]?.updatedMs ?? 0));
      assert.match(listed.find(({ id }) => id === first.id)?.title ?? "", /^Fix the.*bug$/);
      assert.deepEqual(
        (await store.list({ cwd: "/project/other" })).map(({ id, cwd }) => [id, cwd]),
        [[other.id, "/project/other"]],
      );
    },
  },
  {
    name: "lists the sessions of every folder, with their size",
    async check(place) {
      const here = await write(place, [prompt("Here")]);
      const there = await write(place, [prompt("There")], "/project/other");
      const listed = await (await place.connect()).list({});
      assert.deepEqual(listed.map(({ id }) => id).sort(), [here.id, there.id].sort());
      for (const { bytes } of listed) assert.ok(bytes > 0, `a session has ${bytes} bytes`);
    },
  },
  {
    name: "calls a session by the last name it was given, however long ago that was",
    async check(place) {
      const titles: EntryBody[] = [
        { type: "title", title: "First name" },
        { type: "title", title: "Second name" },
      ];
      const long = Array.from({ length: 40 }, (_, at) => prompt(`${at} ${"x".repeat(5_000)}`));
      const { id, entries } = await write(place, [prompt("one"), ...titles, ...long]);
      const store = await place.connect();
      assert.equal((await store.list({ cwd: CWD }))[0]?.title, "Second name");
      assert.deepEqual((await store.read(id, { cwd: CWD })).entries, entries);
    },
  },
  {
    name: "reads a session that somebody else is writing, and says that it is open",
    async check(place) {
      const { id, entries } = await write(place, [prompt("one")]);
      const store = await place.connect();
      assert.equal((await store.list({ cwd: CWD }))[0]?.isLive, false);
      const { writer } = await store.open(id, CWD);
      const later = record(id, prompt("two"));
      writer.append(later);
      for (const query of [{ cwd: CWD }, {}]) {
        assert.deepEqual((await store.read(id, query)).entries, [...entries, later]);
        assert.equal((await store.list(query))[0]?.isLive, true);
      }
      await writer.close();
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.read(randomUUID(), {}));
    },
  },
  {
    name: "removes a session, but never one that is open",
    async check(place) {
      const { id } = await write(place, [prompt("one")]);
      const { id: other } = await write(place, [prompt("two")]);
      const store = await place.connect();
      const { writer } = await store.open(id, CWD);
      await rejectsWith("GANTRY_SESSION_LOCKED", () => store.remove(id, { cwd: CWD }));
      await writer.close();
      await store.remove(id, { cwd: CWD });
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.read(id, { cwd: CWD }));
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.remove(id, {}));
      assert.deepEqual(
        (await store.list({})).map((session) => session.id),
        [other],
      );
    },
  },
  {
    name: "refuses to append to what is closed, and closes twice without harm",
    async check(place) {
      const id = randomUUID();
      const writer = await (await place.connect()).create(id, CWD);
      writer.append(record(id, start()));
      await writer.close();
      await writer.close();
      await rejectsWith("GANTRY_SESSION_CLOSED", async () => writer.append(record(id, prompt("late"))));
    },
  },
  {
    name: "keeps the logs of a session's agents with it: readable, in no list, and gone when it is removed",
    async check(place) {
      const { id } = await write(place, [prompt("one")]);
      const store = await place.connect();
      const agent = randomUUID();
      const writer = await store.create(agent, CWD, id);
      const entries = [start(), prompt("look")].map((body) => record(agent, body));
      for (const entry of entries) writer.append(entry);
      await writer.close();
      assert.deepEqual((await store.read(agent, { cwd: CWD, parent: id })).entries, entries);
      assert.deepEqual(
        (await store.list({ cwd: CWD })).map((one) => one.id),
        [id],
      );
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.open(agent, CWD));
      const again = await store.open(agent, CWD, id);
      const more = record(agent, prompt("look again"));
      again.writer.append(more);
      await again.writer.close();
      assert.deepEqual((await store.read(agent, { cwd: CWD, parent: id })).entries, [...entries, more]);
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.read(randomUUID(), { cwd: CWD, parent: id }));
      await store.remove(id, { cwd: CWD });
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.read(agent, { cwd: CWD, parent: id }));
    },
  },
  {
    name: "leaves nothing of a session in which nothing was recorded",
    async check(place) {
      const store = await place.connect();
      const id = randomUUID();
      await (await store.create(id, CWD)).close();
      assert.deepEqual(await store.list({ cwd: CWD }), []);
      await rejectsWith("GANTRY_SESSION_ABSENT", () => store.open(id, CWD));
    },
  },
];

async function write(
  place: StoreUnderTest,
  bodies: readonly EntryBody[],
  cwd = CWD,
): Promise<{ readonly id: string; readonly entries: readonly Entry[] }> {
  const id = randomUUID();
  const writer = await (await place.connect()).create(id, cwd);
  const entries = [start(cwd), ...bodies].map((body) => record(id, body));
  for (const entry of entries) writer.append(entry);
  await writer.flush();
  await writer.close();
  return { id, entries };
}

function record(sessionId: string, body: EntryBody): Entry {
  const common = { uuid: randomUUID(), parentUuid: null, sessionId, timestamp: "2026-01-02T03:04:05.678Z" };
  return { ...body, ...common } as Entry;
}

function start(cwd = CWD): EntryBody<"session"> {
  return { type: "session", version: LOG_VERSION, cwd, gantry: "0.0.0" };
}

function prompt(text: string): EntryBody<"user"> {
  return { type: "user", message: { role: "user", content: [{ type: "text", text }] } };
}

async function rejectsWith(code: string, work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    assert.ok(isGantryError(error), `expected ${code}, got ${String(error)}`);
    assert.equal(error.code, code);
    return error;
  }
  throw new assert.AssertionError({ message: `expected ${code}, but nothing was thrown` });
}
