import type { FrontendHost, Meter, Permissions, Session, SessionEvent, TurnEnd } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { initOf } from "./init.ts";
import { faultText, interruptionLine, linesOf } from "./lines.ts";
import type { Output } from "./output.ts";
import { errorOf, resultOf } from "./result.ts";
import type { Tally } from "./tally.ts";

/** What one run writes, and when. */
export interface View {
  event(event: SessionEvent): void;
  end(end: TurnEnd, tally: Tally): void;
}

export interface ViewParts {
  readonly host: FrontendHost;
  readonly session: Session;
  readonly output: Output;
  readonly meter: Meter | undefined;
  readonly permissions: Permissions | undefined;
}

/** Whether the run did what was asked. */
export function isSuccess(end: TurnEnd): boolean {
  return end.reason === "completed" || end.reason === "handled";
}

export const VIEWS = {
  text: textView,
  json: jsonView,
  "stream-json": streamView,
} satisfies Record<string, (parts: ViewParts) => View>;

/** The final text alone; what went wrong goes to standard error. */
function textView({ host, output }: ViewParts): View {
  // A pipe gets the text as it is; a terminal must not obey it.
  const isScreen = (host.stdout as { isTTY?: boolean }).isTTY === true;
  return {
    event: remarks(host),
    end(end) {
      if (!isSuccess(end)) host.stderr.write(`gantry: ${visible(errorOf(end))}\n`);
      else if (end.text) output.write(`${isScreen ? visible(end.text) : end.text}\n`);
    },
  };
}

/** One object at the end. */
function jsonView({ host, session, output, meter }: ViewParts): View {
  return {
    event: remarks(host),
    end: (end, tally) => output.write(jsonLine(resultOf(session.id, tally, end, meter?.of(session)))),
  };
}

/** A line for each step. */
function streamView({ host, session, output, meter, permissions }: ViewParts): View {
  let hasBegun = false;
  const write = (lines: readonly object[]) => {
    for (const line of lines) output.write(jsonLine(line));
  };
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    write([initOf(session, host.report(session), host.info, permissions?.mode(session) ?? "default")]);
  };
  return {
    event(event) {
      // Only now is it known that the prompt was not refused, and which tools there are.
      if (event.type === "request") begin();
      else write(linesOf(event, session.id));
    },
    end(end, tally) {
      if (end.reason !== "refused") begin();
      if (end.reason === "aborted") write([interruptionLine(session.id, tally.wasToolAborted)]);
      write([resultOf(session.id, tally, end, meter?.of(session))]);
    },
  };
}

/** Tells on standard error what happens beside the answer, for whoever wants to know. */
function remarks(host: FrontendHost): View["event"] {
  if (!host.isVerbose) return () => {};
  const say = (text: string) => void host.stderr.write(`${visible(text)}\n`);
  for (const notice of host.notices) say(notice.text);
  return (event) => {
    if (event.type === "notice") say(event.notice.text);
    else if (event.type === "fault") say(faultText(event.fault));
    else if (event.type === "retry")
      say(`${event.failure.message} Attempt ${event.attempt + 1} in ${event.delayMs} ms.`);
    else if (event.type === "denied")
      say(`${event.call.tool.name} was not allowed: ${event.verdict.reason ?? "nobody allowed it"}.`);
  };
}

export function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`;
}
