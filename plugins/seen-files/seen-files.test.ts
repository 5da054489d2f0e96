import { definePlugin, type FileStamp, SeenFiles, type SessionView, z } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import seenFiles from "./index.ts";

const stampOf = (hash: string): FileStamp => ({ mtimeMs: 1, size: 1, hash });

/** A session that has the real service, and the service itself. */
async function opened() {
  let found: { seen: SeenFiles; session: SessionView } | undefined;
  const asks = definePlugin({
    name: "asks",
    needs: { seen: SeenFiles },
    tools: { Ask: { description: "Asks.", input: z.object({}), traits: { readOnly: true } } },
    setup: ({ use: { seen } }) => ({
      tools: {
        Ask: (_, { session }) => {
          found = { seen, session };
          return "asked";
        },
      },
    }),
  });
  const kernel = await createTestKernel({ plugins: [seenFiles, asks] });
  await kernel.call("Ask", {});
  if (!found) throw new Error("the tool did not run");
  return { ...found, kernel };
}

test("a file is known as it was last seen", async () => {
  const { seen, session, kernel } = await opened();
  expect(seen.seen(session, "/a")).toBeUndefined();
  seen.note(session, "/a", stampOf("1"), true);
  seen.note(session, "/a", stampOf("2"), false);
  expect(seen.seen(session, "/a")).toEqual({ stamp: stampOf("2"), isPartial: false });
  await kernel.close();
});

test("a look at a part takes nothing from what was wholly seen, unless the file has changed", async () => {
  const { seen, session, kernel } = await opened();
  seen.note(session, "/a", stampOf("1"), false);
  seen.note(session, "/a", stampOf("1"), true);
  expect(seen.seen(session, "/a")?.isPartial).toBe(false);
  seen.note(session, "/a", stampOf("2"), true);
  expect(seen.seen(session, "/a")?.isPartial).toBe(true);
  await kernel.close();
});

test("what one session has seen, another has not", async () => {
  const { seen, session, kernel } = await opened();
  seen.note(session, "/a", stampOf("1"), false);
  expect(seen.seen({ ...session, entries: [] } as SessionView, "/a")).toBeUndefined();
  await kernel.close();
});

test("it stands in the log, once, so that it is known when the session goes on, and no longer after a rewind", async () => {
  const { seen, session, kernel } = await opened();
  const before = kernel.session.entries.at(-1)?.uuid ?? null;
  seen.note(session, "/a", stampOf("1"), false);
  seen.note(session, "/a", stampOf("1"), true);
  const records = kernel.session.entries.filter((entry) => entry.type === "plugin" && entry.plugin === "seen-files");
  expect(records).toHaveLength(1);
  expect(seen.seen({ ...session, entries: [...kernel.session.entries] } as SessionView, "/a")).toBeDefined();
  kernel.session.rewind(before, "test");
  expect(seen.seen(session, "/a")).toBeUndefined();
  await kernel.close();
});

test.each([null, 7, {}, { path: 1, stamp: {} }, { path: "/a" }])("a record that says %j says nothing", async (data) => {
  const { seen, session, kernel } = await opened();
  session.record("seen-files", "seen", data);
  expect(seen.seen(session, "/a")).toBeUndefined();
  await kernel.close();
});
