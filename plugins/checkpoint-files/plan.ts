/** What going back would do, file by file, and what it must leave alone. */
import type { SessionView, SkippedFile } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import type { Keeper } from "./keep.ts";
import { type FileState, isSame } from "./state.ts";
import type { Change, Timeline } from "./timeline.ts";

/** What a path should become again. */
export interface Wish {
  readonly path: string;
  readonly want: FileState;
  /** What the session has left it as; `undefined` where nobody knows. */
  readonly left: FileState | undefined;
  /** Between two changes of the session somebody else changed it. */
  readonly isBroken: boolean;
}

/** One path that is to change. */
export interface Step {
  readonly path: string;
  readonly have: FileState;
  readonly want: FileState;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly skipped: readonly SkippedFile[];
}

/** Everything as it was at a place in the log. */
export function wishesSince({ changes }: Timeline, at: number): readonly Wish[] {
  return wishesFor(changes.filter((change) => change.at > at));
}

/** Everything as it was before one call. */
export function wishesOfCall({ changes, last }: Timeline, call: string): readonly Wish[] {
  return wishesFor(changes.filter((change) => change.call === call)).map((wish) => ({
    ...wish,
    isBroken: wish.isBroken || !isSame(wish.left, last.get(wish.path)),
  }));
}

function wishesFor(changes: readonly Change[]): readonly Wish[] {
  const wishes = new Map<string, Wish>();
  for (const { path, before, after } of changes) {
    const earlier = wishes.get(path);
    if (!earlier) wishes.set(path, { path, want: before, left: after, isBroken: false });
    else {
      const isBroken = earlier.isBroken || !isSame(earlier.left, before);
      wishes.set(path, { ...earlier, left: after, isBroken });
    }
  }
  return [...wishes.values()];
}

export async function planOf(
  wishes: readonly Wish[],
  session: SessionView,
  keeper: Keeper,
  isForced: boolean,
): Promise<Plan> {
  const steps: Step[] = [];
  const skipped: SkippedFile[] = [];
  for (const wish of wishes) {
    const { path, want } = wish;
    if (!isWithin(path, session.folders)) {
      skipped.push({ path, reason: "It lies outside of the session's folders.", canForce: false });
      continue;
    }
    const have = await keeper.look(path, wish.left);
    if (isSame(have, want)) continue;
    const problem = never(have, want, keeper) ?? (isForced ? undefined : unlessForced(have, wish));
    if (problem) skipped.push({ path, ...problem });
    else steps.push({ path, have, want });
  }
  return { steps, skipped };
}

type Problem = Pick<SkippedFile, "reason" | "canForce">;

function never(have: FileState, want: FileState, { store }: Keeper): Problem | undefined {
  const not = (reason: string): Problem => ({ reason, canForce: false });
  if (want.kind === "link") return not("It was a link, and links are not made.");
  if (want.kind === "other") return not("It was no file that can be read.");
  if (have.kind === "link") return not("It is a link now, and nothing is written through links.");
  if (have.kind === "other") return not("It is no file that can be read now.");
  if (want.kind !== "file") return undefined;
  if (want.hash === undefined) return not("It was too large to be kept.");
  return store.has(want.hash) ? undefined : not("What was in it is no longer kept.");
}

function unlessForced(have: FileState, { left, want, isBroken }: Wish): Problem | undefined {
  const ask = (reason: string): Problem => ({ reason, canForce: true });
  if (left === undefined) return ask("The session was cut off while it was being changed.");
  // A folder that holds more by now stays anyway.
  if (have.kind === "folder" && want.kind === "absent") return undefined;
  if (!isSame(have, left)) return ask("Somebody else has changed it since.");
  if (isBroken) return ask("Somebody else has changed it in between.");
  if (have.kind === "file" && have.hash === undefined)
    return ask("It is too large to be kept, so this could not be undone.");
  return undefined;
}
