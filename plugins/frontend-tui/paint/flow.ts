/**
 * Markdown by lines: each is taken in once, and what can never change is given away as painted lines at once. A flow is a
 * value: taking in a line makes a new one, so that what is still open can be painted for a look without going on from there.
 */
import * as leaf from "./flow-leaves.ts";
import {
  type Emit,
  emptyFlow,
  type Flow,
  type ListOpen,
  NOTHING,
  type Open,
  withBlank,
  withOpen,
} from "./flow-state.ts";
import type { PaintOptions } from "./line.ts";
import * as lines from "./markdown-lines.ts";

/** Deeper ones, and those for which there is no room, are text. */
const DEEPEST = 12;
const NARROWEST = 16;
/** A paragraph that goes on for longer is given away in parts, so that looking at it stays cheap. */
const LONGEST_PARAGRAPH = 4000;

/** Takes in one line. `isRest`: it goes on a line that was too long, so that it begins nothing. */
export function feed(flow: Flow, line: string, options: PaintOptions, emit: Emit, isRest = false): Flow {
  const { open } = flow;
  switch (open.kind) {
    case "nothing":
      return isRest ? begin(flow, { kind: "paragraph", text: line }, emit) : beginBlock(flow, line, options, emit);
    case "paragraph":
      return feedParagraph(flow, open.text, line, options, emit, isRest);
    case "fence":
      if (!isRest && lines.closesFence(line, open.mark)) return withOpen(flow, NOTHING);
      return withOpen(flow, leaf.fenceLine(open, line, options, emit));
    case "indented":
      return feedIndented(flow, open.blanks, line, options, emit, isRest);
    case "table":
      if (isRest || lines.isBlank(line) || lines.interrupts(line)) return again(flow, line, options, emit, isRest);
      return withOpen(flow, leaf.tableRow(open, line, options, emit));
    case "list":
      return feedList(flow, open, line, options, emit, isRest);
    case "quote":
      return feedQuote(flow, open.inner, line, options, emit, isRest);
  }
}

/** Gives away what is open. */
export function close(flow: Flow, options: PaintOptions, emit: Emit): Flow {
  const { open } = flow;
  const closed = withOpen(flow, NOTHING);
  switch (open.kind) {
    case "paragraph":
      leaf.paragraph(open.text, options, emit);
      return closed;
    case "table":
      leaf.tableEnd(open, options, emit);
      return closed;
    case "list":
      // An item without a text is shown by its marker.
      if (!within(open, options, emit, open.hasBlank, close).isBegun) emit(open.label.text.trimEnd());
      return withBlank(closed, open.hasBlank);
    case "quote":
      close(open.inner, leaf.narrower(options, 2), leaf.quoteEmit(options, emit));
      return withBlank(closed, open.hasBlank);
    default:
      return closed;
  }
}

function again(flow: Flow, line: string, options: PaintOptions, emit: Emit, isRest: boolean): Flow {
  return feed(close(flow, options, emit), line, options, emit, isRest);
}

function begin(flow: Flow, open: Open, emit: Emit): Flow {
  if (flow.hasBlocks && flow.hasBlank) emit("");
  return { open, hasBlocks: true, hasBlank: false, level: flow.level };
}

function beginBlock(flow: Flow, line: string, options: PaintOptions, emit: Emit): Flow {
  if (lines.isBlank(line)) return withBlank(flow, true);
  const fence = lines.fenceOf(line);
  if (fence) return begin(flow, leaf.fence(fence, options), emit);
  const heading = lines.headingOf(line);
  if (heading) return whole(flow, emit, () => leaf.heading(heading.text, heading.level, options, emit));
  if (lines.isRule(line)) return whole(flow, emit, () => leaf.rule(options, emit));
  const hasRoom = flow.level < DEEPEST && options.width >= NARROWEST;
  const quoted = lines.quoted(line);
  if (quoted !== undefined && hasRoom) {
    const begun = begin(flow, { kind: "quote", inner: emptyFlow(flow.level + 1), hasBlank: false }, emit);
    return feed(begun, line, options, emit);
  }
  const marker = lines.indentOf(line) < 4 ? lines.listMarkerOf(line) : undefined;
  if (marker && hasRoom) return beginItem(flow, marker, options, emit);
  if (lines.indentOf(line) >= 4) {
    const begun = begin(flow, { kind: "indented", blanks: 0 }, emit);
    return feed(begun, line, options, emit);
  }
  return begin(flow, { kind: "paragraph", text: line.trimStart() }, emit);
}

function whole(flow: Flow, emit: Emit, paint: () => void): Flow {
  const begun = begin(flow, NOTHING, emit);
  paint();
  return begun;
}

