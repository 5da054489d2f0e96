import fs from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Bench, bench, type TestCall } from "./test-bench.ts";

const NAMES = ["a.txt", "b.txt", "d/c.txt", "d/e/f.txt"];

type Action = { readonly kind: "write" | "edit" | "delete" | "mode"; readonly name: string; readonly seed: number };

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom("write", "write", "edit", "delete", "mode"),
  name: fc.constantFrom(...NAMES),
  seed: fc.nat(999),
});

/** The calls that an action takes, with the tree as it will be; none where it makes no sense. */
function callsFor({ kind, name, seed }: Action, { path }: Bench, present: Map<string, string>): readonly TestCall[] {
  const file_path = path(name);
  const now = present.get(name);
  const read: readonly TestCall[] = now === undefined ? [] : [["Read", { file_path }]];
  if (kind === "write") {
    present.set(name, `line ${seed}\nend\n`);
    return [...read, ["Write", { file_path, content: `line ${seed}\nend\n` }]];
  }
  if (now === undefined) return [];
  switch (kind) {
    case "edit": {
      const after = now.replace(/^line \d+/, `line ${seed + 1000}`);
      if (after === now) return [];
      present.set(name, after);
      const [old_string, new_string] = [now, after].map((text) => text.split("\n")[0] as string);
      return [...read, ["Edit", { file_path, old_string, new_string }]];
    }
    case "delete":
      present.delete(name);
      return [["Bash", { command: `rm ${name}` }]];
    case "mode":
      return [["Bash", { command: `chmod ${seed % 2 ? 600 : 755} ${name}` }]];
  }
}

test("after any prompts, going back to one gives the tree as it was before it, and undoing that the tree as it was after all", async () => {
  const prompts = fc.array(fc.array(action, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(prompts, fc.nat(), fc.boolean(), async (all, chosen, isResumed) => {
      let opened = await bench();
      fs.writeFileSync(opened.path("a.txt"), "line 0\nend\n", { mode: 0o640 });
      const present = new Map([["a.txt", "line 0\nend\n"]]);
      const trees: unknown[] = [];
      const asked: string[] = [];
      for (const actions of all) {
        trees.push(opened.tree());
        asked.push(await opened.prompt("Do it", ...actions.flatMap((one) => callsFor(one, opened, present))));
      }
      const after = opened.tree();
      if (isResumed) opened = await opened.reopen();
      const at = chosen % asked.length;
      const { checkpoints, kernel, tree } = opened;
      const { skipped } = await checkpoints.rewind(kernel.session, asked[at] as string);
      expect(skipped).toEqual([]);
      expect(tree()).toEqual(trees[at]);
      await checkpoints.undo(kernel.session);
      expect(tree()).toEqual(after);
      await opened.close();
    }),
    { numRuns: 40 },
  );
}, 60_000);
