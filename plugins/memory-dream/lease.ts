/** The right to dream: one program at a time has it, for a while. Whoever is killed loses it at once, whoever hangs when it ends. */
import fs from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { newId, z } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { withFileLock } from "gantry/sdk/kit/file-lock";

export interface Lease {
  isOurs(): boolean;
  release(): Promise<void>;
}

const heldSchema = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int().positive(),
  untilMs: z.number(),
});
/** Longer nobody has to wait for a file to be written. */
const WAIT_MS = 2_000;

/** `undefined` while somebody else has it. */
export async function takeLease(file: string, forMs: number): Promise<Lease | undefined> {
  const id = newId();
  const isOurs = () => {
    const held = read(file);
    return held?.id === id && held.untilMs > realClock.now();
  };
  fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await withFileLock(`${file}.lock`, WAIT_MS, (isLockOurs) => {
    const held = read(file);
    if ((held && isHeld(held)) || !isLockOurs()) return;
    const mine = { id, host: hostname(), pid: process.pid, untilMs: realClock.now() + forMs };
    fs.writeFileSync(file, JSON.stringify(mine), { mode: 0o600 });
  });
  if (!isOurs()) return undefined;
  return {
    isOurs,
    release: async () => {
      await withFileLock(`${file}.lock`, WAIT_MS, () => {
        if (isOurs()) fs.rmSync(file, { force: true });
      });
    },
  };
}

type Held = z.output<typeof heldSchema>;

function read(file: string): Held | undefined {
  try {
    return heldSchema.safeParse(JSON.parse(fs.readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function isHeld({ host, pid, untilMs }: Held): boolean {
  if (untilMs <= realClock.now()) return false;
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
