import type { Entry } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { conversation, type Part, titleOf } from "./conversation.ts";

/** A conversation as Markdown. What tools were given and gave back stands in fences that it cannot end. */
export function asMarkdown(branch: readonly Entry[], all: readonly Entry[] = branch): string {
  const [first] = branch;
  const head = `# ${visibleLine(titleOf(all), 200) || "Session"}\n\nSession ${first?.sessionId ?? ""}${first?.type === "session" ? ` in ${visibleLine(first.cwd)}` : ""}\n`;
  return [head, ...conversation(branch).map(partText)].join("\n");
}

function partText(part: Part): string {
  switch (part.kind) {
    case "person":
      return `## You\n\n${visible(part.text).trim()}\n`;
    case "model":
      return `## Gantry\n\n${visible(part.text).trim()}\n`;
    case "image":
      return "[image]\n";
    case "note":
      return `*${part.text}*\n`;
    case "call": {
      const input = fenced(JSON.stringify(part.input, null, 2) ?? "", "json");
      return `### ${visibleLine(part.tool)} (${part.outcome})\n\n${input}\n${fenced(part.result)}`;
    }
  }
}

function fenced(text: string, language = ""): string {
  const shown = visible(text).trimEnd();
  if (!shown) return "";
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${shown}\n${fence}\n`;
}
