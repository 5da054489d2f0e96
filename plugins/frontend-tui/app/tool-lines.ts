/** How calls look: one calm line each, and below it what their tool's plugin has to show. */
import type { Block, Line, RenderedCall, Renderer, SessionView, Slots, ToolResult } from "gantry/sdk";
import { messageOf, textOf } from "gantry/sdk";
import { lineText } from "gantry/sdk/kit/view-text";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type PaintOptions, paintBlocks, paintLine } from "../paint/blocks.ts";
import { inkLines } from "./ink-renderer.ts";

const MARK = "● ";
const REST = "  ⎿ ";
const TELLING = 200;
const PROBLEM = 300;

export interface ToolLines {
  /** Has the tool's plugin set up, so that {@link of} has its renderer. `undefined` when that is done already. */
  load(session: SessionView, tool: string): Promise<void> | undefined;
  /** The line while it runs. */
  head(shown: RenderedCall, options: PaintOptions): string;
  /** The lines when it has ended. */
  done(shown: RenderedCall & { readonly result: ToolResult }, options: PaintOptions): string[];
  /** Input and output in full. */
  details(shown: RenderedCall): readonly Block[];
}

/** `onFault` hears, once a tool, what a renderer has thrown. */
export function createToolLines(slots: Slots | undefined, onFault: (tool: string, problem: string) => void): ToolLines {
  const renderers = new Map<string, Renderer | undefined>();
  const broken = new Set<string>();

  function load(session: SessionView, tool: string): Promise<void> | undefined {
    if (!slots || renderers.has(tool)) return undefined;
    if (!slots.list(session, "renderers").some(({ name }) => name === tool)) {
      renderers.set(tool, undefined);
      return undefined;
    }
    return slots.handler(session, "renderers", tool).then(
      (renderer) => void renderers.set(tool, renderer),
      (cause: unknown) => {
        renderers.set(tool, undefined);
        onFault(tool, messageOf(cause));
      },
    );
  }

  /** What the renderer says of a call; nothing where it has none, or has failed. */
  function ask<T>(tool: string, question: (renderer: Renderer) => T | undefined): T | undefined {
    const renderer = renderers.get(tool);
    if (!renderer || broken.has(tool)) return undefined;
    try {
      return question(renderer);
    } catch (cause) {
      broken.add(tool);
      onFault(tool, messageOf(cause));
      return undefined;
    }
  }

  function titleOf(shown: RenderedCall): Line {
    const { tool, input } = shown.call;
    return ask(tool.name, (renderer) => renderer.title?.(shown)) ?? tellingText(input, shown.session);
  }

  function headLine(shown: RenderedCall): Line {
    const { name } = shown.call.tool;
    const title = lineText(titleOf(shown));
    return [{ text: visibleLine(name), tone: "strong" }, ...(title ? [" ", ...piecesOf(titleOf(shown))] : [])];
  }

  function summaryOf(shown: RenderedCall & { readonly result: ToolResult }): Line | undefined {
    const { result, call } = shown;
    const said = ask(call.tool.name, (renderer) => renderer.summary?.(shown));
    if (result.outcome === "ok") return said ?? linesText(result);
    if (said !== undefined) return said;
    const text = textOf(result.content).replace(/^\S+ was not allowed to run: /, "");
    const how = { denied: "refused", aborted: "interrupted", error: "failed", invalid: "not understood" }[
      result.outcome
    ];
    return `${how}: ${visibleLine(text, PROBLEM)}`;
  }

  function markOf({ theme }: PaintOptions, outcome: ToolResult["outcome"] | undefined): string {
    if (outcome === undefined) return theme.style("dim", MARK);
    return theme.style(outcome === "ok" ? "good" : "bad", MARK);
  }

  function below(line: string, options: PaintOptions, isBad: boolean): string {
    return options.theme.style("dim", REST) + options.theme.style(isBad ? "bad" : "dim", line);
  }

  return {
    load,
    head: (shown, options) => markOf(options, undefined) + paintLine(headLine(shown), narrowed(options, MARK)),
    done(shown, options) {
      const { outcome } = shown.result;
      const inner = narrowed(options, REST);
      const head = markOf(options, outcome) + paintLine(headLine(shown), narrowed(options, MARK));
      const drawn = ask(shown.call.tool.name, (renderer) => inkLines(renderer, shown, inner.width));
      if (drawn) return [head, ...drawn.map((line) => `    ${line}`)];
      const summary = summaryOf(shown);
      const body = ask(shown.call.tool.name, (renderer) => renderer.body?.(shown));
      return [
        head,
        ...(summary === undefined ? [] : [below(paintLine(summary, inner), options, outcome !== "ok")]),
        ...(body ? paintBlocks(body, inner).map((line) => `    ${line}`) : []),
      ];
    },
    details(shown) {
      const own = ask(shown.call.tool.name, (renderer) => renderer.details?.(shown));
      return own ?? plainDetails(shown);
    },
  };
}

const narrowed = (options: PaintOptions, by: string): PaintOptions => ({
  ...options,
  width: Math.max(1, options.width - by.length),
});

function piecesOf(line: Line): readonly (string | Exclude<Line, string>[number])[] {
  return typeof line === "string" ? [line] : line;
}

/** What tells one call from another: its command, or the first text of its input. */
function tellingText(input: unknown, { cwd }: SessionView): string {
  if (typeof input !== "object" || input === null) return "";
  const { command } = input as { command?: unknown };
  const telling = typeof command === "string" ? command : Object.values(input).find((one) => typeof one === "string");
  if (telling === undefined) return "";
  return visibleLine(telling.startsWith(`${cwd}/`) ? telling.slice(cwd.length + 1) : telling, TELLING);
}

function linesText({ content }: ToolResult): string | undefined {
  const text = textOf(content).trimEnd();
  if (text === "") return undefined;
  const lines = text.split("\n").length;
  return lines === 1 ? visibleLine(text, TELLING) : `${lines} lines`;
}

function plainDetails({ call, result }: RenderedCall): readonly Block[] {
  const input = JSON.stringify(call.input, undefined, 2) ?? "";
  const output = result ? textOf(result.content) : "";
  return [
    { type: "code", text: input, language: "json" },
    ...(output ? [{ type: "code", text: output } as const] : []),
  ];
}
