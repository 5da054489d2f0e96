/** What comes into the draft from elsewhere: the person's own editor, and pictures of the clipboard. */
import type { DraftHost } from "./draft-types.ts";
import type { Pasting } from "./pasting.ts";

export interface OutsideParts {
  readonly host: Pick<DraftHost, "openEditor" | "clipboard" | "onAction" | "onChange">;
  readonly pasting: Pick<Pasting, "pasteImage">;
  /** What is typed, with its pastes in full. */
  whole(): string;
  put(text: string): void;
  say(words: string): void;
}

export function createOutside({ host, pasting, whole, put, say }: OutsideParts) {
  return {
    openEditor(): boolean {
      if (!host.openEditor) return host.onAction("chat:externalEditor");
      void host.openEditor(whole()).then(
        (text) => {
          if (text !== undefined) put(text.replace(/\n$/, ""));
          host.onChange();
        },
        (error: unknown) => say(error instanceof Error ? error.message : String(error)),
      );
      return true;
    },
    pasteImage(): boolean {
      if (!host.clipboard) return host.onAction("chat:imagePaste");
      pasting.pasteImage(host.clipboard);
      return true;
    },
  };
}
