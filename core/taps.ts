/** The taps of a set of plugins on the hooks of a generation. */
import {
  createHooks,
  type HookName,
  type Hooks,
  STAGES,
  type Stage,
  type Tap,
  type TapOptions,
  type TapReport,
} from "gantry/sdk";
import type { LooseHandlers, Member } from "./activate.ts";
import { Guard, type GuardContext, type GuardedTap } from "./guard.ts";

export interface TapAllOptions {
  /** Ordered; those without lazy setup are active. */
  readonly members: readonly Member[];
  readonly guard: GuardContext;
  readonly activate: (member: Member) => Promise<LooseHandlers>;
}

/** Hooks, each behind the guard, with every plugin's taps on them. */
export function tapAll({ members, guard: context, activate }: TapAllOptions) {
  const hooks = createHooks();
  const guard = new Guard(context);
  const names = Object.keys(hooks) as HookName[];
  for (const hook of names) hooks[hook].intercept({ register: guard.register(hook) as never });
  for (const member of members) {
    for (const { hook, options, handler } of tapsOf(member, activate)) {
      const stage = STAGES[options.stage ?? "normal"];
      hooks[hook].tap({ ...options, name: member.name, stage, owner: member.name } as never, handler as never);
    }
    member.handlers?.apply?.(facades(hooks, member.name));
  }
  const reports = names.map((hook) => [hook, hooks[hook].taps.map((tap) => report(tap as never))]);
  const taps: Readonly<Record<HookName, readonly TapReport[]>> = Object.fromEntries(reports);
  return { hooks, taps, guard };
}

interface Tapped {
  readonly hook: HookName;
  readonly options: TapOptions;
  readonly handler: (...args: unknown[]) => unknown;
}

/** The taps of a plugin: those it returned if it is set up, stubs for those it declares otherwise. */
function tapsOf(member: Member, activate: TapAllOptions["activate"]): readonly Tapped[] {
  const declared = member.plugin.manifest.taps ?? {};
  const names = new Set([...Object.keys(declared), ...Object.keys(member.handlers?.taps ?? {})] as HookName[]);
  return [...names].map((hook) => {
    const said = declared[hook];
    const returned = member.handlers?.taps?.[hook] as Tap<HookName> | undefined;
    const { handler: _, ...options } = typeof returned === "object" ? returned : {};
    return {
      hook,
      options: { ...(said === true ? {} : said), ...options },
      handler: handlerOf(member, hook, activate),
    };
  });
}

/**
 * The tap's handler; where its plugin is not set up yet, a stand-in that sees to it. A tap of a synchronous hook cannot wait
 * for that: `prepare` has seen to it.
 */
function handlerOf(member: Member, hook: HookName, activate: TapAllOptions["activate"]): Tapped["handler"] {
  const now = returnedTap(member, hook);
  if (now) return now;
  if (hook === "event" || hook === "modelWrap") return (a, b) => returnedTap(member, hook)?.(a, b);
  return (a, b, c) => {
    const ready = returnedTap(member, hook);
    return ready ? ready(a, b, c) : activate(member).then(() => returnedTap(member, hook)?.(a, b, c));
  };
}

function returnedTap(member: Member, hook: HookName): Tapped["handler"] | undefined {
  const tap = member.handlers?.taps?.[hook] as Tap<HookName> | Tapped["handler"] | undefined;
  return (typeof tap === "object" ? tap.handler : tap) as Tapped["handler"] | undefined;
}

/** The hooks as a plugin that wants tapable itself may have them: bound to it, without the call methods. */
function facades(hooks: Hooks, owner: string): Hooks {
  const bound = Object.entries(hooks).map(([name, hook]) => [
    name,
    (hook as Hooks["event"]).withOptions({ owner } as never),
  ]);
  return Object.freeze(Object.fromEntries(bound)) as Hooks;
}

const STAGE_NAMES = Object.fromEntries(Object.entries(STAGES).map(([name, number]) => [number, name])) as Record<
  number,
  Stage
>;

function report(tap: GuardedTap & { readonly stage?: number }): TapReport {
  const stage = STAGE_NAMES[tap.stage ?? 0] ?? String(tap.stage);
  const because = stage === "normal" ? "plugin order" : `stage ${stage}, then plugin order`;
  return { plugin: tap.owner ?? tap.name, stage, only: tap.only, because };
}
