/** Finished things as lines: what a person said, notices, faults, how a turn ended. */
import type { CompactRequest, Fault, ModelFailure, Notice, ToolResult, TurnEnd } from "gantry/sdk";
import { textOf } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { PaintOptions } from "../paint/blocks.ts";
import type { Token } from "../paint/theme.ts";
import { wrap } from "../paint/width.ts";

/** Lines for a window of any width. */
export type Painting = (options: PaintOptions) => readonly string[];

/** What a person has said. */
export function promptLines(text: string, options: PaintOptions): string[] {
  return signedLines(text, "> ", "prompt", options);
}

/** A command that a person has typed for the shell. */
export function shellLines(command: string, options: PaintOptions): string[] {
  return signedLines(command, "! ", "warning", options);
}

function signedLines(text: string, sign: string, token: Token, options: PaintOptions): string[] {
  const lines = wrap(visible(text), Math.max(1, options.width - 2));
  return [
    "",
    ...lines.map((line, at) => options.theme.style(token, at === 0 ? sign : "  ") + options.theme.style("text", line)),
  ];
}

const MOST_SAID = 30;

/** What such a command has said. */
export function shellSaidLines({ content, outcome }: ToolResult, options: PaintOptions): string[] {
  const text = textOf(content).trimEnd() || "(it said nothing)";
  const lines = wrap(visible(text), Math.max(1, options.width - 4));
  const more = lines.length - MOST_SAID;
  const shown = more > 1 ? [...lines.slice(0, MOST_SAID), `… ${more} more lines: Ctrl-O shows them`] : lines;
  const token = outcome === "ok" ? "dim" : "bad";
  return shown.map(
    (line, at) => options.theme.style("dim", at === 0 ? "  ⎿ " : "    ") + options.theme.style(token, line),
  );
}

/** What the host has to say, in one tone. */
export function saidLines(text: string, tone: Token, options: PaintOptions): string[] {
  return wrap(visible(text), Math.max(1, options.width - 2)).map(
    (line) => line && `  ${options.theme.style(tone, line)}`,
  );
}

export function noticeLines({ level, text }: Notice, options: PaintOptions): string[] {
  const said = level === "info" ? text : `${level === "warning" ? "Warning" : "Error"}: ${text}`;
  return saidLines(said, level === "error" ? "bad" : level === "warning" ? "warning" : "dim", options);
}

export function faultLines({ plugin, where, message, isQuarantined }: Fault, options: PaintOptions): string[] {
  const off = isQuarantined ? " Its hooks are off for this session." : "";
  return saidLines(`The plugin ${plugin} failed in ${where}: ${visibleLine(message)}${off}`, "bad", options);
}

export function retryText(failure: ModelFailure, attempt: number, delayMs: number): string {
  return `${visibleLine(failure.message)} Attempt ${attempt + 1} in ${durationText(delayMs)}.`;
}

export function compactedLines(
  {
    trigger,
    tokensBefore,
    tokensAfter,
  }: Pick<CompactRequest, "trigger"> & { tokensBefore: number; tokensAfter: number },
  options: PaintOptions,
): string[] {
  const why = trigger === "manual" ? "" : " to make room";
  return saidLines(
    `The conversation was shortened${why}: ${countText(tokensBefore)} tokens to ${countText(tokensAfter)}.`,
    "dim",
    options,
  );
}

/** How a turn ended; `figures` is what it has cost. */
export function endLines(end: TurnEnd, figures: string, options: PaintOptions): string[] {
  switch (end.reason) {
    case "completed":
      return figures ? ["", ...saidLines(figures, "dim", options)] : [];
    case "handled":
      return end.text ? ["", ...saidLines(end.text, "text", options)] : [];
    case "aborted":
      return saidLines("Interrupted. What should happen instead?", "warning", options);
    case "refused":
      return saidLines(`Not sent: ${end.error || end.text}`, "bad", options);
    default:
      return saidLines(end.error ?? `The turn ended early: ${end.reason}.`, "bad", options);
  }
}

/** `250 ms`, `3.2 s`, `2 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `950`, `12.3k`, `1.2M`. */
export function countText(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 1_000_000) return `${Math.round(count / 100) / 10}k`;
  return `${Math.round(count / 100_000) / 10}M`;
}

export function costText(dollars: number): string {
  return `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
}
