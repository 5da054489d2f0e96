import { expect, test } from "vitest";
import { coverage, createRanking, likeness, negationsIn, wordsIn } from "./rank.ts";

test("words are compared without case, endings and what says nothing, and names are taken apart", () => {
  expect(wordsIn("Please run the unitTests in src/run_tests-all.ts, running them 2 times")).toEqual(
    wordsIn("run unit test src run test ts run 2 time"),
  );
  expect(wordsIn("the and of to")).toEqual([]);
});

test("forms of one word are the same word", () => {
  for (const [one, other] of [
    ["caching", "cached"],
    ["cache", "caches"],
    ["deploys", "deployed"],
    ["running", "run"],
    ["queries", "query"],
    ["class", "classes"],
    ["use-cases", "case"],
  ] as const) {
    expect(wordsIn(one).at(-1), `${one} and ${other}`).toBe(wordsIn(other).at(-1));
  }
});

test("letters of other scripts are words, and no word is lost to its spelling", () => {
  expect(wordsIn("Überprüfung der Straße")).toContain("überprüfung");
  expect(wordsIn("データベース を使う").length).toBeGreaterThan(0);
});

const text = (id: string, title: string, body: string) => ({
  id,
  fields: [
    { text: title, weight: 3 },
    { text: body, weight: 1 },
  ],
});

test("rare words count more than common ones, titles more than texts", () => {
  const find = createRanking([
    text("a", "Deploying", "The project is deployed by tag."),
    text("b", "Database", "The project keeps orders in Postgres; deploying needs a migration."),
    text("c", "Style", "The project uses tabs."),
  ]);
  expect(find("how is the project deployed?").map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(find("postgres")).toMatchObject([{ id: "b", words: ["postgr"] }]);
  expect(find("zebra")).toEqual([]);
});

test("the same query gives the same answer, ties in the order of ids", () => {
  const texts = ["c", "a", "b"].map((id) => text(id, "Same title", "same text"));
  const find = createRanking(texts);
  expect(find("same title").map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(createRanking([...texts].reverse())("same title")).toEqual(find("same title"));
});

test("likeness and coverage are shares of words", () => {
  expect(likeness("Run the tests", "run tests!")).toBe(1);
  expect(likeness("tabs", "spaces")).toBe(0);
  expect(likeness("", "")).toBe(0);
  expect(coverage("use pnpm", "We use pnpm, never npm.")).toBe(1);
  expect(coverage("deploy pnpm", "We use pnpm")).toBe(0.5);
});

test("what turns a sentence around is counted", () => {
  expect(["Use npm", "Don't use npm", "We cannot, and never will"].map(negationsIn)).toEqual([0, 1, 2]);
});

test("a digit makes a difference", () => {
  expect(likeness("Deploy to cluster 7", "Deploy to cluster 8")).toBeLessThan(1);
});
