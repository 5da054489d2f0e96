/** What the editor needs, and what it gives to whoever draws it. */
import type { UserContent } from "gantry/sdk";
import type { Buffer } from "./buffer.ts";
import type { Clipboard } from "./clipboard.ts";
import type { History } from "./history.ts";
import type { KeyPress } from "./keys.ts";
import type { Menu, SuggestionSource } from "./menu.ts";
import type { Search } from "./search.ts";
import type { VimView } from "./vim.ts";

/** What is sent: with its pastes in full, and its pictures. */
export interface Submission {
  readonly text: string;
  readonly content: readonly UserContent[];
  /** It begins with what was pasted: a mark at its beginning means nothing. */
  readonly isPasted?: boolean;
}

export interface DraftSettings {
  readonly isVim: boolean;
  /** Two keys that end the typing in vim mode, such as `jj`. */
  readonly escapeKeys?: readonly string[];
  /** Default true: names of emoji are offered behind a colon. */
  readonly hasEmoji?: boolean;
}

/** What the draft needs of whoever shows it. Each is asked anew, so that it may change. */
export interface DraftHost {
  readonly history: History;
  readonly clipboard?: Clipboard | undefined;
  settings(): DraftSettings;
  suggest(): SuggestionSource;
  isBusy(): boolean;
  /** Columns of a row of text. */
  columns(): number;
  /** The next prompt, as it was guessed: shown grey where nothing is typed. */
  suggestion(): string | undefined;
  onSubmit(submission: Submission): void;
  /** What the editor has no use for itself. False: nobody has. */
  onAction(action: string): boolean;
  /** Opens the text in the person's editor, and gives what they have made of it. */
  openEditor?: ((text: string) => Promise<string | undefined>) | undefined;
  /** What waits to be sent, taken back. */
  takeQueued?: (() => Pick<Submission, "text" | "isPasted"> | undefined) | undefined;
  /** Where keys count before they are the editor's own. */
  contexts?: (() => readonly string[]) | undefined;
  /** Something to draw has changed. */
  onChange(): void;
}

/** What is to be drawn. */
export interface DraftView {
  readonly buffer: Buffer;
  readonly isShell: boolean;
  readonly menu: Menu | undefined;
  readonly search: Search | undefined;
  /** Behind the text, in grey: Tab or Right takes it. */
  readonly ghost: string;
  readonly hasStash: boolean;
  /** A word to the person, until the next key. */
  readonly hint: string;
  readonly vim: VimView | undefined;
}

export interface Draft {
  view(): DraftView;
  key(press: KeyPress, action: string | undefined): boolean;
  /** The contexts in which keys count now, the nearest first. */
  contexts(): readonly string[];
  text(): string;
  setText(text: string): void;
  insert(text: string): void;
  close(): void;
}
