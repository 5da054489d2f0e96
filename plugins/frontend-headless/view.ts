import type {
  FrontendHost,
  Meter,
  Notice,
  OutputStyles,
  Permissions,
  Session,
  SessionEvent,
  TurnEnd,
} from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { initOf } from "./init.ts";
import { interruptionLine, linesOf } from "./lines.ts";
import type { Output } from "./output.ts";
import { remarks } from "./remarks.ts";
import { errorOf, resultOf } from "./result.ts";
import type { Tally } from "./tally.ts";

/** What one run writes, and when. */
export interface View {
  event(event: SessionEvent): void;
  end(end: TurnEnd, tally: Tally): void;
}

export interface ViewParts {
  readonly host: FrontendHost;
  /** What is to be said before anything else. */
  readonly notices: readonly Notice[];
  readonly session: Session;
  readonly output: Output;
  readonly meter: Meter | undefined;
  readonly permissions: Permissions | undefined;
  readonly styles: OutputStyles | undefined;
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
function textView({ host, notices, output }: ViewParts): View {
  // A pipe gets the text as it is; a terminal must not obey it.
  const isScreen = (host.stdout as { isTTY?: boolean }).isTTY === true;
  return {
    event: remarks(host, notices),
    end(end) {
      if (!isSuccess(end)) host.stderr.write(`gantry: ${visible(errorOf(end))}\n`);
      else if (end.text) output.write(`${isScreen ? visible(end.text) : end.text}\n`);
    },
  };
}

/** One object at the end. */
function jsonView({ host, notices, session, output, meter }: ViewParts): View {
  return {
    event: remarks(host, notices),
    end: (end, tally) => output.write(jsonLine(resultOf(session.id, tally, end, meter?.of(session)))),
  };
}

/** A line for each step. */
function streamView({ host, notices, session, output, meter, permissions, styles }: ViewParts): View {
  let hasBegun = false;
  const write = (lines: readonly object[]) => {
    for (const line of lines) output.write(jsonLine(line));
  };
  const tell = (event: SessionEvent) => write(linesOf(event, session.id));
  for (const notice of notices) tell({ type: "notice", notice });
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    const chosen = { mode: permissions?.mode(session) ?? "default", style: styles?.nameIn(session) ?? "default" };
    write([initOf(session, host.report(session), host.info, chosen)]);
  };
  return {
    event(event) {
      // Only now is it known that the prompt was not refused, and which tools there are.
      if (event.type === "request") begin();
      else tell(event);
    },
    end(end, tally) {
      if (end.reason !== "refused") begin();
      if (end.reason === "aborted") write([interruptionLine(session.id, tally.isAtTools)]);
      write([resultOf(session.id, tally, end, meter?.of(session))]);
    },
  };
}

export function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`;
}