function feedParagraph(
  flow: Flow,
  text: string,
  line: string,
  options: PaintOptions,
  emit: Emit,
  isRest: boolean,
): Flow {
  if (isRest) return again(flow, line, options, emit, true);
  if (lines.isBlank(line)) return withBlank(close(flow, options, emit), true);
  const underline = lines.underlineOf(line);
  if (underline) {
    leaf.heading(text, underline, options, emit);
    return withOpen(flow, NOTHING);
  }
  const table = leaf.tableStart(text, line, options);
  if (table) {
    if (table.before !== "") leaf.paragraph(table.before, options, emit);
    return withOpen(flow, table.open);
  }
  if (lines.interrupts(line)) return again(flow, line, options, emit, false);
  const open = { kind: "paragraph", text: `${text}\n${line.trimStart()}` } as const;
  const longer = withOpen(flow, open);
  return open.text.length > LONGEST_PARAGRAPH ? close(longer, options, emit) : longer;
}

function feedIndented(
  flow: Flow,
  blanks: number,
  line: string,
  options: PaintOptions,
  emit: Emit,
  isRest: boolean,
): Flow {
  if (!isRest && lines.isBlank(line)) return withOpen(flow, { kind: "indented", blanks: blanks + 1 });
  if (!isRest && lines.indentOf(line) < 4) {
    return feed(withBlank(withOpen(flow, NOTHING), blanks > 0), line, options, emit);
  }
  for (let blank = 0; blank < blanks; blank++) emit("");
  leaf.plainCode(isRest ? line : line.slice(4), options, emit);
  return withOpen(flow, { kind: "indented", blanks: 0 });
}

function feedQuote(flow: Flow, inner: Flow, line: string, options: PaintOptions, emit: Emit, isRest: boolean): Flow {
  const quoted = isRest ? line : lines.quoted(line);
  const text = quoted ?? (isLazy(inner, line) ? line.trimStart() : undefined);
  if (text === undefined) return again(flow, line, options, emit, false);
  const next = feed(inner, text, leaf.narrower(options, 2), leaf.quoteEmit(options, emit), isRest);
  return withOpen(flow, { kind: "quote", inner: next, hasBlank: false });
}

function beginItem(flow: Flow, marker: lines.ListMarker, options: PaintOptions, emit: Emit): Flow {
  const task = lines.taskOf(marker.rest);
  const open: ListOpen = {
    kind: "list",
    marker,
    indent: marker.indent,
    label: leaf.itemLabel(marker, task?.isDone, options),
    inner: emptyFlow(flow.level + 1),
    isBegun: false,
    hasBlank: false,
  };
  const rest = task?.rest ?? marker.rest;
  const begun = begin(flow, open, emit);
  return rest === "" ? begun : feedItem(begun, open, rest, options, emit);
}

function feedList(flow: Flow, open: ListOpen, line: string, options: PaintOptions, emit: Emit, isRest: boolean): Flow {
  if (isRest) return feedItem(flow, open, line, options, emit, true);
  if (lines.isBlank(line)) return feedItem(flow, open, "", options, emit);
  const indent = lines.indentOf(line);
  if (indent >= open.indent) return feedItem(flow, open, line.slice(open.indent), options, emit);
  const marker = lines.listMarkerOf(line);
  if (marker && marker.isOrdered === open.marker.isOrdered && marker.mark === open.marker.mark) {
    const closed = close(flow, options, emit);
    const number = open.marker.number + 1;
    return beginItem(closed, { ...marker, number }, options, emit);
  }
  // Two blanks are what many write below a number, though it would take three; the item then goes on there.
  if (indent >= 2 && (marker || lines.startsBlock(line))) {
    return feedItem(flow, { ...open, indent }, line.slice(indent), options, emit);
  }
  if (isLazy(open.inner, line)) return feedItem(flow, open, line.trimStart(), options, emit);
  return again(flow, line, options, emit, false);
}

function feedItem(flow: Flow, open: ListOpen, line: string, options: PaintOptions, emit: Emit, isRest = false): Flow {
  const next = within(open, options, emit, line === "", (inner, narrower, give) =>
    feed(inner, line, narrower, give, isRest),
  );
  return withOpen(flow, next);
}

/** Does something in an item; its first line gets the marker, all others are indented. */
function within(
  open: ListOpen,
  options: PaintOptions,
  emit: Emit,
  hasBlank: boolean,
  act: (inner: Flow, options: PaintOptions, emit: Emit) => Flow,
): ListOpen {
  let isBegun = open.isBegun;
  const { text, columns } = open.label;
  const inner = act(open.inner, leaf.narrower(options, columns), (line) => {
    if (!isBegun) emit(text + line);
    else emit(line === "" ? "" : " ".repeat(columns) + line);
    isBegun = true;
  });
  const { marker, indent, label } = open;
  return { kind: "list", marker, indent, label, inner, isBegun, hasBlank };
}

/** Whether the line goes on a paragraph though it does not stand where that one does. */
function isLazy({ open }: Flow, line: string): boolean {
  if (open.kind === "list" || open.kind === "quote") return isLazy(open.inner, line);
  return open.kind === "paragraph" && !lines.isBlank(line) && !lines.interrupts(line) && !lines.listMarkerOf(line);
}
