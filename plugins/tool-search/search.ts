import type { ToolInfo } from "gantry/sdk";
import { createRanking, wordsIn } from "gantry/sdk/kit/rank";

/** The tools that fit a query, best first. */
export function search(query: string, tools: readonly ToolInfo[], most: number): readonly ToolInfo[] {
  const byName = new Map(
    tools.flatMap((tool) => [tool.name, ...(tool.aliases ?? [])].map((name) => [name, tool] as const)),
  );
  const exact = /^select:(.*)$/s.exec(query.trim())?.[1];
  if (exact !== undefined) {
    const names = exact.split(",").map((name) => name.trim());
    return [...new Set(names.flatMap((name) => byName.get(name) ?? []))];
  }
  const named = byName.get(query.trim());
  if (named) return [named];
  const needed = [...query.matchAll(/(?:^|\s)\+(\S+)/g)].flatMap(([, word = ""]) => wordsIn(word));
  const eligible = needed.length ? tools.filter((tool) => hasAll(tool, needed)) : tools;
  const rank = createRanking(
    eligible.map(({ name, description, input }) => ({
      id: name,
      fields: [
        { text: name, weight: 3 },
        { text: description, weight: 1 },
        { text: fieldsOf(input), weight: 1 },
      ],
    })),
  );
  const hits = rank(query.replaceAll("+", " ")).slice(0, most);
  return hits.flatMap(({ id }) => byName.get(id) ?? []);
}

function hasAll({ name, description }: ToolInfo, words: readonly string[]): boolean {
  const had = new Set(wordsIn(`${name} ${description}`));
  return words.every((word) => had.has(word));
}

function fieldsOf(input: ToolInfo["input"]): string {
  if (!("jsonSchema" in input)) return "";
  const { properties } = input.jsonSchema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties).join(" ") : "";
}
