/** What was pasted, as one sign in the text: `[Pasted text #1 +20 lines]`, `[Image #1]`. */
import type { ImageBlock, TextBlock } from "gantry/sdk";
import type { Submission } from "./draft-types.ts";

/** What stands behind a chip. */
export type Chip =
  | { readonly label: string; readonly kind: "text"; readonly text: string }
  | { readonly label: string; readonly kind: "image"; readonly image: ImageBlock };

/** A text that is longer than this, in characters or line ends, is no longer read while it is typed. */
const LONG_CHARACTERS = 800;
const LONG_LINES = 3;

/** The chips of one session: numbers are given once, so that a text from the history means what it meant. */
export interface Chips {
  /** A chip for a long text; a short one is put in as it stands. */
  forText(text: string): Chip | undefined;
  forImage(image: ImageBlock): Chip;
  /** The labels that a text has. */
  labelsIn(text: string): readonly string[];
  /** Keeps chips of a text that was typed in another session, under numbers of this one. Gives the text with these. */
  adopt(text: string, pasted: Readonly<Record<string, string>>): string;
  /** The long texts that a text has, by label: for the history. */
  pastedIn(text: string): Readonly<Record<string, string>>;
  /** What is sent: texts in full, and pictures where they were named. `isPasted`: its beginning was. */
  expand(text: string, isPasted?: boolean): Submission;
}

const LABEL = /\[(?:Pasted text|Image) #\d+(?: \+\d+ lines)?\]/g;

export function createChips(): Chips {
  const all = new Map<string, Chip>();
  let count = 0;

  function forText(text: string): Chip | undefined {
    const lines = text.split("\n").length - 1;
    if (text.length <= LONG_CHARACTERS && lines <= LONG_LINES) return undefined;
    count += 1;
    return keep({ label: `[Pasted text #${count}${lines ? ` +${lines} lines` : ""}]`, kind: "text", text });
  }

  function keep(chip: Chip): Chip {
    all.set(chip.label, chip);
    return chip;
  }

  function found(text: string): readonly Chip[] {
    return (text.match(LABEL) ?? []).flatMap((label) => all.get(label) ?? []);
  }

  return {
    forText,
    forImage(image) {
      count += 1;
      return keep({ label: `[Image #${count}]`, kind: "image", image });
    },
    labelsIn: (text) => [...new Set(found(text).map(({ label }) => label))],
    adopt(text, pasted) {
      return text.replace(LABEL, (label) => {
        const known = all.get(label);
        const wanted = Object.hasOwn(pasted, label) ? pasted[label] : undefined;
        if (wanted === undefined || (known?.kind === "text" && known.text === wanted)) return label;
        return forText(wanted)?.label ?? wanted;
      });
    },
    pastedIn(text) {
      return Object.fromEntries(found(text).flatMap((chip) => (chip.kind === "text" ? [[chip.label, chip.text]] : [])));
    },
    expand(text, isPasted = false) {
      const whole = text.replace(LABEL, (label) => {
        const chip = all.get(label);
        return chip?.kind === "text" ? chip.text : label;
      });
      const images = found(text).flatMap((chip) => (chip.kind === "image" ? [chip.image] : []));
      const isUnread = isPasted || whole[0] !== text[0];
      const content = [...textBlocks(whole, isUnread), ...new Set(images)];
      return { text: whole, content, ...(isUnread && { isPasted: true }) };
    },
  };
}

/** What was pasted is no command: in two pieces, nobody takes it for one. */
function textBlocks(text: string, isPasted: boolean): readonly TextBlock[] {
  if (!isPasted || !/^\s*[/!]/.test(text)) return [{ type: "text", text }];
  const end = text.indexOf("\n", text.search(/\S/)) + 1 || Math.ceil(text.length / 2);
  return [text.slice(0, end), text.slice(end)].filter(Boolean).map((piece) => ({ type: "text", text: piece }));
}
