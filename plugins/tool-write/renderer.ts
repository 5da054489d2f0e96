import type { Block, RenderedCall, Renderer } from "gantry/sdk";
import { patchBlocks, patchIn, patchSummary } from "gantry/sdk/kit/patch-view";
import { callDetails, countedText, inputPathText, inputText, resultText } from "gantry/sdk/kit/tool-views";

const SHOWN_LINES = 10;
const SHOWN_CHANGES = 40;

/** How a written file looks: what changed in it, or how it begins. */
export const writeRenderer: Renderer = {
  title: (shown) => inputPathText(shown, "file_path"),
  summary(shown) {
    if (shown.result?.outcome !== "ok") return undefined;
    return isNew(shown) ? `new, ${countedText(linesOf(shown).length, "line")}` : patchSummary(patchIn(shown));
  },
  body: (shown) => (isNew(shown) ? beginning(shown) : patchBlocks(patchIn(shown), SHOWN_CHANGES, fileOf(shown))),
  details: (shown) => patchBlocks(patchIn(shown), undefined, fileOf(shown)) ?? callDetails(shown, { field: "content" }),
};

const fileOf = (shown: RenderedCall) => inputText(shown, "file_path");

function isNew(shown: RenderedCall): boolean {
  return resultText(shown, "type") === "create";
}

function linesOf(shown: RenderedCall): readonly string[] {
  const text = (inputText(shown, "content") ?? "").replace(/\n$/, "");
  return text === "" ? [] : text.split("\n");
}

function beginning(shown: RenderedCall): readonly Block[] | undefined {
  const lines = linesOf(shown);
  if (lines.length === 0) return undefined;
  const rest = lines.length - SHOWN_LINES;
  const language = /\.(\w+)$/.exec(inputText(shown, "file_path") ?? "")?.[1];
  return [
    { type: "code", text: lines.slice(0, SHOWN_LINES).join("\n"), ...(language && { language }) },
    ...(rest > 0
      ? [{ type: "text", lines: [[{ text: `… ${countedText(rest, "more line")}`, tone: "dim" }]] } satisfies Block]
      : []),
  ];
}
