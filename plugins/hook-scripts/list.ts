/** What is configured, for programs that show it. */
import type { HookList, HookListing } from "gantry/sdk";
import { redactSecrets } from "gantry/sdk/kit/secrets";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Book } from "./book.ts";
import { EVENT_NAMES, type EventRules, rulesOf } from "./events.ts";
import { timeoutOf, whatRuns } from "./handlers.ts";
import type { Hook } from "./read.ts";

export function listOf(book: Book): HookList {
  return {
    hooks: EVENT_NAMES.flatMap((event) => book.of(event).map((hook) => listed(hook, book.whyOff(hook)))),
    events: EVENT_NAMES.map((name) => {
      const rules = rulesOf(name);
      return { name, summary: summaryOf(rules), takesMatcher: rules.matches !== undefined };
    }),
    ...book.limits,
    problems: book.problems.map(shown),
  };
}

function listed({ event, matcher = "", layer, source, handler }: Hook, whyOff: string | undefined): HookListing {
  const statusMessage = "statusMessage" in handler ? handler.statusMessage : undefined;
  return {
    event,
    matcher,
    layer,
    source,
    type: handler.type,
    text: shown(whatRuns(handler)),
    ...(handler.if !== undefined && { condition: shown(handler.if) }),
    timeout: timeoutOf(event, handler),
    ...(statusMessage !== undefined && { statusMessage: shown(statusMessage) }),
    isInBackground: handler.type === "command" && Boolean(handler.async || handler.asyncRewake),
    ...(whyOff !== undefined && { whyOff }),
  };
}

function shown(text: string): string {
  return visibleLine(redactSecrets(text), 2_000);
}

const EXIT_TWO: Readonly<Record<EventRules["exitTwo"], string>> = {
  block: "keeps it from happening",
  model: "speaks to the model",
  person: "speaks to the person",
  nothing: "does nothing",
};

function summaryOf({ matches, exitTwo, isFired }: EventRules): string {
  const matched = matches === undefined ? "" : `Matchers are compared with ${matches}. `;
  return `${matched}Exit code 2 ${EXIT_TWO[exitTwo]}.${isFired ? "" : " Fired where a plugin owns the moment."}`;
}
