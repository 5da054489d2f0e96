import { type HostInfo, type Settings, type Trust, z } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { EventName } from "./events.ts";
import { claimOf, type Hook, readHooks } from "./read.ts";

/** Every hook of the settings. */
export interface Book {
  /** The hooks of an event in the order of the configuration: the person's first, the administrator's last. */
  of(event: EventName): readonly Hook[];
  /** All of them, event by event as the files have them. */
  readonly all: readonly Hook[];
  /** Why a hook does not run; `undefined` when it does. */
  whyOff(hook: Hook): string | undefined;
  /** What keeps hooks from running, whatever they are. */
  readonly limits: { readonly off: "nobody's" | "others" | "everybody's"; readonly isOnlyManaged: boolean };
  /** What is wrong with the files. */
  readonly problems: readonly string[];
  /** From here on the files are read anew. */
  forget(): void;
}

interface Parts {
  /** Hooks that stand in no file. */
  readonly further?: () => readonly Hook[];
  readonly settings: Settings;
  readonly trust: Trust;
  readonly host: Pick<HostInfo, "isTrusted">;
}

interface Read {
  readonly hooks: readonly Hook[];
  readonly byEvent: ReadonlyMap<EventName, readonly Hook[]>;
  readonly problems: readonly string[];
  /** `others`: all but the administrator's. */
  readonly limits: Book["limits"];
}

const NONE: readonly Hook[] = Object.freeze([]);

export function createBook(parts: Parts): Book {
  let read: Read | undefined;
  const known = () => {
    read ??= readAll(parts.settings, parts.further?.() ?? []);
    return read;
  };
  return {
    of: (event) => known().byEvent.get(event) ?? NONE,
    get all() {
      return known().hooks;
    },
    get limits() {
      return known().limits;
    },
    get problems() {
      return known().problems;
    },
    whyOff: (hook) => whyOff(hook, known(), parts),
    forget: () => {
      read = undefined;
    },
  };
}

function readAll(settings: Settings, further: readonly Hook[]): Read {
  const problems: string[] = [];
  // Nearest first, as settings come; hooks are applied the other way round, so that the nearest has the last word.
  const layers = settings.layers("hooks", z.unknown()).toReversed();
  const report = (problem: string) => void problems.push(visibleLine(problem, 500));
  const written = layers.flatMap(({ value, layer, source }) => readHooks(value, { layer, source }, report));
  const managed = written.filter(({ layer }) => layer === "managed");
  const hooks = [...written.filter(({ layer }) => layer !== "managed"), ...further, ...managed];
  const byEvent = grouped(hooks);
  return { hooks, byEvent, problems, limits: { isOnlyManaged: isOnlyManaged(settings), off: whoIsOff(settings) } };
}

function grouped(hooks: readonly Hook[]): ReadonlyMap<EventName, readonly Hook[]> {
  const byEvent = new Map<EventName, Hook[]>();
  for (const hook of hooks) byEvent.set(hook.event, [...(byEvent.get(hook.event) ?? []), hook]);
  return byEvent;
}

/** The administrator's alone may say so; whatever else it says than no is taken for a yes. */
function isOnlyManaged(settings: Settings): boolean {
  return settings
    .layers("allowManagedHooksOnly", z.unknown())
    .some(({ layer, value }) => layer === "managed" && value !== false);
}

function whoIsOff(settings: Settings): Book["limits"]["off"] {
  const said = settings
    .layers("disableAllHooks", z.unknown())
    .filter(({ layer, value }) => layer !== "project" && layer !== "local" && value === true);
  if (said.some(({ layer }) => layer === "managed")) return "everybody's";
  return said.length ? "others" : "nobody's";
}

function whyOff(hook: Hook, { limits: { off, isOnlyManaged } }: Read, { host, trust }: Parts): string | undefined {
  const isManaged = hook.layer === "managed";
  if (off === "everybody's" || (off === "others" && !isManaged)) return "disableAllHooks is set";
  if (isOnlyManaged && !isManaged) return "only the administrator's hooks may run";
  if (hook.layer !== "project" && hook.layer !== "local") return undefined;
  if (!host.isTrusted) return "the folder is not trusted";
  return trust.approves(claimOf(hook)) ? undefined : "nobody has approved it";
}
