import type {
  FrontendHost,
  McpServers,
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
import type { Partial } from "./partial.ts";
import { remarks } from "./remarks.ts";
import { type Output as Answer, errorOf, resultOf } from "./result.ts";
import type { Tally } from "./tally.ts";

/** What one run writes, and when. */
export interface View {
  event(event: SessionEvent): void;
  /** A turn has ended; another may follow. */
  end(end: TurnEnd, tally: Tally, answer: Answer | undefined): void;
}

export interface ViewParts {
  readonly host: FrontendHost;
  /** What is to be said before anything else. */
  readonly notices: readonly Notice[];
  readonly session: Session;
  readonly output: Output;
  readonly meter: Meter | undefined;
  readonly permissions: Permissions | undefined;
  readonly mcp?: McpServers | undefined;
  /** By name. */
  readonly skills?: readonly string[];
  /** Makes the raw events of answers, where they are wanted. */
  readonly partial?: Partial | undefined;
  /** The lines that repeat the prompts of the turn that begins, where they are wanted. */
  readonly replay?: (() => readonly object[]) | undefined;
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
    end(end, _tally, answer) {
      const text = answer ? JSON.stringify(answer.value) : end.text;
      if (!isSuccess(end)) host.stderr.write(`gantry: ${visible(errorOf(end))}\n`);
      else if (text) output.write(`${isScreen ? visible(text) : text}\n`);
    },
  };
}

/** One object at the end. */
function jsonView({ host, notices, session, output, meter }: ViewParts): View {
  return {
    event: remarks(host, notices),
    end: (end, tally, answer) => output.write(jsonLine(resultOf(session.id, tally, end, meter?.of(session), answer))),
  };
}

/** A line for each step. */
function streamView(parts: ViewParts): View {
  const { host, notices, session, output, meter, permissions, partial, replay, mcp, skills, styles } = parts;
  let hasBegun = false;
  const write = (lines: readonly object[]) => {
    for (const line of lines) output.write(jsonLine(line));
  };
  for (const notice of notices) write(linesOf({ type: "notice", notice }, session.id));
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    const chosen = { mode: permissions?.mode(session) ?? "default", style: styles?.nameIn(session) ?? "default" };
    write([initOf(session, host.report(session), host.info, chosen, mcp, skills), ...(replay?.() ?? [])]);
  };
  return {
    event(event) {
      // Only now is it known that the prompt was not refused, and which tools there are.
      if (event.type === "request") begin();
      if (partial) write(partial.before(event));
      write(linesOf(event, session.id));
      if (partial) write(partial.after(event));
    },
    end(end, tally, answer) {
      if (end.reason !== "refused") begin();
      hasBegun = false;
      if (end.reason === "aborted") write([interruptionLine(session.id, tally.isAtTools)]);
      write([resultOf(session.id, tally, end, meter?.of(session), answer)]);
    },
  };
}

export function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`;
}
