/** What is kept of dreams: when the last one was, what it changed, and what one that was cut off still has to change. */
import { join } from "node:path";
import { type Files, isGantryError, z } from "gantry/sdk";

const stepSchema = z.object({
  scope: z.enum(["project", "user"]),
  reason: z.string(),
  changes: z.array(
    z.object({ name: z.string(), before: z.string().optional(), after: z.string().optional() }).transform((change) => ({
      name: change.name,
      before: change.before,
      after: change.after,
    })),
  ),
});
const stepsSchema = z.object({ steps: z.array(stepSchema) });
const stateSchema = z.object({
  /** Milliseconds since 1970 of the last dream. */
  lastMs: z.number().optional(),
  /** Fingerprints of steps that were undone. */
  declined: z.array(z.string()).default([]),
});

export type State = z.output<typeof stateSchema>;
export type Steps = z.output<typeof stepsSchema>["steps"];

const MOST_DECLINED = 1_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** In a folder of Gantry's own, for the person alone. */
export function createJournal(files: Files, folder: string) {
  /** What cannot be read counts as not there: it is written whole or not at all. */
  async function read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      const { bytes } = await files.read(join(folder, name), { maxBytes: MOST_BYTES });
      return schema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8"))).data;
    } catch (thrown) {
      if (thrown instanceof SyntaxError || (isGantryError(thrown) && thrown.code === "GANTRY_FILES_ABSENT"))
        return undefined;
      throw thrown;
    }
  }

  async function write(name: string, value: unknown): Promise<void> {
    await files.write(join(folder, name), Buffer.from(JSON.stringify(value)), { mode: 0o600 });
  }

  async function remove(name: string): Promise<void> {
    if (await files.stat(join(folder, name))) await files.remove(join(folder, name));
  }

  return {
    state: async (): Promise<State> => (await read("state.json", stateSchema)) ?? { declined: [] },
    keepState: ({ declined, ...state }: State) =>
      write("state.json", { ...state, declined: declined.slice(-MOST_DECLINED) }),
    /** Steps that were begun. */
    pending: async () => (await read("pending.json", stepsSchema))?.steps,
    begin: (steps: Steps) => write("pending.json", { steps }),
    /** The steps of the last dream that changed something. */
    last: async () => (await read("last.json", stepsSchema))?.steps,
    async end(steps: Steps): Promise<void> {
      if (steps.length) await write("last.json", { steps });
      await remove("pending.json");
    },
    async forget(): Promise<void> {
      await remove("pending.json");
      await remove("last.json");
    },
  };
}
