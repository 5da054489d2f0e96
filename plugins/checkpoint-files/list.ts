import type { Checkpoint, Files, SessionView } from "gantry/sdk";
import type { Keeper } from "./keep.ts";
import { type Lines, linesBetween, NO_LINES, sumOf } from "./lines.ts";
import { type FileState, isSame } from "./state.ts";
import { type Change, firstLineOf, promptsOf, REWIND, timelineOf } from "./timeline.ts";

/** The prompts of the conversation as it is now, with what each has changed. */
export async function listCheckpoints(
  session: SessionView,
  files: Files,
  keeper: Keeper,
): Promise<readonly Checkpoint[]> {
  const { changes } = timelineOf(session);
  const byPrompt = new Map<string | null, Change[]>();
  for (const change of changes) {
    if (change.call.startsWith(REWIND)) continue;
    const others = byPrompt.get(change.prompt);
    if (others) others.push(change);
    else byPrompt.set(change.prompt, [change]);
  }
  const checkpoints: Checkpoint[] = [];
  for (const [index, entry] of promptsOf(session).entries()) {
    const changed = netChanges(byPrompt.get(entry.uuid) ?? []);
    const lines = await Promise.all([...changed].map(([path, change]) => linesOf(path, change)));
    checkpoints.push({
      prompt: entry.uuid,
      number: index + 1,
      timestamp: entry.timestamp,
      text: firstLineOf(entry),
      files: [...changed.keys()].sort(),
      ...sumOf(lines),
    });
  }
  return checkpoints;

  async function linesOf(path: string, { before, after }: Net): Promise<Lines> {
    if (!after || before.kind === "folder" || after.kind === "folder") return NO_LINES;
    const [old, now] = [await contentOf(path, before), await contentOf(path, after)];
    return old && now ? linesBetween(old, now) : NO_LINES;
  }

  /** What is kept, or what lies there still. */
  async function contentOf(path: string, state: FileState): Promise<Uint8Array | undefined> {
    if (state.kind === "absent") return new Uint8Array();
    if (state.kind !== "file" || state.hash === undefined) return undefined;
    const kept = keeper.store.get(state.hash);
    if (kept) return kept;
    const read = await files.read(path, { realPath: path, maxBytes: state.size }).catch(() => undefined);
    return read?.stamp.hash === state.hash ? read.bytes : undefined;
  }
}

interface Net {
  readonly before: FileState;
  readonly after: FileState | undefined;
}

/** From the first change of each path to the last; without those that came to nothing. */
function netChanges(changes: readonly Change[]): ReadonlyMap<string, Net> {
  const net = new Map<string, Net>();
  for (const { path, before, after } of changes) net.set(path, { before: net.get(path)?.before ?? before, after });
  for (const [path, { before, after }] of net) if (isSame(before, after)) net.delete(path);
  return net;
}
