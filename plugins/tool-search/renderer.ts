import type { Renderer } from "gantry/sdk";
import { countedText, inputText, resultTexts } from "gantry/sdk/kit/tool-views";

const NAMED = 3;

/** How a search for tools looks: the words, and the tools that fit. */
export const searchRenderer: Renderer = {
  title: (shown) => inputText(shown, "query"),
  summary(shown) {
    if (shown.result?.outcome !== "ok") return undefined;
    const found = resultTexts(shown, "found");
    if (found.length === 0) return "no tool fits";
    const more = found.length > NAMED ? ", …" : "";
    return `${countedText(found.length, "tool")}: ${found.slice(0, NAMED).join(", ")}${more}`;
  },
};
