import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTool, z } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import sessionJsonl from "./index.ts";
import { createStore } from "./session-jsonl.ts";

// A disk that really is full: a file system of 256 kB in memory, which only root may mount.

let place: string;
let hasDisk = false;
beforeEach(() => {
  place = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-full-")));
  for (const name of ["disk", "work"]) fs.mkdirSync(join(place, name));
  hasDisk = mount(join(place, "disk"));
});
afterEach(() => {
  if (hasDisk) execFileSync("umount", [join(place, "disk")]);
  fs.rmSync(place, { recursive: true, force: true });
});

function mount(folder: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Takes all the room there is; gives what makes room again. */
function fill(): () => void {
  const file = join(place, "disk", "filler");
  const fd = fs.openSync(file, "w");
  try {
    for (const size of [4096, 1]) for (;;) if (fs.writeSync(fd, Buffer.alloc(size)) < size) break;
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  }
  fs.closeSync(fd);
  return () => fs.rmSync(file);
}

it("ends the turn with a clear message, runs nothing unrecorded, and the next prompt works when there is room again", async (context) => {
  if (!hasDisk) return context.skip();
  let effects = 0;
  const effect = defineTool({
    name: "Effect",
    description: "Does something.",
    input: z.object({}),
    run: () => `${effects++}`,
  });
  const call = { calls: [{ name: "Effect", input: {} }] };
  const model = scriptedModel([{ text: "One." }, call, { text: "Two." }, { text: "Three." }]);
  const kernel = await createTestKernel({
    plugins: [sessionJsonl, effect],
    model,
    cwd: join(place, "work"),
    env: { GANTRY_HOME: join(place, "disk") },
    answer: "allow",
  });
  await kernel.run("first");
  const makeRoom = fill();
  // More than what is left of the file's last block.
  const { end } = await kernel.run(`second ${"x".repeat(8_000)}`);
  expect(end.reason).toBe("error");
  expect(end.error).toMatch(/cannot be written: ENOSPC.*Make room on the disk.*GANTRY_SESSION_WRITE/);
  expect(effects).toBe(0);
  makeRoom();
  expect((await kernel.run("third")).end.reason).toBe("completed");
  const { id, allEntries } = kernel.session;
  const live = [...allEntries];
  await kernel.close();

  const { entries, notices } = await createStore(join(place, "disk")).read(id, {});
  expect(notices).toEqual([]);
  expect(entries.slice(0, live.length)).toEqual(live);
  expect(JSON.stringify(entries)).toContain("third");
});
