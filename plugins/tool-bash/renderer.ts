import type { Block, RenderedCall, Renderer } from "gantry/sdk";
import { callDetails, countedText, inputText, outputOf, resultText } from "gantry/sdk/kit/tool-views";

const SHOWN_LINES = 6;

/** How a command looks: itself, how it ended, and the last that it said where it failed. */
export const bashRenderer: Renderer = {
  title(shown) {
    const command = inputText(shown, "command")?.trim();
    if (command === undefined) return undefined;
    const [first = "", ...more] = command.split("\n");
    return more.length ? [first, { text: ` … ${countedText(more.length, "more line")}`, tone: "dim" }] : first;
  },
  summary(shown) {
    const { result } = shown;
    if (!result || result.outcome === "denied" || result.outcome === "invalid") return undefined;
    const job = resultText(shown, "backgroundTaskId");
    if (job !== undefined) return `goes on in the background as ${job}`;
    const code = failureOf(shown);
    if (code !== undefined) return code;
    if (result.outcome !== "ok") return undefined;
    const said = resultText(shown, "stdout") ?? "";
    const meaning = resultText(shown, "returnCodeInterpretation");
    if (meaning !== undefined) return meaning;
    const lines = said === "" ? [] : said.split("\n");
    return lines.length === 1 ? lines[0] : lines.length === 0 ? "no output" : countedText(lines.length, "line");
  },
  body(shown) {
    if (failureOf(shown) === undefined) return undefined;
    const lines = (resultText(shown, "stdout") ?? "").split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) return undefined;
    const rest = lines.length - SHOWN_LINES;
    const last: Block = { type: "code", text: lines.slice(-SHOWN_LINES).join("\n") };
    if (rest <= 0) return [last];
    return [{ type: "text", lines: [[{ text: `… ${countedText(rest, "line")} before`, tone: "dim" }]] }, last];
  },
  details: (shown) => callDetails(shown, { field: "command", language: "bash" }),
};

/** `exit code 1`, where that is how it ended. */
function failureOf(shown: RenderedCall): string | undefined {
  if (shown.result?.outcome !== "error") return undefined;
  const [, code] = /^Exit code (\d+)/.exec(outputOf(shown)) ?? [];
  return code === undefined ? undefined : `exit code ${code}`;
}
