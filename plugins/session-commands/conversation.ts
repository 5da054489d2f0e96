import { type Base64Source, type Entry, type ResultContent, textOf, type UserContent } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";

/** What a person would read of a session, in order. */
export type Part =
  | {
      readonly kind: "person" | "model";
      readonly text: string;
      readonly time: string;
      /** The slash command that the text came of. */
      readonly typed?: string;
    }
  | { readonly kind: "image"; readonly source: Base64Source }
  | {
      readonly kind: "call";
      readonly tool: string;
      readonly input: unknown;
      readonly outcome: string;
      readonly result: string;
    }
  | { readonly kind: "note"; readonly text: string };

/** The conversation of a branch: what was said, what was called and what came of it. */
export function conversation(entries: readonly Entry[]): readonly Part[] {
  const results = new Map(entries.flatMap((entry) => (entry.type === "tool_result" ? [[entry.toolUseId, entry]] : [])));
  return entries.flatMap((entry): Part[] => {
    switch (entry.type) {
      case "user":
        return entry.isMeta ? [] : saidBy("person", entry.message.content, entry.timestamp, entry.typed);
      case "assistant":
        return entry.message.content.flatMap((block): Part[] => {
          if (block.type === "text" && block.text.trim()) return saidBy("model", [block], entry.timestamp);
          if (block.type !== "tool_use") return [];
          const result = results.get(block.id);
          const outcome = result?.outcome ?? "cut off";
          return [
            { kind: "call", tool: block.name, input: block.input, outcome, result: resultText(result?.content ?? []) },
          ];
        });
      case "compaction":
        return [{ kind: "note", text: "What was said before was shortened for the model here." }];
      default:
        return [];
    }
  });
}

function saidBy(kind: "person" | "model", content: readonly UserContent[], time: string, typed?: string): Part[] {
  const text = textOf(content);
  const images = content.flatMap((block): Part[] =>
    block.type === "image" ? [{ kind: "image", source: block.source }] : [],
  );
  const said: Part[] = text.trim() ? [{ kind, text, time, ...(typed !== undefined && { typed }) }] : [];
  return [...said, ...images];
}

function resultText(content: readonly ResultContent[]): string {
  return content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`)).join("\n");
}

/** The name of a session: the last that a person gave, else the start of the first prompt. */
export function titleOf(entries: readonly Entry[]): string {
  const named = entries.findLast((entry) => entry.type === "title");
  if (named) return named.title;
  const first = entries.find((entry) => entry.type === "user" && !entry.isMeta);
  return first?.type === "user" ? typedText(first).trim().slice(0, 80) : "";
}
