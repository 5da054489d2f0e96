/** The keys of whatever shows the conversation. */
import { createService } from "./service.ts";

/** One key and what it does. */
export interface KeyBinding {
  /** Where it is heard, such as `Chat`. */
  readonly context: string;
  /** As people write it: `ctrl+x ctrl+k`. */
  readonly key: string;
  /** `namespace:action`, or `command:NAME`; `null`: it does nothing there. */
  readonly action: string | null;
  /** The person has bound it. */
  readonly isOwn: boolean;
}

/** The modes of an editor with vim's keys. */
export type EditorMode = "insert" | "normal" | "visual" | "visual-line";

/**
 * The keys as they are now: the defaults, and over them what the person's file says.
 *
 * **Contract**: reads the file anew, and never throws for what stands in it: `problems` says what is wrong, in sentences.
 *
 * @example
 * const keyOf = (keymap: Keymap, action: string) => keymap.read().bindings.find((one) => one.action === action)?.key;
 */
export interface Keymap {
  read(): { readonly bindings: readonly KeyBinding[]; readonly problems: readonly string[] };
  /** The mode of vim's that the editor is in; `undefined` where it has none. Status items are asked anew when it changes. */
  mode(): EditorMode | undefined;
}
export const Keymap = createService<Keymap>("keymap");
