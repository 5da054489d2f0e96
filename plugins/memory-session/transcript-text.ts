/** A part of a session as text for whoever sums it up: what was said whole, what tools returned in short. */
import type { Entry } from "gantry/sdk";
import { cut } from "gantry/sdk/kit/digest-text";
import { type Moment, momentsOfLog } from "gantry/sdk/kit/moments";

/** In tokens. */
const MOST = { said: 1_000, returned: 150, input: 100 };

/** The newest of it within a number of characters; the prompts of the person are kept before all else. */
export function transcriptText(entries: readonly Entry[], most: number): string {
  const pieces = momentsOfLog(entries).map((moment) => ({ text: textOf(moment), isPrompt: moment.by === "person" }));
  let left = most - sizeOf(pieces.filter(({ isPrompt }) => isPrompt));
  const kept = pieces.map(({ isPrompt }) => isPrompt);
  for (let at = pieces.length - 1; at >= 0; at--) {
    const { text = "", isPrompt = true } = pieces[at] ?? {};
    if (isPrompt || left < text.length) continue;
    kept[at] = true;
    left -= text.length;
  }
  const text = pieces.flatMap((piece, at) => (kept[at] ? [piece.text] : [])).join("\n\n");
  // Prompts alone may be more than fits: their newest count.
  return text.length <= most ? text : `(the beginning is left out)\n${text.slice(-most)}`;
}

function textOf(moment: Moment): string {
  if (moment.by !== "call") return `${moment.by === "person" ? "Person" : "Agent"}: ${cut(moment.text, MOST.said)}`;
  const { tool, input, isError, text } = moment;
  const call = `Call ${tool}: ${cut(JSON.stringify(input), MOST.input)}`;
  return isError === undefined ? call : `${call}\n${isError ? "Failed" : "Result"}: ${cut(text, MOST.returned)}`;
}

function sizeOf(pieces: readonly { readonly text: string }[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}
