/** The editor on the screen: what is typed, and below it what is offered. */
import { Box, Text } from "ink";
import { type JSX, useEffect, useMemo, useReducer, useRef } from "react";
import type { Theme } from "../paint/theme.ts";
import type { Clipboard } from "./clipboard.ts";
import { createDraft } from "./draft.ts";
import { draftLines } from "./draft-lines.ts";
import type { Draft, DraftHost, DraftSettings, Submission } from "./draft-types.ts";
import type { History } from "./history.ts";
import type { Keyboard, KeyHandler } from "./keyboard.ts";
import type { SuggestionSource } from "./menu.ts";
import type { Mode } from "./vim/state.ts";

export type { Submission } from "./draft-types.ts";
export type { SuggestionSource } from "./menu.ts";

/** The editor as the app holds it. */
export type ComposerHandle = Pick<Draft, "text" | "setText" | "insert" | "view">;

export interface ComposerProps {
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  readonly maxRows: number;
  readonly history: History;
  readonly settings: DraftSettings;
  readonly suggest: SuggestionSource;
  readonly isBusy: boolean;
  /** Whether keys are for it: not while a dialog is open. */
  readonly isActive: boolean;
  /** Shown grey where nothing is typed. */
  readonly placeholder?: string;
  /** The next prompt, as it was guessed: Tab or Right takes it. */
  readonly suggestion?: string | undefined;
  readonly clipboard?: Clipboard | undefined;
  readonly openEditor?: ((text: string) => Promise<string | undefined>) | undefined;
  /** What waits to be sent, taken back with Up. */
  readonly takeQueued?: DraftHost["takeQueued"];
  /** Where keys count before they are the editor's own. */
  readonly contexts?: () => readonly string[];
  /** Gets hold of the editor, once. */
  readonly onReady?: (handle: ComposerHandle) => void;
  /** Hears each key before the editor does. True: it is not meant for the editor. */
  readonly onKey?: KeyHandler;
  /** Told of each mode of vim's that it is in; `undefined`: of none. */
  readonly onVimMode?: (mode: Mode | undefined) => void;
  onSubmit(submission: Submission): void;
  onAction(action: string): boolean;
}

/** The sign before the text, and the blank behind it. */
const SIGN_COLUMNS = 2;

export function Composer(props: ComposerProps): JSX.Element {
  const { keyboard, theme, width, maxRows, isActive, placeholder = "" } = props;
  const latest = useRef(props);
  latest.current = props;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const draft = useMemo(() => createDraft(hostOf(latest, redraw)), []);
  useEffect(() => {
    latest.current.onReady?.(draft);
    return () => draft.close();
  }, [draft]);
  useEffect(
    () =>
      keyboard.listen(
        () => (latest.current.isActive ? draft.contexts() : []),
        (press, action) =>
          latest.current.isActive && (latest.current.onKey?.(press, action) || draft.key(press, action)),
      ),
    [keyboard, draft],
  );
  const columns = Math.max(1, width - SIGN_COLUMNS - 1);
  const view = draft.view();
  const mode = view.vim?.mode;
  useEffect(() => latest.current.onVimMode?.(mode), [mode]);
  const lines = draftLines(view, { theme, columns, width, maxRows, isActive, placeholder });
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
}

function hostOf(latest: { readonly current: ComposerProps }, redraw: () => void): DraftHost {
  const props = () => latest.current;
  return {
    history: props().history,
    get clipboard() {
      return props().clipboard;
    },
    get openEditor() {
      return props().openEditor;
    },
    takeQueued: () => props().takeQueued?.(),
    contexts: () => props().contexts?.() ?? [],
    settings: () => props().settings,
    suggest: () => props().suggest,
    isBusy: () => props().isBusy,
    columns: () => Math.max(1, props().width - SIGN_COLUMNS - 1),
    suggestion: () => props().suggestion,
    onSubmit: (submission) => props().onSubmit(submission),
    onAction: (action) => props().onAction(action),
    onChange: redraw,
  };
}
