import { highlightingReady, isHighlightingMissing } from "./code.ts";
import { close, feed } from "./flow.ts";
import { emptyFlow, type Flow } from "./flow-state.ts";
import type { PaintOptions } from "./line.ts";
import { fenceOf, indented } from "./markdown-lines.ts";

/** Markdown that comes in pieces. */
export interface MarkdownStream {
  push(text: string): void;
  /** The lines that have become final since; never given twice. */
  take(): string[];
  /** The lines of what is still open, as they would be if nothing more came. */
  tail(): string[];
  /** All that is left, final; the next push begins a new text. */
  end(): string[];
  /**
   * Settled when the code in what was pushed can be painted with its colours. Until then `take` keeps it back; `end` does not
   * wait.
   */
  ready(): Promise<void>;
  /** From here on, lines are as wide as this. */
  resize(width: number): void;
}

/** A longer line is taken in parts, so that looking at it stays cheap. */
const LONGEST_LINE = 4000;

/** Paints as the text comes: each line is worked on once, what is open again with each look at it. */
export function createMarkdownStream(options: PaintOptions): MarkdownStream {
  let painting = options;
  let flow = emptyFlow();
  let waiting = "";
  let isRest = false;
  let ready: string[] = [];
  let tail: string[] | undefined;

  const emit = (line: string) => ready.push(line);
  const goOn = (isLast: boolean) => {
    const before = waiting;
    for (let next = nextLine(waiting); next; next = nextLine(waiting)) {
      if (!isLast && isColourComing(next.line, painting)) break;
      flow = feed(flow, isRest ? next.line : indented(next.line), painting, emit, isRest);
      isRest = next.isCut;
      waiting = waiting.slice(next.end);
    }
    if (waiting !== before) tail = undefined;
  };
  const taken = (): string[] => {
    const lines = ready;
    ready = [];
    return lines;
  };

  return {
    push(text) {
      if (text === "") return;
      waiting += text;
      tail = undefined;
    },
    take() {
      goOn(false);
      return taken();
    },
    tail() {
      goOn(false);
      tail ??= [...ready, ...openLines(flow, waiting, isRest, painting)];
      return tail;
    },
    end() {
      goOn(true);
      if (waiting !== "") flow = feed(flow, isRest ? waiting : indented(waiting), painting, emit, isRest);
      close(flow, painting, emit);
      flow = emptyFlow();
      waiting = "";
      isRest = false;
      tail = undefined;
      return taken();
    },
    ready() {
      goOn(false);
      return highlightingReady();
    },
    resize(width) {
      painting = { ...painting, width };
      tail = undefined;
    },
  };
}

interface NextLine {
  readonly line: string;
  readonly end: number;
  /** Whether it was too long, and the rest comes as a line of its own. */
  readonly isCut: boolean;
}

/** The first line that is complete, without its end. */
function nextLine(text: string): NextLine | undefined {
  const feed = text.indexOf("\n");
  const length = feed < 0 ? text.length : feed;
  if (length > LONGEST_LINE) {
    const blank = text.lastIndexOf(" ", LONGEST_LINE);
    const at = blank > 0 ? blank : LONGEST_LINE;
    // Not between the halves of one sign.
    const end = isLowSurrogate(text, at) ? at - 1 : at;
    return { line: text.slice(0, end), end: text[end] === " " ? end + 1 : end, isCut: true };
  }
  if (feed < 0) return undefined;
  return { line: text.slice(0, feed).replace(/\r$/, ""), end: feed + 1, isCut: false };
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The lines of a copy of the flow that takes in what waits and ends there. */
function openLines(flow: Flow, waiting: string, isRest: boolean, options: PaintOptions): string[] {
  const lines: string[] = [];
  const emit = (line: string) => lines.push(line);
  let end = flow;
  let isGoingOn = isRest;
  const waitingLines = waiting.split(/\r?\n/);
  if (waitingLines.at(-1) === "") waitingLines.pop();
  for (const line of waitingLines) {
    end = feed(end, isGoingOn ? line : indented(line), options, emit, isGoingOn);
    isGoingOn = false;
  }
  close(end, options, emit);
  return lines;
}

/** A fence whose colours are on their way waits for them, since what has been given away stays as it is. */
function isColourComing(line: string, { theme }: PaintOptions): boolean {
  if (!line.includes("```") && !line.includes("~~~")) return false;
  const fence = fenceOf(line.replace(/^(?:[\s>*+-]|\d+[.)])+(?=`{3}|~{3})/, ""));
  return fence !== undefined && isHighlightingMissing(fence.info, theme);
}
