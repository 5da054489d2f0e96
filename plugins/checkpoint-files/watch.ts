import type { Files, SeenFiles, SessionView } from "gantry/sdk";
import type { Keeper } from "./keep.ts";
import { ABSENT, type FileState, isSame, missingFolders } from "./state.ts";
import { type AfterRecord, type BeforeRecord, PLUGIN, timelineOf } from "./timeline.ts";

/** A call at work, and what it found. */
export interface Begun {
  readonly prompt: string | null;
  readonly call: string;
  readonly found: ReadonlyMap<string, FileState>;
}

interface Parts {
  readonly files: Files;
  readonly seenFiles: SeenFiles | undefined;
  readonly keeperOf: (session: SessionView) => Keeper;
}

/** Writes down what a call finds and what it leaves behind. */
export function createWatch({ files, seenFiles, keeperOf }: Parts) {
  /** `isRunning`: the call surely runs, so what it finds is written down before it does. */
  async function begin(
    session: SessionView,
    call: string,
    paths: Iterable<string>,
    isRunning: boolean,
  ): Promise<Begun> {
    const keeper = keeperOf(session);
    keeper.makeRoom();
    const { prompt } = timelineOf(session);
    const found = new Map<string, FileState>();
    for (const path of paths) {
      const state = await findState(session, keeper, path, prompt);
      found.set(path, state);
      if (state.kind !== "absent") continue;
      for (const folder of await missingFolders(files, path, session.folders)) found.set(folder, ABSENT);
    }
    if (isRunning && found.size > 0) write(session, "before", { prompt, call, files: asList(found) });
    return { prompt, call, found };
  }

  /** Of a file that this very prompt has changed before, and nobody since, the content is not needed: going back passes it by. */
  async function findState(session: SessionView, keeper: Keeper, path: string, prompt: string | null) {
    const { changes, last } = timelineOf(session);
    const like = last.get(path);
    const isChangedAgain = changes.findLast((one) => one.path === path)?.prompt === prompt;
    if (!like || !isChangedAgain) return keeper.keep(path, like);
    const state = await keeper.look(path, like);
    return isSame(state, like) ? state : keeper.keep(path, like);
  }

  /** `others`: more paths, and what they were before. */
  async function end(session: SessionView, begun: Begun, others: ReadonlyMap<string, FileState> = new Map()) {
    const { prompt, call, found } = begun;
    const changed: AfterRecord["files"] = [];
    for (const [path, before] of new Map([...others, ...found])) {
      const after = await keeperOf(session).look(path, likeFor(session, path, before));
      if (!isSame(before, after)) changed.push({ path, before, after });
    }
    if (changed.length > 0 || found.size > 0) write(session, "after", { prompt, call, files: changed });
  }

  /** Whoever wrote the file has said what it is now; that need not be read again. */
  function likeFor(session: SessionView, path: string, before: FileState): FileState {
    const stamp = seenFiles?.seen(session, path)?.stamp;
    return stamp ? { kind: "file", mode: 0, ...stamp } : before;
  }

  return { begin, end };
}

function write(session: SessionView, kind: "before" | "after", record: BeforeRecord | AfterRecord): void {
  session.record(PLUGIN, kind, record);
}

function asList(found: ReadonlyMap<string, FileState>): BeforeRecord["files"] {
  return [...found].map(([path, before]) => ({ path, before }));
}
