/** The work that is seen while a turn goes on: that there is some, what is thought, and the calls that run. */
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Store } from "./store.ts";

export interface WorkParts {
  readonly store: Store;
  /** It is about to be seen. */
  onShow(): void;
  /** Something was thought, and it is over. */
  onThought(): void;
}

export interface Work {
  /** A turn begins: it is seen to be at work once that takes a while. */
  begin(): void;
  show(): void;
  /** What it is at, where it is seen. */
  setLabel(label: string): void;
  think(text: string): void;
  endThought(): void;
  start(id: string, head: string): void;
  /** The newest words of a call. */
  progress(id: string, text: string): void;
  end(id: string): void;
  /** The turn has ended. */
  stop(): void;
}

const THOUGHT = 120;
const PROGRESS = 200;
const REFRESH_MS = 100;
/** A command, or a hook before the first request, that takes longer is seen to be at work. */
const SLOW_MS = 300;

export function createWork({ store, onShow, onThought }: WorkParts): Work {
  /** The newest words of calls at work. */
  const progressed = new Map<string, string>();
  let thought = "";
  let isRefreshing = false;
  let startedAt = Date.now();
  let slow: NodeJS.Timeout | undefined;

  function show(): void {
    clearTimeout(slow);
    onShow();
    if (!store.get().activity) store.set({ activity: { label: "Working", startedAt } });
  }

  /** What is thought, and how far calls are: a few times a second, however often they say so. */
  function refreshSoon(): void {
    if (isRefreshing) return;
    isRefreshing = true;
    setTimeout(() => {
      isRefreshing = false;
      const { running } = store.get();
      store.set({
        thinking: thought ? visibleLine(thought.slice(-4 * THOUGHT), 4 * THOUGHT).slice(-THOUGHT) : undefined,
        running: running.map((one) => ({ ...one, ...lineOf(one.id) })),
      });
    }, REFRESH_MS);
  }

  function lineOf(id: string): { progress?: string } {
    const text = progressed.get(id);
    return text === undefined ? {} : { progress: visibleLine(text.trimEnd().split("\n").at(-1) ?? "", PROGRESS) };
  }

  return {
    begin() {
      startedAt = Date.now();
      slow = setTimeout(show, SLOW_MS);
    },
    show,
    setLabel(label) {
      const { activity } = store.get();
      if (activity) store.set({ activity: { ...activity, label } });
    },
    think(text) {
      thought += text;
      refreshSoon();
    },
    endThought() {
      if (thought === "") return;
      thought = "";
      store.set({ thinking: undefined });
      onThought();
    },
    start(id, head) {
      store.set({ running: [...store.get().running, { id, head, startedAt: Date.now() }] });
    },
    progress(id, text) {
      progressed.set(id, text);
      refreshSoon();
    },
    end(id) {
      progressed.delete(id);
      store.set({ running: store.get().running.filter((one) => one.id !== id) });
    },
    stop() {
      clearTimeout(slow);
      store.set({ activity: undefined, running: [] });
    },
  };
}
