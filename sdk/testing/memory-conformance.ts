import assert from "node:assert/strict";
import { isGantryError, type Memory, type MemoryDraft, type SessionView } from "gantry/sdk";
import { type CheckOf, type ConformanceCheck, checksOf } from "./conformance.ts";

/** A memory over a place that is empty at first. */
export interface MemoryUnderTest {
  /** A memory over the place, as a newly started host would make it; both scopes are open. */
  connect(): Memory | Promise<Memory>;
  readonly dispose: () => void | Promise<void>;
}

/**
 * What every implementation of {@link Memory} has to keep, for any test runner.
 *
 * @example
 * declare const makeMemory: () => MemoryUnderTest;
 * for (const { name, run } of memoryConformance(makeMemory)) test(name, run);
 */
export function memoryConformance(make: () => MemoryUnderTest | Promise<MemoryUnderTest>): readonly ConformanceCheck[] {
  return checksOf(make, CHECKS);
}

const TABS: MemoryDraft = { title: "Use tabs", type: "feedback", text: "Tabs in every file.", tags: ["style"] };

const CHECKS: readonly CheckOf<MemoryUnderTest>[] = [
  {
    name: "gives back what was put, to a host that starts later too",
    async check(place) {
      const draft = { ...TABS, session: "s1", expires: "2999-12-31", isPinned: true } as const;
      const { id } = await (await place.connect()).put(draft);
      const found = await (await place.connect()).get(id);
      assert.ok(found);
      const { date, updated, path: _, ...rest } = found;
      assert.deepEqual(rest, { id, scope: "project", ...draft });
      assert.match(date, /^\d{4}-\d\d-\d\d$/);
      assert.equal(updated, date);
    },
  },
  {
    name: "changes an entry in its place, and keeps what the change is not about",
    async check(place) {
      const memory = await place.connect();
      const first = await memory.put({ ...TABS, isPinned: true });
      const again = await memory.put({ id: first.id, title: TABS.title, text: "Spaces after all." });
      assert.deepEqual({ ...again, updated: "" }, { ...first, text: "Spaces after all.", updated: "" });
      assert.equal((await memory.list()).length, 1);
    },
  },
  {
    name: "says the same title again is the same entry, and another title another",
    async check(place) {
      const memory = await place.connect();
      const one = await memory.put(TABS);
      assert.equal((await memory.put({ ...TABS, text: "Still tabs." })).id, one.id);
      const other = await memory.put({ ...TABS, title: "Use tabs!" });
      assert.notEqual(other.id, one.id);
      assert.equal((await memory.list()).length, 2);
    },
  },
  {
    name: "keeps the project and the person apart",
    async check(place) {
      const memory = await place.connect();
      const mine = await memory.put({ ...TABS, scope: "user", text: "Mine." });
      const ours = await memory.put({ ...TABS, text: "Ours." });
      assert.equal((await memory.get(ours.id))?.text, "Ours.");
      assert.equal((await memory.get(mine.id, "user"))?.text, "Mine.");
      assert.deepEqual(
        (await memory.list({ scope: "user" })).map(({ text }) => text),
        ["Mine."],
      );
      assert.equal(await memory.remove(ours.id, "project"), true);
      assert.equal((await memory.get(mine.id))?.text, "Mine.");
    },
  },
  {
    name: "forgets what is removed, also in its index",
    async check(place) {
      const memory = await place.connect();
      const { id, scope } = await memory.put(TABS);
      assert.match((await memory.texts(scope)).get("MEMORY.md") ?? "", new RegExp(`${id}\\.md`));
      assert.equal(await memory.remove(id, scope), true);
      assert.equal(await memory.remove(id, scope), false);
      assert.equal(await memory.get(id), undefined);
      assert.deepEqual(await memory.recall("tabs"), []);
      assert.doesNotMatch((await memory.texts(scope)).get("MEMORY.md") ?? "", new RegExp(`${id}\\.md`));
    },
  },
  {
    name: "lists what holds today, pinned first",
    async check(place) {
      const memory = await place.connect();
      await memory.put({ ...TABS, title: "Gone", expires: "2001-01-01" });
      await memory.put({ ...TABS, title: "Plain", type: "decision" });
      const { id } = await memory.put({ ...TABS, title: "Kept" });
      await memory.pin(id, "project", true);
      const titles = async (filter = {}) => (await memory.list(filter)).map(({ title }) => title);
      assert.deepEqual(await titles(), ["Kept", "Plain"]);
      assert.deepEqual(await titles({ type: "decision" }), ["Plain"]);
      assert.deepEqual((await titles({ isExpiredToo: true })).sort(), ["Gone", "Kept", "Plain"]);
      await memory.pin(id, "project", false);
      assert.equal((await memory.get(id))?.isPinned, false);
    },
  },
  {
    name: "finds what fits, best first, and nothing where nothing does",
    async check(place) {
      const memory = await place.connect();
      await memory.put(TABS);
      await memory.put({ title: "Deploying the shop", type: "command", text: "Run make deploy from the main branch." });
      await memory.put({ title: "Database of orders", type: "reference", text: "Postgres; the schema lies in db/." });
      const found = await memory.recall("How do I deploy the shop to production?");
      assert.equal(found[0]?.entry.title, "Deploying the shop");
      assert.ok(found[0].words.length > 0);
      assert.deepEqual(await memory.recall("How do I deploy the shop to production?"), found);
      assert.equal((await memory.recall("deploy shop orders tabs", { limit: 1 })).length, 1);
      assert.deepEqual(await memory.recall("zebra crossing"), []);
      assert.deepEqual(await memory.recall(""), []);
    },
  },
  {
    name: "refuses secrets and what is no entry, and keeps nothing of them",
    async check(place) {
      const memory = await place.connect();
      const secret = `ghp_${"a8Kd02mZq7Rt5Wx1Yb9Vc4Ne6Lg3Hj0Ps8Uf"}`;
      await rejectsWith("GANTRY_MEMORY_SECRET", () => memory.put({ ...TABS, text: `The token is ${secret}.` }));
      await rejectsWith("GANTRY_MEMORY_SECRET", () => memory.put({ ...TABS, tags: [secret] }));
      await rejectsWith("GANTRY_MEMORY_INVALID", () => memory.put({ ...TABS, title: " " }));
      await rejectsWith("GANTRY_MEMORY_INVALID", () => memory.put({ ...TABS, title: "two\nlines" }));
      await rejectsWith("GANTRY_MEMORY_INVALID", () => memory.put({ ...TABS, text: "" }));
      await rejectsWith("GANTRY_MEMORY_INVALID", () => memory.put({ ...TABS, expires: "tomorrow" }));
      for (const id of ["../../escape", "a/b", "", ".hidden", "MEMORY"]) {
        await rejectsWith("GANTRY_MEMORY_INVALID", () => memory.put({ ...TABS, id }));
      }
      assert.deepEqual(await memory.list(), []);
      assert.doesNotMatch([...(await memory.texts("project")).values()].join(), /ghp_/);
    },
  },
  {
    name: "changes texts only where they are as they were, so that a change can be taken back",
    async check(place) {
      const memory = await place.connect();
      const one = await memory.put(TABS);
      const two = await memory.put({ ...TABS, title: "Other" });
      const before = await memory.texts("project");
      const text = (id: string) => before.get(`${id}.md`) as string;
      const changed = text(one.id).replace("Tabs in every file.", "Tabs in most files.");
      await memory.put({ id: two.id, title: "Other", text: "A person was here." });
      const left = await memory.change("project", [
        { name: `${one.id}.md`, before: text(one.id), after: changed },
        { name: `${two.id}.md`, before: text(two.id), after: undefined },
        { name: "third.md", before: undefined, after: changed.replaceAll("tabs", "third") },
      ]);
      assert.deepEqual(left, [`${two.id}.md`]);
      assert.equal((await memory.get(one.id))?.text, "Tabs in most files.");
      assert.equal((await memory.get(two.id))?.text, "A person was here.");
      assert.ok(await memory.get("third"));
      await memory.change("project", [
        { name: `${one.id}.md`, before: changed, after: text(one.id) },
        { name: "third.md", before: (await memory.texts("project")).get("third.md"), after: undefined },
      ]);
      assert.equal((await memory.texts("project")).get(`${one.id}.md`), text(one.id));
      assert.equal(await memory.get("third"), undefined);
    },
  },
  {
    name: "loses nothing when many write at once",
    async check(place) {
      const [a, b] = [await place.connect(), await place.connect()];
      const titles = Array.from({ length: 12 }, (_, at) => `Entry number ${at}`);
      await Promise.all(titles.map((title, at) => (at % 2 ? a : b).put({ ...TABS, id: `entry-${at}`, title })));
      const later = await place.connect();
      assert.deepEqual((await later.list()).map(({ title }) => title).sort(), [...titles].sort());
      const index = (await later.texts("project")).get("MEMORY.md") ?? "";
      for (const at of titles.keys()) assert.match(index, new RegExp(`entry-${at}\\.md`));
    },
  },
  {
    name: "is turned on and off for one session, which its log remembers",
    async check(place) {
      const memory = await place.connect();
      const [one, other] = [sessionView(), sessionView()];
      memory.turn(one, false);
      assert.deepEqual([memory.isOn(one), memory.isOn(other)], [false, true]);
      assert.equal((await place.connect()).isOn(one), false);
      memory.turn(one, true);
      assert.equal(memory.isOn(one), true);
    },
  },
];

/** As much of a session as a memory may look at. */
function sessionView(): SessionView {
  const entries: object[] = [];
  const record = (plugin: string, kind: string, data: unknown) => {
    entries.push({ type: "plugin", plugin, kind, data });
  };
  return { id: "s", entries, record } as unknown as SessionView;
}

async function rejectsWith(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    assert.ok(isGantryError(error), `expected ${code}, got ${String(error)}`);
    assert.equal(error.code, code);
    return;
  }
  throw new assert.AssertionError({ message: `expected ${code}, but nothing was thrown` });
}
