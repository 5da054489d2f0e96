import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { messageOf } from "gantry/sdk";

/** How long what is being ended may take until its end is seen: a process to be reaped, a connection to close. */
const GRACE_MS = 1_000;
/** A timer up to this long may run out by itself, as the last look of somebody who waits for an end does. */
const BRIEF_MS = 100;

/** Watches what is made by the work that goes through it, and by whatever that work sets off. */
export interface LeakWatch {
  run<T>(work: () => T): T;
  /** The same stream, with every step of it watched. */
  stream<T>(source: AsyncIterable<T>): AsyncIterable<T>;
  /** Ends the watch and says what is still there, and what was rejected where nobody looked. */
  end(): Promise<readonly string[]>;
}

interface Resource {
  readonly hasRef?: () => boolean | null;
  /** Of timers alone. */
  readonly _destroyed?: boolean;
  readonly _idleTimeout?: number;
}

interface Made {
  readonly type: string;
  readonly resource: Resource;
  readonly at: string;
}

/** What one watch has noted so far. */
interface Notes {
  readonly made: Made[];
  readonly listeners: { readonly event: string | symbol; readonly listener: unknown; readonly at: string }[];
  readonly rejections: string[];
}

const context = new AsyncLocalStorage<Notes>();
/** Of the watches that are under way. All share one hook: each hook is called for everything that Node makes. */
const watches = new Set<Notes>();

/**
 * Node says of everything it makes which work asked for it. So what the test itself, the test runner or another kernel
 * opens and closes meanwhile is never mistaken for a leak, whatever the timing.
 */
export function watchLeaks(): LeakWatch {
  const notes: Notes = { made: [], listeners: [], rejections: [] };
  if (!watches.size) begin();
  watches.add(notes);
  const run = <T>(work: () => T) => context.run(notes, work);

  return {
    run,
    stream: (source) => watchSteps(source, run),
    async end() {
      // A turn of the event loop: by then rejections have been told of.
      await nextTurn();
      const { made, listeners, rejections } = notes;
      const timers = made.filter((one) => isRunning(one) && isLongTimer(one));
      const until = performance.now() + GRACE_MS;
      while (made.some(isRunning) && performance.now() < until) await pause(5);
      watches.delete(notes);
      if (!watches.size) stop();
      const left = made.filter((one) => isRunning(one) || (timers.includes(one) && !isCancelled(one)));
      return [
        ...left.map(describe),
        ...listeners
          .filter(({ event, listener }) => process.listeners(event as "exit").includes(listener as never))
          .map(({ event, at }) => `a listener for ${String(event)} on process${at}`),
        ...rejections,
      ];
    },
  };
}

const hook = createHook({
  init(_id, type, _trigger, resource: Resource) {
    if (type === "PROMISE" || typeof resource.hasRef !== "function") return;
    present()?.made.push({ type, resource, at: place() });
  },
});

function noteListener(event: string | symbol, listener: unknown): void {
  present()?.listeners.push({ event, listener, at: place() });
}

function noteRejection(reason: unknown): void {
  const notes = present();
  if (notes) notes.rejections.push(`nobody caught "${messageOf(reason)}"`);
  // Without another listener Node would have ended the program.
  else if (process.listenerCount("unhandledRejection") === 1) throw reason;
}

/** The watch that the present work belongs to. */
function present(): Notes | undefined {
  const notes = context.getStore();
  return notes && watches.has(notes) ? notes : undefined;
}

function begin(): void {
  hook.enable();
  process.on("newListener", noteListener);
  process.on("unhandledRejection", noteRejection);
}

function stop(): void {
  hook.disable();
  process.off("newListener", noteListener);
  process.off("unhandledRejection", noteRejection);
}

function watchSteps<T>(source: AsyncIterable<T>, run: LeakWatch["run"]): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const steps = run(() => source[Symbol.asyncIterator]());
      return {
        next: () => run(() => steps.next()),
        return: async () => (await run(() => steps.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}

/** Whether it keeps the program alive. */
function isRunning({ resource }: Made): boolean {
  return resource._destroyed !== true && resource.hasRef?.() === true;
}

function isLongTimer({ type, resource }: Made): boolean {
  return type === "Timeout" && (resource._idleTimeout ?? 0) > BRIEF_MS;
}

/** One that has run out keeps its time; one that was called off does not. */
function isCancelled({ resource }: Made): boolean {
  return resource._idleTimeout === -1;
}

function describe({ type, resource, at }: Made): string {
  if (type === "Timeout") return `a timer of ${resource._idleTimeout} ms${at}`;
  return `${NAMES[type] ?? type}${at}`;
}

const NAMES: Readonly<Record<string, string>> = {
  FSEVENTWRAP: "a watched file",
  PIPESERVERWRAP: "a server on a socket file",
  PIPEWRAP: "a pipe",
  PROCESSWRAP: "a child process",
  STATWATCHER: "a watched file",
  TCPSERVERWRAP: "a server",
  TCPWRAP: "a connection",
  WORKER: "a worker",
};

/** Where in a plugin it was made, if any of its code is on the stack. */
function place(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const lines = new Error().stack?.split("\n").slice(1) ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  const frame = lines
    .map((line) => /(?:\(|at )(?:file:\/\/)?(\/[^()]+:\d+):\d+\)?$/.exec(line)?.[1])
    .find((at) => at !== undefined && !/\/node_modules\/|\/(?:sdk\/testing|core)\/[\w-]+\.ts:/.test(at));
  return frame === undefined ? "" : ` made at ${frame}`;
}
