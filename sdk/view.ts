/** How things look, without saying where they are looked at: a terminal, a page, a line of plain text. */
import type { SessionView } from "./session.ts";
import type { Call, ToolResult } from "./tool.ts";

/** What a text is meant as. Whoever shows it has a colour, a weight or nothing for it; no meaning may hang on a tone alone. */
export type Tone = "plain" | "dim" | "strong" | "accent" | "good" | "warning" | "bad" | "added" | "removed" | "code";

/** A piece of a line. */
export interface Piece {
  readonly text: string;
  readonly tone?: Tone;
  /** An address that the piece leads to: `https:`, `http:`, `mailto:` or `file:`. Whoever shows it leaves out any other. */
  readonly link?: string;
}

/** One line: text, or pieces of it. Line ends in it are made visible. */
export type Line = string | readonly (string | Piece)[];

/** A row of a {@link Block} of bars. */
export interface Bar {
  readonly label: string;
  /** From 0; the longest bar has the largest value, or the block's `max`. */
  readonly value: number;
  /** What stands behind the bar, such as `12 %`. */
  readonly note?: string;
  readonly tone?: Tone;
}

/**
 * A neutral piece of what is shown. All texts may come from anybody: whoever shows them takes the controls out of them and breaks
 * them to the width there is.
 */
export type Block =
  | { readonly type: "text"; readonly lines: readonly Line[] }
  | { readonly type: "markdown"; readonly text: string }
  | { readonly type: "code"; readonly text: string; readonly language?: string; readonly firstLine?: number }
  /** Lines that begin with a blank, `-`, `+`, or `@@` between two places. `language`, where there is no path, may be a file's name. */
  | {
      readonly type: "diff";
      readonly path?: string;
      readonly language?: string;
      readonly lines: readonly string[];
      readonly firstLine?: number;
    }
  | { readonly type: "table"; readonly head?: readonly Line[]; readonly rows: readonly (readonly Line[])[] }
  /** Names and values under each other. */
  | { readonly type: "fields"; readonly fields: readonly { readonly name: string; readonly value: Line }[] }
  | { readonly type: "list"; readonly items: readonly { readonly line: Line; readonly isDone?: boolean }[] }
  | { readonly type: "bars"; readonly bars: readonly Bar[]; readonly max?: number }
  /** A row of small bars, oldest first. */
  | { readonly type: "spark"; readonly label: string; readonly values: readonly number[] }
  /** Shown as its summary until somebody opens it. */
  | { readonly type: "fold"; readonly summary: Line; readonly blocks: readonly Block[] };

/** A tool's looks, as its plugin's manifest describes them; by the name of the tool. */
export interface RendererManifest {
  readonly description?: string;
}

/** What a terminal that is made with Ink hands to {@link Renderer.ink}: its own React and Ink, so that nobody brings a second one. */
export interface InkKit {
  readonly React: unknown;
  readonly Ink: unknown;
}

/** One changed place of a file, as unified diffs show it; line numbers from 1. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each begins with a space, `-`, `+`, or `\` for a missing line feed at the end. */
  readonly lines: readonly string[];
}

/** A call and what has come of it so far, as a renderer gets it. */
export interface RenderedCall {
  readonly call: Pick<Call, "id" | "input"> & { readonly tool: Pick<Call["tool"], "name"> };
  /** Absent while it runs. */
  readonly result?: ToolResult;
  readonly session: SessionView;
}

/**
 * Says how the calls of one tool look. What a function leaves out, or `undefined`, means: as any other tool.
 *
 * **Contract**: pure and quick, called while somebody waits for the screen; may throw, which is told once and shows the call as any
 * other. The input has not been validated where the call was refused.
 *
 * @example
 * const renderer: Renderer = {
 *   title: ({ call }) => (call.input as { readonly city: string }).city,
 *   summary: ({ result }) => (result?.outcome === "ok" ? "sunny" : undefined),
 * };
 */
export interface Renderer {
  /** What the call is about, behind the tool's name: a path, a command. */
  readonly title?: (shown: RenderedCall) => Line | undefined;
  /** What came of it, in a few words: `12 lines`. */
  readonly summary?: (shown: RenderedCall) => Line | undefined;
  /** What is always shown below: the diff of an edit. */
  readonly body?: (shown: RenderedCall) => readonly Block[] | undefined;
  /** What is shown when somebody opens it: input and output in full. */
  readonly details?: (shown: RenderedCall) => readonly Block[] | undefined;
  /**
   * What a call that is asked about would change in a file, as the file is now: shown with the question whether it may run, in place of the
   * input's own words.
   *
   * **Contract**: changes nothing, and brings nothing to the screen that the session has not read; has a quarter of a second; may reject.
   */
  readonly change?: (call: Call, session: SessionView) => Promise<readonly Hunk[] | undefined>;
  /** For a terminal that is made with Ink: a React component with the properties of {@link RenderedCall}, shown in place of the rest. */
  readonly ink?: (kit: InkKit) => unknown;
}

/** An item of the status line, as its plugin's manifest describes it. */
export interface StatusItemManifest {
  readonly description: string;
  /** Default `right`. `below`: it has lines of its own; line ends in what it says begin another. */
  readonly side?: "left" | "right" | "below";
}

/**
 * What a plugin has to say in the status line.
 *
 * **Contract**: asked after each turn, tool and change of settings, at most a few times a second; `undefined` says nothing; may throw,
 * which is told once. Has five seconds; what it said before stays meanwhile.
 *
 * @example
 * const branch: StatusItem = (session) => (session.cwd.includes("main") ? "on main" : undefined);
 */
export type StatusItem = (session: SessionView) => Line | undefined | Promise<Line | undefined>;

/** The colours of one theme, as a plugin's manifest ships it; by the theme's name. Pure data. */
export interface ThemeManifest {
  readonly description?: string;
  /** The theme whose colours hold where this one says nothing. */
  readonly base:
    | "dark"
    | "light"
    | "dark-daltonized"
    | "light-daltonized"
    | "dark-ansi"
    | "light-ansi"
    | "high-contrast";
  /** By token: `#rrggbb`, `ansi:red`, `ansi256:208` or `none`. */
  readonly colours: Readonly<Record<string, string>>;
}
