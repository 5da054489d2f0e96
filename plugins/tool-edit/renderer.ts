import type { Renderer } from "gantry/sdk";
import { patchBlocks, patchIn, patchSummary } from "gantry/sdk/kit/patch-view";
import { callDetails, inputPathText, inputText } from "gantry/sdk/kit/tool-views";

const SHOWN_LINES = 40;

/** How an edit looks: the file, how many lines came and went, and which. */
export const editRenderer: Renderer = {
  title: (shown) => inputPathText(shown, "file_path"),
  summary: (shown) => patchSummary(patchIn(shown)),
  body: (shown) => patchBlocks(patchIn(shown), SHOWN_LINES, inputText(shown, "file_path")),
  details: (shown) => patchBlocks(patchIn(shown), undefined, inputText(shown, "file_path")) ?? callDetails(shown),
};
