/** All of the conversation with every call opened, on the terminal's other screen: to scroll, to search, to leave with q. */
import type { Session } from "gantry/sdk";
import { momentsOfLog } from "gantry/sdk/kit/moments";
import type { Keyboard } from "../input/keyboard.ts";
import type { KeyPress } from "../input/keys.ts";
import { type PaintOptions, paintBlocks } from "../paint/blocks.ts";
import { cut } from "../paint/width.ts";
import { shownCall } from "./history.ts";
import { promptLines } from "./lines.ts";
import { visibleTextOf } from "./plain-line.ts";
import { createRows } from "./rows.ts";
import type { Terminal } from "./terminal.ts";
import type { ToolLines } from "./tool-lines.ts";

export interface TranscriptParts {
  readonly session: Session;
  readonly tools: ToolLines;
  readonly terminal: Terminal;
  readonly keyboard: Keyboard;
  options(): PaintOptions;
  /** What to look for is asked at once. */
  readonly isSearch?: boolean;
}

export interface Transcript {
  /** The window has another size. */
  resize(): void;
  /** Resolves when it is left. */
  readonly left: Promise<void>;
  close(): void;
}

interface Painted {
  readonly lines: readonly string[];
  /** Where prompts begin. */
  readonly prompts: readonly number[];
}

const FOOT = 1;

export async function openTranscript(parts: TranscriptParts): Promise<Transcript> {
  const { session, tools, terminal, keyboard, options } = parts;
  await loadAll(session, tools);
  const rows = createRows({ write: terminal.signal, columns: () => terminal.columns });
  let painted = paint(session, tools, options());
  let top = painted.lines.length;
  let query = "";
  /** What is being typed to search for. */
  let typing = parts.isSearch ? "" : undefined;
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const room = () => Math.max(1, terminal.rows - FOOT);
  const last = () => Math.max(0, painted.lines.length - room());
  const clamp = (row: number) => Math.max(0, Math.min(last(), row));

  function draw(): void {
    top = clamp(top);
    const shown = painted.lines.slice(top, top + room());
    rows.draw([...Array.from({ length: room() }, (_, row) => shown[row] ?? ""), foot()]);
  }

  function foot(): string {
    const { theme, width } = options();
    if (typing !== undefined) return cut(`/${typing}`, width);
    const end = Math.min(painted.lines.length, top + room());
    const where = `${top + 1}-${end} of ${painted.lines.length}`;
    const found = query ? `  "${query}" n next, shift+n before` : "";
    return theme.style("dim", cut(`${where}${found}  { } prompts  / search  q leaves`, width), { inverse: true });
  }

  function goTo(row: number | undefined): void {
    if (row !== undefined) top = clamp(row);
    draw();
  }

  function find(by: 1 | -1): void {
    if (!query) return;
    const words = query.toLowerCase();
    const all = painted.lines.map((line, row) => (visibleTextOf(line).toLowerCase().includes(words) ? row : -1));
    const rows = all.filter((row) => row >= 0);
    goTo(by > 0 ? (rows.find((row) => row > top) ?? rows[0]) : (rows.findLast((row) => row < top) ?? rows.at(-1)));
  }

  function onKey(press: KeyPress, action: string | undefined): boolean {
    if (typing !== undefined) type(press);
    else if (action) acts[action]?.();
    return true;
  }

  function type(press: KeyPress): void {
    if (press.name === "enter") {
      query = typing ?? "";
      typing = undefined;
      find(1);
    } else if (press.name === "escape") typing = undefined;
    else if (press.name === "backspace") typing = typing?.slice(0, -1);
    else typing += press.text;
    draw();
  }

  const acts: Readonly<Record<string, () => void>> = {
    "transcript:exit": () => leave(),
    "app:toggleTranscript": () => leave(),
    "app:interrupt": () => leave(),
    "app:exit": () => leave(),
    "transcript:search": () => {
      typing = "";
      draw();
    },
    "transcript:nextMatch": () => find(1),
    "transcript:previousMatch": () => find(-1),
    "transcript:nextPrompt": () => goTo(painted.prompts.find((row) => row > top)),
    "transcript:previousPrompt": () => goTo(painted.prompts.findLast((row) => row < top)),
    "scroll:lineUp": () => goTo(top - 1),
    "scroll:lineDown": () => goTo(top + 1),
    "scroll:pageUp": () => goTo(top - room()),
    "scroll:pageDown": () => goTo(top + room()),
    "scroll:top": () => goTo(0),
    "scroll:bottom": () => goTo(painted.lines.length),
  };

  const stop = keyboard.listen(["Transcript", "Scroll", "Global"], onKey);
  terminal.enterOther();
  draw();
  return {
    left,
    resize() {
      painted = paint(session, tools, options());
      rows.forget();
      draw();
    },
    close() {
      stop();
      terminal.leaveOther();
    },
  };
}

async function loadAll(session: Session, tools: ToolLines): Promise<void> {
  const names = new Set(momentsOfLog(session.entries).flatMap((one) => (one.by === "call" ? [one.tool] : [])));
  await Promise.all([...names].map((name) => tools.load(session, name)));
}

function paint(session: Session, tools: ToolLines, options: PaintOptions): Painted {
  const lines: string[] = [];
  const prompts: number[] = [];
  const inner = { ...options, width: Math.max(1, options.width - 2), isOpen: true };
  const add = (more: readonly string[]) => {
    for (const line of more) lines.push(line);
  };
  for (const one of momentsOfLog(session.entries)) {
    if (one.by === "person") {
      prompts.push(lines.length);
      add(promptLines(one.text, options));
    } else if (one.by === "agent") {
      add(["", ...paintBlocks([{ type: "markdown", text: one.text }], inner)]);
    } else if (one.by === "call") {
      const shown = shownCall(one, session);
      const details = paintBlocks(tools.details(shown), inner).map((line) => `  ${line}`);
      add(["", ...tools.done(shown, options), ...details]);
    }
  }
  return { lines, prompts };
}
