import type { Renderer } from "gantry/sdk";
import { countedText, inputPathText, inputText, resultNumber, resultText } from "gantry/sdk/kit/tool-views";

/** How a search in files looks: the expression, where, and how much has it. */
export const grepRenderer: Renderer = {
  title(shown) {
    const pattern = inputText(shown, "pattern");
    if (pattern === undefined) return undefined;
    const where = [inputPathText(shown, "path"), inputText(shown, "glob"), inputText(shown, "type")].filter(
      (one) => one !== undefined,
    );
    return where.length ? [pattern, { text: ` in ${where.join(", ")}`, tone: "dim" }] : pattern;
  },
  summary(shown) {
    const files = resultNumber(shown, "totalFiles") ?? resultNumber(shown, "numFiles");
    if (files === undefined) return undefined;
    const inFiles = countedText(files, "file");
    switch (resultText(shown, "mode")) {
      case "content":
        return `${countedText(resultNumber(shown, "totalLines") ?? 0, "line")} in ${inFiles}`;
      case "count":
        return `${countedText(resultNumber(shown, "numMatches") ?? 0, "match")} in ${inFiles}`;
      default:
        return inFiles;
    }
  },
};
