import { chmod, chown, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPlace, type Place } from "./program.ts";

// A machine that does not let the program write, or open, what it wants to.

const NOBODY = 65_534;

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place.remove());

// Node itself may lie where only root can look.
const canBeNobody = process.getuid?.() === 0 && !process.execPath.startsWith(homedir());
describe.runIf(canBeNobody)("for somebody who may not write into their home", () => {
  beforeEach(async () => {
    for (const folder of [place.base, place.work]) await chmod(folder, 0o755);
    await chown(place.work, NOBODY, NOBODY);
    for (const folder of [path.join(place.home, ".gantry"), place.home]) await chmod(folder, 0o555);
  });

  test("a prompt says so and what to do, and works without a transcript", async () => {
    const refused = await place.gantry(["-p", "help"], { uid: NOBODY });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/cannot be written: EACCES.*--no-session-persistence/s);
    expect(refused.stderr).toContain("GANTRY_SESSION_WRITE");
    expect(refused.stderr).not.toContain("    at ");
    const { code, stdout } = await place.gantry(["-p", "help", "--no-session-persistence"], { uid: NOBODY });
    expect(code).toBe(0);
    expect(stdout).toContain("offline planner");
  });

  test("a home elsewhere is a way out", async () => {
    const { code } = await place.gantry(["-p", "help"], {
      uid: NOBODY,
      env: { GANTRY_HOME: path.join(place.work, "state") },
    });
    expect(code).toBe(0);
    expect(await readdir(path.join(place.work, "state", "projects"))).toHaveLength(1);
  });

  test("sessions are still listed and shown", async () => {
    await chmod(place.home, 0o755);
    await chmod(path.join(place.home, ".gantry"), 0o755);
    await chown(path.join(place.home, ".gantry"), NOBODY, NOBODY);
    await place.gantry(["-p", "help"], { uid: NOBODY });
    await chmod(path.join(place.home, ".gantry"), 0o555);
    const { code, stdout } = await place.gantry(["sessions", "show", "help"], { uid: NOBODY });
    expect(code).toBe(0);
    expect(stdout).toContain("## You");
  });
});

describe.skipIf(process.platform === "win32")("with few files that may be open", () => {
  /** The fewest with which this Node starts and reads a module. */
  async function fewest(): Promise<number> {
    await place.write({ "package.json": '{ "type": "module" }', "probe.js": 'import "node:fs";' });
    for (let files = 16; files < 64; files++) {
      if ((await place.shell(`ulimit -n ${files}; "$NODE" probe.js`)).code === 0) return files;
    }
    throw new Error("Node does not start with 64 files.");
  }

  test("a prompt is answered, or it is said what is missing", async () => {
    const least = await fewest();
    for (const files of [least, least + 1, least + 2, least + 3, least + 4, 64]) {
      const { code, stdout, stderr } = await place.shell(`ulimit -n ${files}; "$NODE" "$GANTRY" -p help`);
      expect(`${stdout}${stderr}`, `${files}`).not.toContain("    at ");
      if (code === 0) expect(stdout, `${files}`).toContain("offline planner");
      else expect(stderr, `${files}`).toContain("EMFILE");
      // What was written can be gone on with.
      const kept = await place.transcripts().catch(() => ({}));
      if (Object.keys(kept).length) expect((await place.gantry(["-p", "help", "--continue"])).code).toBe(0);
    }
  });
});
