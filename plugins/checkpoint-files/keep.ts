import { type Files, messageOf, perSession, type SessionView } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { keptBeside, originsOf } from "./origins.ts";
import { type FileState, lookAt } from "./state.ts";
import { type ContentStore, folderStore, memoryStore } from "./store.ts";
import { type Timeline, timelineOf } from "./timeline.ts";

/** How much is kept. */
export interface Limits {
  readonly maxCheckpoints: number;
  readonly maxFileBytes: number;
  readonly maxBytes: number;
}

/** Sessions without a place on the disk keep so much. */
const MOST_MEMORY = 32 * 1024 * 1024;

/** What may be kept of files that nobody has said will change. */
const CHEAP_FILE = 1024 * 1024;
const CHEAP_BYTES = 16 * 1024 * 1024;

/** Looks at files for a session, and keeps what is in them within the limits. Never rejects: the person is told, once. */
export interface Keeper {
  readonly store: ContentStore;
  /** Looks and keeps. `path` is one whose folder is resolved. `like`: a state that it may still have. */
  keep(path: string, like?: FileState): Promise<FileState>;
  /** The same, as far as that is cheap. */
  keepCheaply(paths: Iterable<string>): Promise<Map<string, FileState>>;
  /** Looks and keeps nothing. */
  look(path: string, like?: FileState): Promise<FileState>;
  /** A prompt is about to have its first change: there may be one too many. */
  makeRoom(): void;
}

/** Gives the keeper of a session. */
export function createKeepers(files: Files, limits: Limits): (session: SessionView) => Keeper {
  return perSession((session) => createKeeper(files, limits, session));
}

function createKeeper(files: Files, limits: Limits, session: SessionView): Keeper {
  const { transcriptPath } = session;
  const store = transcriptPath
    ? folderStore(keptBeside(transcriptPath, session.id), () => originsOf(session))
    : memoryStore();
  const maxBytes = transcriptPath ? limits.maxBytes : Math.min(limits.maxBytes, MOST_MEMORY);
  const told = new Set<string>();
  /** What files were when they were last read. */
  const seen = new Map<string, FileState>();

  function tell(kind: string, text: string): void {
    if (told.has(kind)) return;
    told.add(kind);
    session.notify({ level: "warning", text });
  }

  async function looked(path: string, most: number, like: FileState | undefined, isKept: boolean): Promise<FileState> {
    const needsContent = (hash: string) => isKept && !store.has(hash);
    const maxBytes = isWithin(path, session.folders) ? most : 0;
    try {
      const { state, bytes } = await lookAt(files, path, { maxBytes, like: [like, seen.get(path)], needsContent });
      if (state.kind === "file" && state.hash !== undefined) {
        seen.set(path, state);
        if (isKept && bytes) await put(state.hash, bytes);
      }
      return state;
    } catch (error) {
      tell("unreadable", `What is changed cannot be taken back everywhere: ${messageOf(error)}`);
      return { kind: "other" };
    }
  }

  async function put(hash: string, bytes: Uint8Array): Promise<void> {
    try {
      await store.put(hash, bytes);
      if (store.size() > maxBytes) dropUntil(() => store.size() <= maxBytes);
    } catch (error) {
      tell("unwritable", `What is changed from here on cannot be taken back: ${messageOf(error)}`);
    }
  }

  /** Drops what only the oldest prompts need, until there is room. */
  function dropUntil(isEnough: () => boolean): void {
    const timeline = timelineOf(session);
    for (const prompt of timeline.checkpoints.slice(0, -1)) {
      if (isEnough()) return;
      drop(timeline, new Set([prompt]));
    }
    if (!isEnough()) tell("full", `More than ${maxBytes} bytes are kept for one prompt alone.`);
  }

  function drop(timeline: Timeline, prompts: ReadonlySet<string | null>): void {
    const gone = [...neededBy(timeline)].filter(([hash, prompt]) => prompts.has(prompt) && store.has(hash));
    if (gone.length === 0) return;
    for (const [hash] of gone) store.remove(hash);
    tell(
      "dropped",
      `What files were is kept for the last ${limits.maxCheckpoints} prompts that changed any, in at most ${maxBytes} bytes: from here on the oldest can no longer be taken back.`,
    );
  }

  return {
    store,
    async keep(path, like) {
      const state = await looked(path, limits.maxFileBytes, like, true);
      if (state.kind === "file" && state.size > limits.maxFileBytes) {
        tell(
          "large",
          `"${path}" is larger than ${limits.maxFileBytes} bytes: changes of such files cannot be taken back.`,
        );
      }
      return state;
    },
    async keepCheaply(paths) {
      const { last } = timelineOf(session);
      const states = new Map<string, FileState>();
      let left = CHEAP_BYTES;
      for (const path of paths) {
        const most = Math.min(left, CHEAP_FILE, limits.maxFileBytes);
        const state = await looked(path, most, last.get(path), true);
        if (state.kind === "file" && state.size <= most) left -= state.size;
        states.set(path, state);
      }
      return states;
    },
    look: (path, like) => looked(path, limits.maxFileBytes, like, false),
    makeRoom() {
      const timeline = timelineOf(session);
      const { checkpoints } = timeline;
      if (checkpoints.at(-1) === timeline.prompt || checkpoints.length < limits.maxCheckpoints) return;
      drop(timeline, new Set(checkpoints.slice(0, 1 - limits.maxCheckpoints || undefined)));
    },
  };
}

/** The last prompt that each content is needed for. */
function neededBy({ changes }: Timeline): Map<string, string | null> {
  const needed = new Map<string, string | null>();
  for (const { before, prompt } of changes) {
    if (before.kind === "file" && before.hash !== undefined) needed.set(before.hash, prompt);
  }
  return needed;
}
