import { messageOf } from "gantry/sdk";
import { type EventName, namesOnly, rulesOf } from "./events.ts";

/** Whether a hook is meant by what an event is about, under any of its names. */
export type Matches = (subject: string, aliases?: readonly string[]) => boolean;

/**
 * Reads a matcher: nothing or `*` is everything; words are exact names, parted by `|` or `,`; anything else is a regular expression
 * that may match anywhere. One that cannot be read matches nothing.
 */
export function readMatcher(event: EventName, matcher: string | undefined): Matches | { readonly problem: string } {
  if (!rulesOf(event).matches || matcher === undefined || matcher.trim() === "" || matcher.trim() === "*") {
    return () => true;
  }
  if (namesOnly(event).test(matcher)) {
    const names = new Set(matcher.split(/[|,]/).map((name) => name.trim()));
    return (subject, aliases = []) => names.has(subject) || aliases.some((alias) => names.has(alias));
  }
  try {
    const pattern = new RegExp(matcher);
    return (subject) => pattern.test(subject);
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** A permission rule in place of a matcher, as it is often written by mistake. */
export function isRuleForMatcher(matcher: string): boolean {
  return /^[A-Za-z_]+\([^|]*\)$/.test(matcher) && !/^\w+\([?)]/.test(matcher);
}
