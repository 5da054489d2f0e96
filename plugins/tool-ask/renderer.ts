import type { Block, RenderedCall, Renderer } from "gantry/sdk";
import { callDetails, countedText, fieldOf } from "gantry/sdk/kit/tool-views";

/** How questions look: what they are about, and what was answered. */
export const askRenderer: Renderer = {
  title: (shown) => headersOf(shown).join(", ") || undefined,
  summary(shown) {
    if (shown.result?.outcome !== "ok") return undefined;
    const count = answersOf(shown).length;
    return count ? countedText(count, "answer") : "not answered";
  },
  body(shown) {
    const answers = answersOf(shown);
    if (!answers.length) return undefined;
    const lines = answers.map(([question, answer]) => [
      { text: `${question} `, tone: "dim" as const },
      { text: answer, tone: "accent" as const },
    ]);
    return [{ type: "text", lines } satisfies Block];
  },
  details: (shown) => callDetails(shown),
};

function headersOf({ call }: RenderedCall): readonly string[] {
  const questions = fieldOf(call.input, "questions");
  if (!Array.isArray(questions)) return [];
  return questions
    .map((one) => fieldOf(one, "header"))
    .filter((header) => typeof header === "string" && header !== "") as string[];
}

function answersOf({ result }: RenderedCall): readonly (readonly [string, string])[] {
  const answers = fieldOf(result?.data, "answers");
  if (typeof answers !== "object" || answers === null) return [];
  return Object.entries(answers).filter((pair): pair is [string, string] => typeof pair[1] === "string");
}
