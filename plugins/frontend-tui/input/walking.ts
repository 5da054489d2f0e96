/** Up and Down: between the rows of what is typed, then to what waits to be sent and what was sent before. */
import * as edit from "./buffer.ts";
import type { DraftHost } from "./draft-types.ts";
import type { Edits } from "./edits.ts";
import type { Recall } from "./recall.ts";

export interface WalkingParts {
  readonly host: Pick<DraftHost, "takeQueued">;
  readonly edits: Pick<Edits, "vertical">;
  readonly recall: Pick<Recall, "older" | "newer">;
  buffer(): edit.Buffer;
  set(next: edit.Buffer): void;
  putBack(sent: { readonly text: string; readonly isPasted?: boolean }): void;
}

export function createWalking({ host, edits, recall, buffer, set, putBack }: WalkingParts): (by: -1 | 1) => true {
  function takeBack(): boolean {
    const queued = host.takeQueued?.();
    if (queued === undefined) return false;
    const { text } = buffer();
    putBack({ ...queued, text: text ? `${queued.text}\n${text}` : queued.text });
    return true;
  }

  return (by) => {
    const moved = edits.vertical(buffer(), by);
    if (moved) set(moved);
    else if (by < 0 ? !takeBack() && !recall.older() : !recall.newer()) {
      set(edit.moveTo(buffer(), by < 0 ? 0 : buffer().text.length));
    }
    return true;
  };
}
