/** What each action of editing does to the text. */
import * as edit from "./buffer.ts";
import { layOut, vertical } from "./layout.ts";
import * as letters from "./letters.ts";

type Place = keyof typeof edit.PLACES;

const MOVES: Readonly<Record<string, Place>> = {
  "edit:left": "left",
  "edit:right": "right",
  "edit:wordLeft": "wordLeft",
  "edit:wordRight": "wordRight",
  "edit:lineStart": "lineStart",
  "edit:lineEnd": "lineEnd",
  "edit:start": "start",
  "edit:end": "end",
};

const SELECTIONS: Readonly<Record<string, Place>> = {
  "edit:selectLeft": "left",
  "edit:selectRight": "right",
  "edit:selectWordLeft": "wordLeft",
  "edit:selectWordRight": "wordRight",
  "edit:selectLineStart": "lineStart",
  "edit:selectLineEnd": "lineEnd",
};

const DEEDS: Readonly<Record<string, (buffer: edit.Buffer) => edit.Buffer>> = {
  "edit:deleteBackward": edit.deleteBackward,
  "edit:deleteForward": edit.deleteForward,
  "edit:killWordBackward": edit.killWordBackward,
  "edit:killWordForward": (buffer) => edit.kill(buffer, buffer.cursor, edit.PLACES.wordRight(buffer)),
  "edit:killToEnd": edit.killToEnd,
  "edit:killToStart": edit.killToStart,
  "edit:killLettersBackward": letters.killLettersBackward,
  "edit:transpose": letters.transpose,
  "edit:upper": letters.withWord((word) => word.toUpperCase()),
  "edit:lower": letters.withWord((word) => word.toLowerCase()),
  "edit:capitalize": letters.withWord(letters.capitalized),
  "edit:yank": (buffer) => edit.yank(buffer),
  "edit:yankPop": edit.yankPop,
  "edit:selectAll": (buffer) => edit.moveTo(edit.moveTo(buffer, 0), buffer.text.length, true),
  "chat:undo": edit.undo,
  "chat:redo": edit.redo,
};

export interface Edits {
  /** `undefined`: it is no action of editing. The very buffer: there was nothing to do. */
  run(action: string, buffer: edit.Buffer): edit.Buffer | undefined;
  /** A row up or down as the screen shows them; `undefined` at the first and the last. */
  vertical(buffer: edit.Buffer, by: -1 | 1, isSelecting?: boolean): edit.Buffer | undefined;
}

export function createEdits(screen: { columns(): number }): Edits {
  function move(buffer: edit.Buffer, place: Place, isSelecting: boolean): edit.Buffer {
    const selected = edit.selection(buffer);
    // Without Shift, the cursor goes to the end of what is selected.
    const to = selected && !isSelecting && place === "left" ? selected.from : edit.PLACES[place](buffer);
    const isStill = to === buffer.cursor && (isSelecting || buffer.anchor === undefined);
    return isStill ? buffer : edit.moveTo(buffer, to, isSelecting);
  }

  function byRow(buffer: edit.Buffer, by: -1 | 1, isSelecting = false): edit.Buffer | undefined {
    const moved = vertical(buffer, layOut(buffer.text, screen.columns(), buffer.chips), by);
    return moved && edit.moveTo(buffer, moved.place, isSelecting, moved.goal);
  }

  return {
    run(action, buffer) {
      const to = MOVES[action];
      if (to) return move(buffer, to, false);
      const selectTo = SELECTIONS[action];
      if (selectTo) return move(buffer, selectTo, true);
      if (action === "edit:selectUp") return byRow(buffer, -1, true) ?? edit.moveTo(buffer, 0, true);
      if (action === "edit:selectDown") return byRow(buffer, 1, true) ?? edit.moveTo(buffer, buffer.text.length, true);
      return DEEDS[action]?.(buffer);
    },
    vertical: byRow,
  };
}
