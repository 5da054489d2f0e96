import {
  type Commands,
  type FrontendHost,
  type Jobs,
  type McpServers,
  type Meter,
  type Notice,
  newId,
  type OutputStyles,
  type Permissions,
  type Session,
  type SessionEvent,
  type TurnEnd,
  type WireMessage,
} from "gantry/sdk";
import { commandLine } from "gantry/sdk/kit/command-lines";
import { visible } from "gantry/sdk/kit/visible";
import { createAgentLines } from "./agent-lines.ts";
import { createBeats } from "./beats.ts";
import { initOf } from "./init.ts";
import { interruptionLine, linesOf } from "./lines.ts";
import type { Output } from "./output.ts";
import type { Partial } from "./partial.ts";
import { remarks } from "./remarks.ts";
import { type Output as Answer, errorOf, resultOf } from "./result.ts";
import type { Tally } from "./tally.ts";
import { tellTasks } from "./tasks.ts";

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
  readonly commands: Commands;
  /** Who has background jobs, asked at the first tool. */
  readonly jobs?: (() => Promise<Jobs | undefined>) | undefined;
  readonly heartbeatMs: number;
  /** The kinds of agents, by name. */
  readonly agentNames?: readonly string[];
  /** What agents say is told, too. */
  readonly tellsAgentText: () => boolean;
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
  let hasTools = false;
  let isCompacting = false;
  let commands = "";
  const agentLines = createAgentLines(session.id, parts.tellsAgentText);
  const beats = createBeats(session.id, parts.heartbeatMs, (line) => write([line]));
  const write = (lines: readonly object[]) => {
    for (const line of lines) output.write(jsonLine(line));
  };
  for (const notice of notices) write(linesOf({ type: "notice", notice }, session.id));
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    commands = JSON.stringify(commandLines());
    const chosen = { mode: permissions?.mode(session) ?? "default", style: styles?.nameIn(session) ?? "default" };
    write([
      initOf(session, host.report(session), host.info, chosen, { mcp, skills, agents: parts.agentNames }),
      ...(replay?.() ?? []),
    ]);
  };
  return {
    event(event) {
      // Only now is it known that the prompt was not refused, and which tools there are.
      if (event.type === "request") begin();
      if (partial) write(partial.before(event));
      if (isCompacting && event.type === "request") write([statusLine(session.id, null)]);
      if (["compacting", "compacted", "request"].includes(event.type)) isCompacting = event.type === "compacting";
      if (event.type === "generation") tellCommands();
      beats.take(event);
      if (event.type === "tool_start") void tellJobs();
      write(event.type === "agent" ? agentLines(event) : linesOf(event, session.id));
      if (partial) write(partial.after(event));
    },
    end(end, tally, answer) {
      if (end.reason !== "refused") begin();
      hasBegun = false;
      if (isCompacting) write([statusLine(session.id, null)]);
      isCompacting = false;
      if (end.reason === "handled" && end.text) write([answerLine(session.id, end.text)]);
      if (end.reason === "aborted") write([interruptionLine(session.id, tally.isAtTools)]);
      write([resultOf(session.id, tally, end, meter?.of(session), answer)]);
    },
  };

  function commandLines() {
    return parts.commands.list(session).map(commandLine);
  }

  /** Whoever has not been told of any has no list that could be old. */
  function tellCommands(): void {
    const list = commandLines();
    if (!commands || JSON.stringify(list) === commands) return;
    commands = JSON.stringify(list);
    write([{ type: "system", subtype: "commands_changed", commands: list, session_id: session.id, uuid: newId() }]);
  }

  async function tellJobs(): Promise<void> {
    if (hasTools) return;
    hasTools = true;
    const jobs = await parts.jobs?.();
    if (jobs) tellTasks(session, jobs, (line) => write([line]));
  }
}

function statusLine(session_id: string, status: "compacting" | null): WireMessage {
  return { type: "system", subtype: "status", status, session_id, uuid: newId() };
}

function answerLine(session_id: string, content: string): WireMessage {
  return { type: "system", subtype: "local_command_output", content, session_id, uuid: newId() };
}

export function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`;
}
