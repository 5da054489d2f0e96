/** Facts from sources, without a model: what the person states by the words that people use for it, and commands that work. */
import type { MemoryScope, MemoryType } from "gantry/sdk";
import { statementsIn } from "gantry/sdk/kit/statements";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Sources } from "./sources.ts";

/** What might become an entry. */
export interface Fact {
  readonly title: string;
  readonly type: MemoryType;
  readonly text: string;
  readonly tags: readonly string[];
  readonly scope: MemoryScope;
  /** The entry that it takes the place of. */
  readonly replaces?: string;
}

const LONGEST_TITLE = 80;

export function factsIn({ said, commands }: Sources): readonly Fact[] {
  const stated = said.flatMap(statementsIn).map(
    ({ type, text }): Fact => ({
      title: visibleLine(text.replace(/[.!]$/, ""), LONGEST_TITLE),
      type,
      text,
      tags: [],
      scope: scopeOf(type, text),
    }),
  );
  const working = commands.map(
    ({ command, purpose }): Fact => ({
      title: visibleLine(`To ${purpose}: ${command}`, LONGEST_TITLE),
      type: "command",
      text: `\`${command}\` ended well when it was run in the folder of the project.`,
      tags: [purpose],
      scope: "project",
    }),
  );
  return [...stated, ...working];
}

/** What people say of themselves holds wherever they work; what they say of "we" and "this" holds here. */
function scopeOf(type: MemoryType, text: string): MemoryScope {
  if (type === "user") return "user";
  return type === "feedback" && /^(?:please )?I\b/i.test(text) && !/\b(?:we|this|our|here)\b/i.test(text)
    ? "user"
    : "project";
}
