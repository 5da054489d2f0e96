/** Colours that a command writes, as tones; any other escape is left out. */
import type { Piece } from "gantry/sdk";

type Tone = NonNullable<Piece["tone"]>;

const ESC = "\u001b";
const BELL = "\u0007";
/** A sequence of the kind CSI, or OSC up to its end. */
const SEQUENCE = new RegExp(`${ESC}(?:\\[([\\d;:]*)([@-~])|\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\))`, "g");

const TONES: Readonly<Record<string, Tone>> = {
  "1": "strong",
  "2": "dim",
  "31": "bad",
  "32": "good",
  "33": "warning",
  "34": "accent",
  "35": "accent",
  "36": "accent",
  "90": "dim",
  "91": "bad",
  "92": "good",
  "93": "warning",
  "94": "accent",
  "95": "accent",
  "96": "accent",
};

export function toned(text: string): Piece[] {
  const pieces: Piece[] = [];
  let tone: Tone = "plain";
  let from = 0;
  const push = (part: string) => part && pieces.push({ text: part, tone });
  for (const match of text.matchAll(SEQUENCE)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") tone = toneOf(match[1] ?? "", tone);
  }
  push(text.slice(from));
  return pieces;
}

function toneOf(codes: string, before: Tone): Tone {
  let tone = before;
  for (const code of codes.split(";")) {
    if (code === "" || code === "0" || code === "39" || code === "22") tone = "plain";
    else tone = TONES[code] ?? tone;
  }
  return tone;
}
