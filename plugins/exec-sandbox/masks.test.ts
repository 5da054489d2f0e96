import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMasks } from "./masks.ts";

let place: string;
let work: string;
let state: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "masks-"));
  [work, state] = [join(place, "work"), join(place, "state")];
  mkdirSync(work);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const at = (name: string) => ({ path: join(work, name) });

describe("placeholders", () => {
  it("are there while a command runs, and gone afterwards", async () => {
    const masks = createMasks(state);
    const hold = masks.hold();
    hold.make([at(".config"), at(".config/git"), { ...at("commondir"), text: ".\n" }]);
    expect(readdirSync(work)).toEqual([".config", "commondir"]);
    hold.release();
    await masks.dispose();
    expect(readdirSync(work)).toEqual([]);
    expect(readdirSync(state)).toEqual([]);
  });

  it("are left as long as another host uses them, which then takes them away", async () => {
    const [one, two] = [createMasks(state), createMasks(state)];
    const first = one.hold();
    first.make([at("a")]);
    const second = two.hold();
    second.make([at("a"), at("b")]);
    first.release();
    await one.dispose();
    expect(readdirSync(work)).toEqual(["a", "b"]);
    second.release();
    await two.dispose();
    expect(readdirSync(work)).toEqual([]);
  });

  it("of a host that was killed are taken away by the next", async () => {
    const { pid } = spawnSync("true");
    mkdirSync(state);
    writeFileSync(join(state, `${pid}.x.lease`), "");
    const lost = createMasks(state);
    lost.hold().make([at("a")]);
    for (const name of readdirSync(state).filter((name) => name.startsWith(`${process.pid}.`)))
      rmSync(join(state, name));
    const masks = createMasks(state);
    masks.hold().release();
    await masks.dispose();
    expect(readdirSync(work)).toEqual([]);
    expect(readdirSync(state)).toEqual([]);
  });

  it("are not taken for what somebody else has made, filled or put in their place", async () => {
    mkdirSync(join(work, "theirs"));
    const masks = createMasks(state);
    const hold = masks.hold();
    hold.make([at("theirs"), at("filled"), at("replaced"), { ...at("changed"), text: "" }]);
    writeFileSync(join(work, "filled/x"), "x");
    writeFileSync(join(work, "changed"), "x");
    mkdirSync(join(work, "other"));
    rmdirSync(join(work, "replaced"));
    writeFileSync(join(work, "replaced"), "");
    hold.release();
    await masks.dispose();
    expect(readdirSync(work)).toEqual(["changed", "filled", "other", "replaced", "theirs"]);
  });

  it("that cannot be made are an error, and a record that is garbage is none", async () => {
    mkdirSync(state);
    writeFileSync(join(state, "made.jsonl"), 'garbage\n{"path":1}\n');
    const masks = createMasks(state);
    const hold = masks.hold();
    expect(() => hold.make([at("absent/x")])).toThrow("ENOENT");
    hold.release();
    await masks.dispose();
    expect(readdirSync(state)).toEqual([]);
  });
});
