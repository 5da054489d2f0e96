import type { AsyncLocalStorage } from "node:async_hooks";
import type { Hook } from "./read.ts";

/** Which hooks the work at hand is done for: one that calls a tool is no hook of its own doings. */
export interface Inside {
  has(hook: Hook): boolean;
  run<T>(hook: Hook, work: () => Promise<T>): Promise<T>;
  /** Does what outlives the hook. */
  leave<T>(work: () => T): T;
}

export function createInside(): Inside {
  // Made at the first hook that can call anything: following what is called costs every promise something.
  let storage: AsyncLocalStorage<ReadonlySet<string>> | undefined;
  const followed = () => {
    storage ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)<ReadonlySet<string>>();
    return storage;
  };
  return {
    has: (hook) => storage?.getStore()?.has(keyOf(hook)) ?? false,
    run(hook, work) {
      if (hook.handler.type === "command" || hook.handler.type === "http") return work();
      return followed().run(new Set([...(storage?.getStore() ?? []), keyOf(hook)]), work);
    },
    leave: (work) => (storage ? storage.exit(work) : work()),
  };
}

function keyOf({ event, key }: Hook): string {
  return `${event} ${key}`;
}
