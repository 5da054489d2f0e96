/** What is kept of it, in a file of Gantry's own. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PluginError, z } from "gantry/sdk";
import { HAPPENINGS, type Noted } from "./mood.ts";

const MOST_NOTED = 60;

const stateSchema = z.object({
  name: z.string().max(40).optional(),
  isShown: z.boolean(),
  hatchedAt: z.number(),
  fedAt: z.number(),
  noted: z.array(z.object({ what: z.enum(HAPPENINGS), at: z.number() })),
});
export type State = z.infer<typeof stateSchema>;

export interface StateFile {
  /** `undefined` before it is hatched. Throws a coded error for a file that cannot be read: it is left as it is. */
  read(): State | undefined;
  write(state: State): void;
}

export function stateFile(folder: string): StateFile {
  const file = path.join(folder, "buddy.json");
  return {
    read() {
      let text: string;
      try {
        text = readFileSync(file, "utf8");
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw damaged(file, thrown);
      }
      try {
        return stateSchema.parse(JSON.parse(text));
      } catch (thrown) {
        throw damaged(file, thrown);
      }
    },
    write(state) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, `${JSON.stringify({ ...state, noted: state.noted.slice(-MOST_NOTED) }, null, 2)}\n`, {
        mode: 0o600,
      });
      renameSync(draft, file);
    },
  };
}

export function noting(state: State, noted: Noted): State {
  return { ...state, noted: [...state.noted, noted] };
}

function damaged(file: string, cause: unknown): PluginError {
  return new PluginError(
    "GANTRY_BUDDY_STATE",
    `${file} cannot be read as the state of a buddy.`,
    "Mend it, or take it away and hatch anew.",
    cause,
  );
}
