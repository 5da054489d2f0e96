import type { Block, Renderer } from "gantry/sdk";
import { fieldOf, inputText, outputOf, resultNumber, resultText, resultTexts } from "gantry/sdk/kit/tool-views";
import { figuresText } from "./figures.ts";

/** How an agent looks: its kind and what it is about, what it came to in figures, and all of it when somebody opens it. */
export const agentRenderer: Renderer = {
  title(shown) {
    const about = inputText(shown, "description") ?? "";
    return [{ text: inputText(shown, "subagent_type") ?? "general-purpose", tone: "accent" }, ` ${about}`];
  },
  summary(shown) {
    const status = resultText(shown, "status");
    if (status === "async_launched") return "works in the background";
    if (status === undefined) return undefined;
    const figures = {
      calls: resultNumber(shown, "totalToolUseCount") ?? 0,
      ms: resultNumber(shown, "totalDurationMs") ?? 0,
      usage: {
        input_tokens: resultNumber(shown, "totalTokens") ?? 0,
        output_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
    };
    return status === "completed"
      ? figuresText(figures)
      : `${resultText(shown, "error") ?? status} · ${figuresText(figures)}`;
  },
  details(shown) {
    const said = outputOf(shown);
    const fields = ["agentId", "resolvedModel"].flatMap((name) => {
      const value = fieldOf(shown.result?.data, name);
      return typeof value === "string" ? [{ name, value }] : [];
    });
    const steps = resultTexts(shown, "steps");
    return [
      ...(fields.length ? [{ type: "fields", fields } satisfies Block] : []),
      { type: "markdown", text: inputText(shown, "prompt") ?? "" },
      ...(steps.length ? [{ type: "list", items: steps.map((line) => ({ line })) } satisfies Block] : []),
      ...(said ? [{ type: "markdown", text: said } satisfies Block] : []),
    ];
  },
};
