import { setMaxListeners } from "node:events";
import { type Disposable, messageOf, type Scope } from "gantry/sdk";
import { inTime } from "gantry/sdk/kit/in-time";

/** A scope as its owner holds it. */
export interface OwnedScope extends Scope {
  /** A scope inside this one, ended before it. */
  child(name: string): OwnedScope;
  /** Fires the signal and leaves the rest to `close`. */
  abort(): void;
  /** Ends it: fires the signal, then disposes of everything, last in, first out. Idempotent. */
  close(): Promise<void>;
}

interface Owned {
  readonly label: string;
  readonly dispose: () => unknown;
}

/** How long one disposer may take. */
const DISPOSE_MS = 5_000;

export function createScope(name: string, onError: (scope: string, message: string) => void): OwnedScope {
  let controller: AbortController | undefined;
  const owned: Owned[] = [];
  let closing: Promise<void> | undefined;
  let ended: Error | undefined;

  const abort = () => {
    ended ??= new Error(`the scope ${name} has ended`);
    controller?.abort(ended);
  };

  async function disposeAll() {
    abort();
    for (let last = owned.pop(); last; last = owned.pop()) await disposeOne(last);
  }

  async function disposeOne({ label, dispose }: Owned) {
    const late = () => onError(name, `${label} was not disposed of within ${DISPOSE_MS} ms`);
    await inTime(DISPOSE_MS, dispose, late).catch((thrown) => onError(name, messageOf(thrown)));
  }

  const scope: OwnedScope = {
    name,
    get signal() {
      // Made when somebody asks for it: there is a scope for each plugin, and few of them have anything to listen for.
      if (!controller) {
        controller = new AbortController();
        // As many may listen as there are things in it.
        setMaxListeners(0, controller.signal);
        if (ended) controller.abort(ended);
      }
      return controller.signal;
    },
    own<T extends Disposable>(thing: T): T {
      const dispose = () => (typeof thing === "function" ? thing() : thing.dispose());
      const entry = { label: thing.constructor.name, dispose };
      if (closing) void disposeOne(entry);
      else owned.push(entry);
      return thing;
    },
    child(childName) {
      const child = createScope(`${name}/${childName}`, onError);
      const entry = { label: childName, dispose: () => child.close() };
      owned.push(entry);
      const { close } = child;
      child.close = async () => {
        const index = owned.indexOf(entry);
        if (index >= 0) owned.splice(index, 1);
        await close();
      };
      return child;
    },
    abort,
    close: () => (closing ??= disposeAll()),
  };
  return scope;
}
