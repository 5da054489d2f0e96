import type { Renderer } from "gantry/sdk";
import { callDetails, inputText, resultText } from "gantry/sdk/kit/tool-views";

/** How a plan looks: the plan, once somebody has approved it; before that the dialog shows it. */
export const planRenderer: Renderer = {
  title: () => "the plan",
  summary: ({ result }) => (result?.outcome === "ok" ? "approved" : undefined),
  body(shown) {
    const plan = resultText(shown, "plan");
    return plan === undefined ? undefined : [{ type: "markdown", text: plan }];
  },
  details(shown) {
    const plan = resultText(shown, "plan") ?? inputText(shown, "plan");
    return plan === undefined ? callDetails(shown) : [{ type: "markdown", text: plan }];
  },
};
