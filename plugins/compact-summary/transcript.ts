/** Messages as one text, for a model that is to sum them up. */
import { type Message, textOf, type UserContent } from "gantry/sdk";
import { cut } from "gantry/sdk/kit/digest-text";
import { textTokens } from "gantry/sdk/kit/tokens";
import { isSummary, storyIn } from "./earlier.ts";

/** How much is shown of one output and of one text, in tokens; the next is tried where all would be too much. */
const STEPS = [
  { output: 500, words: 4_000 },
  { output: 150, words: 1_000 },
  { output: 40, words: 300 },
] as const;
type Step = (typeof STEPS)[number];

/** Writes messages down within a number of tokens: first outputs get shorter, then texts, and at last the oldest are left out. */
export function transcriptOf(messages: readonly Message[], budget: number): string {
  for (const step of STEPS) {
    const whole = messages.map((message) => written(message, step)).filter(Boolean);
    if (textTokens(whole.join("\n\n")) <= budget) return whole.join("\n\n");
  }
  return newestOf(messages.map((message) => written(message, STEPS[2])).filter(Boolean), budget);
}

function newestOf(lines: readonly string[], budget: number): string {
  const kept: string[] = [];
  let left = budget;
  for (const line of [...lines].reverse()) {
    left -= textTokens(line);
    if (left < 0) break;
    kept.unshift(line);
  }
  const missing = lines.length - kept.length;
  return [`(${missing} older messages left out)`, ...kept].join("\n\n");
}

function written({ role, content }: Message, step: Step): string {
  const who = role === "user" ? "PERSON" : "AGENT";
  return content
    .map((block) => {
      switch (block.type) {
        case "text":
          return isSummary(block)
            ? `EARLIER SUMMARY:\n${storyIn(block.text)}`
            : `${who}: ${cut(block.text, step.words)}`;
        case "tool_use":
          return `CALL ${block.name} ${cut(JSON.stringify(block.input) ?? "", step.output)}`;
        case "tool_result":
          return `${block.is_error ? "FAILED" : "RESULT"}: ${cut(outputOf(block), step.output)}`;
        case "image":
        case "document":
          return `${who} showed: ${block.type}`;
        default:
          return "";
      }
    })
    .filter(Boolean)
    .join("\n");
}

function outputOf({ content }: Extract<UserContent, { type: "tool_result" }>): string {
  return content.map((block) => (block.type === "text" ? textOf([block]) : `[${block.type}]`)).join("\n");
}
