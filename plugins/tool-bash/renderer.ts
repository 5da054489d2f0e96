import type { Block, RenderedCall, Renderer } from "gantry/sdk";
import { callDetails, countedText, inputText, outputOf, resultText } from "gantry/sdk/kit/tool-views";

const SHOWN_LINES = 6;
/** Of a command that went well. */
const FIRST_LINES = 3;
const LONGEST = 200;

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
    return linesOf(said)[0] ?? "no output";
  },
  body(shown) {
    if (failureOf(shown) === undefined) return shown.result?.outcome === "ok" ? firstOf(shown) : undefined;
    const lines = (resultText(shown, "stdout") ?? "").split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) return undefined;
    const rest = lines.length - SHOWN_LINES;
    const last: Block = { type: "code", text: lines.slice(-SHOWN_LINES).join("\n") };
    if (rest <= 0) return [last];
    return [{ type: "text", lines: [[{ text: `… ${countedText(rest, "line")} before`, tone: "dim" }]] }, last];
  },
  details: (shown) => callDetails(shown, { field: "command", language: "bash" }),
};

/** What stands below the first line of a command that went well, where its summary is that line. */
function firstOf(shown: RenderedCall): readonly Block[] | undefined {
  if (resultText(shown, "backgroundTaskId") !== undefined) return undefined;
  const isTold = resultText(shown, "returnCodeInterpretation") !== undefined;
  const lines = linesOf(resultText(shown, "stdout") ?? "").slice(isTold ? 0 : 1);
  const most = FIRST_LINES - (isTold ? 0 : 1);
  // One line more takes no more room than saying so.
  const shownLines = lines.length > most + 1 ? lines.slice(0, most) : lines;
  const rest = lines.length - shownLines.length;
  const told = [...shownLines, ...(rest > 0 ? [`+${countedText(rest, "line")}`] : [])];
  return told.length ? [{ type: "text", lines: told.map((text) => [{ text, tone: "dim" }]) }] : undefined;
}

/** Without blank ones, and none of them long: there is Ctrl-O for all of it. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
}

/** `exit code 1`, where that is how it ended. */
function failureOf(shown: RenderedCall): string | undefined {
  if (shown.result?.outcome !== "error") return undefined;
  const [, code] = /^Exit code (\d+)/.exec(outputOf(shown)) ?? [];
  return code === undefined ? undefined : `exit code ${code}`;
}
