import type { Renderer } from "gantry/sdk";
import { countedText, fieldOf, inputPathText } from "gantry/sdk/kit/tool-views";

/** How a reading looks: the file, and how much of it was read. */
export const readRenderer: Renderer = {
  title(shown) {
    const path = inputPathText(shown, "file_path");
    const [offset, limit, pages] = ["offset", "limit", "pages"].map((name) => fieldOf(shown.call.input, name));
    if (path === undefined) return undefined;
    if (typeof pages === "string") return [path, { text: ` pages ${pages}`, tone: "dim" }];
    if (typeof offset !== "number" && typeof limit !== "number") return path;
    const from = typeof offset === "number" ? Math.max(1, offset) : 1;
    const to = typeof limit === "number" ? from + limit - 1 : "";
    return [path, { text: ` lines ${from}-${to}`, tone: "dim" }];
  },
  summary(shown) {
    if (shown.result?.outcome !== "ok") return undefined;
    const { data } = shown.result;
    const file = fieldOf(data, "file");
    switch (fieldOf(data, "type")) {
      case "text":
        return linesText(fieldOf(file, "numLines"), fieldOf(file, "totalLines"));
      case "image":
        return "an image";
      case "pdf":
      case "parts":
        return "a PDF";
      case "notebook":
        return cellsText(fieldOf(file, "cells"));
      case "file_unchanged":
        return "as it was before";
      default:
        return undefined;
    }
  },
};

function linesText(lines: unknown, total: unknown): string | undefined {
  if (typeof lines !== "number") return undefined;
  return typeof total === "number" && total > lines ? `${lines} of ${total} lines` : countedText(lines, "line");
}

function cellsText(cells: unknown): string {
  return Array.isArray(cells) ? countedText(cells.length, "cell") : "a notebook";
}
