import { visibleLine } from "gantry/sdk/kit/visible";
import { INTENTS } from "./intents.ts";

const GREETING =
  /^\W*(?:(?:hi|hello|hey|help|thanks?|thank you)\b.{0,20}|(?:who|what) are you.*|what (?:can|do) you do.*|explain (?:yourself|what you can do).*)\W*$/is;

/** What is said to a prompt that is no work: what the planner is, and what it can do. */
export function capabilities(prompt: string): string {
  const said = visibleLine(prompt, 80);
  const opening =
    said === "" || GREETING.test(prompt)
      ? "I am the offline planner: I understand a handful of plain requests about this folder and do them with the real tools."
      : `I do not understand "${said}". I am the offline planner and understand plain requests only.`;
  return `${opening} For example:\n\n${INTENTS.map(({ example }) => `- ${example}`).join("\n")}\n\nTwo can be joined with "and then", and "and write it to FILE" keeps an answer.`;
}
