import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { entrySchema } from "gantry/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPlace, type Place } from "./program.ts";

// Two programs that want one session at the same moment. The nightly run has more starts.

const PAIRS = Number(process.env.GANTRY_TEST_PAIRS ?? 20);
const ID = "11111111-2222-4333-8444-555555555555";

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place.remove());

test(
  `two programs on one session splice no line, and one that cannot have it says so (${PAIRS} pairs)`,
  async () => {
    await place.gantry(["-p", "help", "--session-id", ID]);
    let prompts = 1;
    for (let pair = 0; pair < PAIRS; pair++) {
      const both = await Promise.all([1, 2].map(() => place.gantry(["-p", "help", "--resume", ID])));
      const had = both.filter(({ code }) => code === 0);
      expect(had.length).toBeGreaterThan(0);
      prompts += had.length;
      for (const { code, stderr } of both) {
        if (code !== 0) expect(stderr).toContain("GANTRY_SESSION_LOCKED");
      }
    }

    const records = (await place.transcripts())[ID] ?? [];
    for (const record of records) expect(entrySchema.safeParse(record).error?.issues ?? []).toEqual([]);
    expect(records.filter(({ type }) => type === "user")).toHaveLength(prompts);
    const before = [null, ...records.slice(0, -1).map(({ uuid }) => uuid)];
    expect(records.map(({ parentUuid }) => parentUuid)).toEqual(before);
    const folder = path.join(place.home, ".gantry/projects");
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => name.includes(ID)).map((name) => path.basename(name))).toEqual([`${ID}.jsonl`]);
    expect(await readFile(path.join(folder, names.find((name) => name.endsWith(".jsonl")) ?? ""), "utf8")).toMatch(
      /\n$/,
    );
  },
  30_000 + PAIRS * 2_000,
);
