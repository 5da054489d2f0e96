import fc from "fast-check";
import { expect, test } from "vitest";
import { createPaths, findPaths, type Narrowing } from "./fuzzy.ts";

const never = new AbortController().signal;

function pathsOf(list: readonly string[]) {
  const paths = createPaths();
  for (const path of list) paths.add(path);
  return paths;
}

async function found(list: readonly string[], query: string, before?: Narrowing) {
  const result = await findPaths(pathsOf(list), query, { most: 10, signal: never, before });
  return result?.hits.map(({ path }) => path);
}

const TREE = [
  "README.md",
  "src/",
  "src/app.ts",
  "src/app.test.ts",
  "src/components/AppHeader.tsx",
  "src/mapper/index.ts",
  "docs/apparatus.md",
  "packages/snapshot/app/",
  "packages/snapshot/app/main.go",
];

test.each([
  ["app.ts", ["src/app.ts"]],
  ["app", ["src/app.ts", "src/app.test.ts", "packages/snapshot/app/"]],
  ["readme", ["README.md"]],
  ["header", ["src/components/AppHeader.tsx"]],
  ["src/app", ["src/app.ts", "src/app.test.ts"]],
  ["snap main", ["packages/snapshot/app/main.go"]],
  ["cah", ["src/components/AppHeader.tsx"]],
  ["zzz", []],
])("%j finds %j first", async (query, first) => {
  const hits = await found(TREE, query);
  expect(hits?.slice(0, Math.max(1, first.length))).toEqual(first);
});

test("a longer query looks at what the shorter one has left, and at what has come since", async () => {
  const letters = fc.constantFrom(..."abA/._");
  const path = fc.string({ unit: letters, minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fc.array(path, { maxLength: 40 }), fc.array(path), path, path, async (list, later, one, two) => {
      const paths = pathsOf(list);
      const options = { most: 10, signal: never };
      const before = (await findPaths(paths, one, options))?.narrowing;
      for (const added of later) paths.add(added);
      const narrowed = await findPaths(paths, one + two, { ...options, before });
      expect(narrowed?.hits).toEqual((await findPaths(paths, one + two, options))?.hits);
    }),
  );
});

test("what fits has the letters in order, and nothing else is found", async () => {
  const isWithin = (path: string, query: string) => {
    let at = -1;
    return [...query.toLowerCase()].every((letter) => {
      at = path.toLowerCase().indexOf(letter, at + 1);
      return at >= 0;
    });
  };
  const path = fc.string({ unit: fc.constantFrom(..."abcA1/._é"), minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(path, { maxLength: 8 }), path, async (list, query) => {
      expect((await found(list, query))?.sort()).toEqual(list.filter((one) => isWithin(one, query)).sort());
    }),
  );
});

test("other work gets its turn, and a search that is called off ends", async () => {
  const paths = pathsOf(Array.from({ length: 100_000 }, (_, n) => `folder-${n % 300}/module-${n}/component-${n}.ts`));
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  expect(await findPaths(paths, "fmc9", { most: 10, signal: stop.signal })).toBeUndefined();
});
