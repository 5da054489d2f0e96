import type { Renderer } from "gantry/sdk";
import { countedText, inputPathText, inputText, resultNumber } from "gantry/sdk/kit/tool-views";

/** How a search for names looks: the pattern, and how many files have such a name. */
export const globRenderer: Renderer = {
  title(shown) {
    const pattern = inputText(shown, "pattern");
    const path = inputPathText(shown, "path");
    return path === undefined || pattern === undefined ? pattern : [pattern, { text: ` in ${path}`, tone: "dim" }];
  },
  summary(shown) {
    const [count, total] = [resultNumber(shown, "numFiles"), resultNumber(shown, "totalMatches")];
    if (count === undefined) return undefined;
    return total !== undefined && total > count ? `${count} of ${total} files` : countedText(count, "file");
  },
};
