import type { Claim, SessionView, SettingsLayer } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { EVENT_NAMES, type EventName, isEventName, rulesOf } from "./events.ts";
import { type Handler, readHandler, whatRuns, wholeOf } from "./handlers.ts";
import { isRuleForMatcher, type Matches, readMatcher } from "./matcher.ts";

/** One hook as it stands in one file. */
export interface Hook {
  readonly event: EventName;
  readonly matcher: string | undefined;
  readonly matches: Matches;
  readonly handler: Handler;
  readonly layer: SettingsLayer;
  /** The file or flag it stands in. */
  readonly source: string;
  /** The same for the same handler, wherever it stands. */
  readonly key: string;
  /** Of all sessions it is for this one alone. */
  readonly session?: SessionView;
  /** Called when it begins to run. */
  readonly onRun?: () => void;
}

/** Where hooks were found. */
export type Place = Pick<Hook, "layer" | "source">;

/** Reads the hooks of one file, in order. What cannot be read is reported and left out, alone. */
export function readHooks(value: unknown, place: Place, report: (problem: string) => void): readonly Hook[] {
  const say = (problem: string) => report(`${place.source}: ${problem}`);
  if (Array.isArray(value)) return value.flatMap((entry) => readListed(entry, place, say));
  if (!isObject(value)) {
    say(`"hooks" is no object of events, so none of it counts.`);
    return [];
  }
  return Object.entries(value).flatMap(([name, groups]) => readEvent(name, groups, place, say));
}

/** An entry of a list, which some files have in place of the object: it has to name its event. */
function readListed(entry: unknown, place: Place, say: (problem: string) => void): readonly Hook[] {
  const name = isObject(entry)
    ? [entry.event, entry.hook_event_name, entry.hookEventName, entry.eventName].find((one) => typeof one === "string")
    : undefined;
  if (typeof name === "string") return readEvent(name, [entry], place, say);
  say(`"hooks" is a list, and an entry of it names no event, so it does not count. Write { "PreToolUse": [ … ] }.`);
  return [];
}

function readEvent(name: string, groups: unknown, place: Place, say: (problem: string) => void): readonly Hook[] {
  if (!isEventName(name)) {
    say(`there is no hook event "${name}", so its hooks do not run.${didYouMean(name, EVENT_NAMES)}`);
    return [];
  }
  if (!Array.isArray(groups)) {
    say(`hooks.${name} is no list, so it does not count.`);
    return [];
  }
  return groups.flatMap((group, at) => readGroup(name, group, place, (why) => say(`hooks.${name}[${at}]: ${why}`)));
}

function readGroup(
  event: EventName,
  group: unknown,
  { layer, source }: Place,
  say: (problem: string) => void,
): readonly Hook[] {
  if (!isObject(group)) {
    say("it is no object, so it does not count.");
    return [];
  }
  const { matcher = undefined } = group;
  if (matcher !== undefined && matcher !== null && typeof matcher !== "string") {
    say("its matcher is no text, so it does not count.");
    return [];
  }
  const handlers = group.hooks ?? ("type" in group || "command" in group ? [withoutMatcher(group)] : undefined);
  if (!Array.isArray(handlers)) {
    say('it has no list "hooks", so it does not count.');
    return [];
  }
  const matches = understood(event, matcher ?? undefined, say);
  return handlers.flatMap((value, at) => {
    const handler = readHandler(event, value);
    if (typeof handler !== "string") {
      warnOfLost(event, handler, say);
      return [{ event, matcher: matcher ?? undefined, matches, handler, layer, source, key: wholeOf(handler) }];
    }
    say(`hooks[${at}] does not count: ${handler}.`);
    return [];
  });
}

/** A hook that stands where a group should. */
function withoutMatcher({ matcher: _, event: __, ...handler }: Readonly<Record<string, unknown>>): unknown {
  return handler;
}

function understood(event: EventName, matcher: string | undefined, say: (problem: string) => void): Matches {
  const matches = readMatcher(event, matcher);
  if (typeof matches !== "function") {
    say(`its matcher ${JSON.stringify(matcher)} matches nothing: ${matches.problem}.`);
    return () => false;
  }
  if (matcher !== undefined && rulesOf(event).isAboutTool && isRuleForMatcher(matcher)) {
    say(
      `its matcher "${matcher}" is compared with the tool's name alone, so it matches nothing. Match the tool, and write "if": "${matcher}" into the hook.`,
    );
  }
  return matches;
}

function warnOfLost(event: EventName, handler: Handler, say: (problem: string) => void): void {
  if (handler.if !== undefined && !rulesOf(event).isAboutTool) {
    say(`a hook with "if" never runs on ${event}, which is about no tool.`);
  }
}

/** A hook as a person approves it: everything of it counts, so that another argument is asked for anew. */
export function claimOf({ event, matcher, handler, source }: Hook): Claim {
  const rest: Record<string, unknown> = { ...handler };
  for (const shown of ["type", "command", "url", "prompt"]) delete rest[shown];
  const text = `${event} ${matcher || "*"}: ${handler.type} ${mainOf(handler)}`;
  return { kind: "hook", source, text: Object.keys(rest).length ? `${text} ${wholeOf(rest)}` : text };
}

function mainOf(handler: Handler): string {
  if (handler.type === "command") return handler.command;
  return whatRuns(handler);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
