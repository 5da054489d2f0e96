/** What happens in a session, as lines that are finished and a live part that goes on. */
import type { Call, Meter, Session, SessionEvent, ToolResult, TurnEnd } from "gantry/sdk";
import { textOf } from "gantry/sdk";
import type { PaintOptions } from "../paint/blocks.ts";
import { type Answer, createAnswer } from "./answer.ts";
import { createFigures } from "./figures.ts";
import { answerLines } from "./history.ts";
import { inOrder } from "./in-order.ts";
import {
  compactedLines,
  endLines,
  faultLines,
  noticeLines,
  type Painting,
  promptLines,
  retryText,
  saidLines,
  shellLines,
  shellSaidLines,
} from "./lines.ts";
import type { Screen } from "./screen.ts";
import type { Source } from "./scrollback.ts";
import type { Store } from "./store.ts";
import type { ToolLines } from "./tool-lines.ts";
import { createWork } from "./work.ts";

export interface FeedParts {
  readonly screen: Pick<Screen, "print" | "setTail">;
  /** Draws what has changed, at once or together with what else changes now. */
  drawNow(): void;
  drawSoon(): void;
  readonly store: Store;
  readonly tools: ToolLines;
  readonly meter: Meter | undefined;
  options(): PaintOptions;
  /** Whether the figures of a turn are told at its end. */
  showsFigures(): boolean;
  /** After each event, once it is shown. */
  onShown(event: SessionEvent): void;
}

export interface Feed {
  take(event: SessionEvent): void;
  /** Lines between those of events. */
  say(painting: Painting): void;
  /** What a person said while a turn ran is part of the conversation now. */
  sayPrompt(content: object, text: string, isPlain?: boolean): void;
  /** A command that was typed: it stands above whatever comes of it, and nowhere if that is nothing. */
  holdCommand(text: string): void;
  /** Nothing came of the command. */
  forgetCommand(): void;
  /** The window has another size: what is open is painted anew. */
  repaint(): void;
}

/** How a fault of a command begins to say where it was. */
const COMMAND = "command ";

/** A feed for one session. */
export function createFeed(session: Session, parts: FeedParts): Feed {
  const { screen, store, tools, meter, options } = parts;
  const answer: Answer = createAnswer({
    options,
    onLines: (lines, of) => print(lines, { of }),
    onWhole: (text, of) => print([], { of, again: () => answerLines(text, options()) }),
    onTail(lines) {
      screen.setTail(lines);
      parts.drawNow();
    },
  });
  const figures = createFigures(session, meter);
  const work = createWork({
    store,
    onShow: () => held && put(() => []),
    onThought: () => say((options) => ["", ...saidLines("Thought for a while. Ctrl-O shows what.", "dim", options)]),
  });
  /** Prompts that are printed already. */
  const said = new WeakSet<object>();
  const calls = new Map<string, Call>();
  /** A command that waits for what comes of it. */
  let held: Painting | undefined;
  /** What a command that has failed said. */
  let failed: string | undefined;
  /** What the turn has come to is shown already. */
  let isShown = false;
  /** What the person has typed for the shell. */
  let command: string | undefined;

  function loadFor(event: SessionEvent): Promise<void> | undefined {
    if (event.type === "tool_start") return tools.load(session, event.call.tool.name);
    return event.type === "tool_end" ? tools.load(session, event.tool) : undefined;
  }

  function print(lines: readonly string[], source?: Source): void {
    screen.print(lines, source);
    parts.drawSoon();
  }

  function put(painting: Painting): void {
    const first = held;
    held = undefined;
    if (first) put(first);
    print(painting(options()), { again: () => painting(options()) });
  }

  /** Lines of their own, behind what the answer had to say so far. */
  function say(painting: Painting): void {
    answer.flush();
    put(painting);
  }

  function show(event: SessionEvent): void {
    handle(event);
    parts.onShown(event);
  }

  function handle(event: SessionEvent): void {
    switch (event.type) {
      case "turn_start":
        isShown = false;
        command = failed = undefined;
        figures.begin();
        store.set({ hint: undefined });
        work.begin();
        if (event.input.origin === "person" && !event.input.isMeta)
          sayPrompt(event.input.content, textOf(event.input.content), event.input.content.length > 1);
        break;
      case "request":
        work.show();
        break;
      case "text":
        work.endThought();
        answer.push(event.text);
        break;
      case "thinking":
        work.think(event.text);
        break;
      case "assistant":
        work.endThought();
        if (!answer.hasText) answer.push(textOf(event.message.content));
        answer.end();
        break;
      case "retry":
        if (answer.withdraw()) say((options) => saidLines("The text above does not count.", "dim", options));
        say((options) => saidLines(retryText(event.failure, event.attempt, event.delayMs), "warning", options));
        break;
      case "tool_start":
        calls.set(event.call.id, event.call);
        start(event.call);
        break;
      case "tool_progress":
        work.progress(event.id, event.text);
        break;
      case "denied":
        calls.set(event.call.id, event.call);
        break;
      case "tool_end":
        end(event);
        break;
      case "compacting":
        work.setLabel("Shortening the conversation");
        break;
      case "compacted":
        say((options) => compactedLines(event, options));
        work.setLabel("Working");
        break;
      case "panel":
        isShown = true;
        store.set({ panel: event.panel });
        break;
      case "notice":
        say((options) => noticeLines(event.notice, options));
        break;
      case "fault":
        if (event.fault.where.startsWith(COMMAND)) failed = event.fault.message;
        say((options) => faultLines(event.fault, options));
        break;
      case "turn_end":
        work.endThought();
        answer.end();
        work.stop();
        calls.clear();
        if (!isTold(event.end)) {
          const taken = parts.showsFigures() ? figures.text(event.ms) : "";
          put((options) => endLines(event.end, taken, options));
        }
        break;
    }
  }

  /** Whether what the turn has come to stands there already. */
  function isTold({ reason, error = "", text }: TurnEnd): boolean {
    if (reason === "refused") return failed !== undefined && (error || text).includes(failed);
    return isShown && reason === "handled";
  }

  // ---------------------------------------------------------------- what was said

  function sayPrompt(content: object, text: string, isPlain = false): void {
    if (said.has(content)) return;
    said.add(content);
    const isShell = !isPlain && text.startsWith("!") && text.length > 1;
    const typed = isShell ? text.slice(1).trim() : undefined;
    command = typed;
    if (!isPlain && text.startsWith("/")) holdCommand(text);
    else say((options) => (typed === undefined ? promptLines(text, options) : shellLines(typed, options)));
  }

  function holdCommand(text: string): void {
    answer.flush();
    held = (options) => promptLines(text, options);
  }

  // ---------------------------------------------------------------- calls

  function start(call: Call): void {
    answer.flush();
    work.start(call.id, tools.head({ call, session }, options()));
  }

  function end({ id, tool, input, result }: { id: string; tool: string; input: unknown; result: ToolResult }): void {
    const known = calls.get(id) ?? { id, tool: { name: tool } };
    work.end(id);
    const isTyped = command !== undefined && (input as { readonly command?: unknown } | null)?.command === command;
    if (isTyped) isShown = true;
    say((options) =>
      isTyped
        ? shellSaidLines(result, options)
        : ["", ...tools.done({ call: { ...known, input }, result, session }, options)],
    );
    calls.delete(id);
  }

  return {
    take: inOrder(loadFor, show),
    say,
    sayPrompt,
    holdCommand,
    forgetCommand() {
      held = undefined;
    },
    repaint: answer.resize,
  };
}
