import { type HookFunction, type HookSources, newId, PluginError, type SessionView } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { EVENT_NAMES, isEventName } from "./events.ts";
import { readMatcher } from "./matcher.ts";
import { type Hook, readHooks } from "./read.ts";

/** Hooks that are functions, by who has set them. They count like those of the command line: who starts the program has them. */
export interface Sources extends Pick<HookSources, "events" | "set" | "add"> {
  readonly all: readonly Hook[];
  /** It hears of no more changes. */
  close(): void;
}

/** Hooks of sessions, which outlive their plugins: where those are set up anew in the midst of one, what forbids holds on. */
const added = new Set<Hook>();
/** Each set of plugins that is at work, told when there are others. */
const listeners = new Set<() => void>();

export function createSources(onChange: () => void, tell: (session: SessionView, problem: string) => void): Sources {
  const bySource = new Map<string, readonly Hook[]>();
  listeners.add(onChange);
  return {
    events: EVENT_NAMES,
    get all() {
      return [...[...bySource.values()].flat(), ...added];
    },
    close: () => void listeners.delete(onChange),
    set(source, hooks) {
      const read = hooks.map((hook) => hookOf(source, hook));
      if (read.length) bySource.set(source, read);
      else bySource.delete(source);
      onChange();
    },
    add(session, { source, isManaged, hooks }) {
      const place = { source, layer: isManaged ? "managed" : "flag" } as const;
      const read = readHooks(hooks, place, (problem) => tell(session, problem)).map((hook): Hook => {
        const own: Hook = {
          ...hook,
          session,
          // It counts beside one of the settings that is the same.
          key: newId(),
          ...(hook.handler.once && { onRun: () => drop([own]) }),
        };
        return own;
      });
      if (!read.length) return () => undefined;
      for (const hook of read) added.add(hook);
      changed();
      session.scope.own(() => drop(read));
      return () => drop(read);
    },
  };

  function changed(): void {
    for (const listener of listeners) listener();
  }

  function drop(hooks: readonly Hook[]): void {
    if (hooks.filter((hook) => added.delete(hook)).length) changed();
  }
}

function hookOf(source: string, { event, matcher, name, timeout, onFail, run }: HookFunction): Hook {
  if (!isEventName(event)) {
    throw new PluginError(
      "GANTRY_HOOKS_UNKNOWN",
      `There is no hook event "${event}".${didYouMean(event, EVENT_NAMES)}`,
      "Leave its hooks out, or name another event.",
    );
  }
  const matches = readMatcher(event, matcher);
  if (typeof matches !== "function") {
    throw new PluginError(
      "GANTRY_HOOKS_MATCHER",
      `The matcher ${JSON.stringify(matcher)} of a ${event} hook cannot be read: ${matches.problem}.`,
      "Correct the regular expression.",
    );
  }
  const handler = { type: "function", name, run, timeout, onFail } as const;
  // Two functions are never the same hook.
  return { event, matcher, matches, handler, layer: "flag", source, key: newId() };
}
