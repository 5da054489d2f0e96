/** Facts from sources, by a model: it sees what the person typed and which commands worked, and nothing else. */
import {
  type ConfigOf,
  MEMORY_TYPES,
  type MemoryEntry,
  type Models,
  type SessionView,
  type Usage,
  z,
} from "gantry/sdk";
import { askInBackground } from "gantry/sdk/kit/background-model";
import { coverage, wordsIn } from "gantry/sdk/kit/rank";
import { redactSecrets } from "gantry/sdk/kit/secrets";
import type { Fact } from "./facts.ts";
import type { memoryExtract } from "./index.ts";
import type { Sources } from "./sources.ts";

const SYSTEM = `You keep the memory of a coding project. From what a person said, and from commands that worked, you pick the few facts that later
sessions need: preferences, decisions with their reason, pitfalls, where things are, commands that work. You answer with a JSON array
alone, [] where there is nothing, of objects:
{"title": "one line", "type": ${MEMORY_TYPES.map((type) => `"${type}"`).join(" | ")}, "text": "one to three sentences", "tags": ["…"], "scope": "project" | "user", "replaces": "id"}
Use the person's own words. Leave out what holds for the moment only, what is already known, and secrets. "replaces" names a known entry
that the fact corrects or makes more exact. The scope "user" is for what holds for the person in every project.`;

const factSchema = z.object({
  title: z.string().trim().min(1).max(120),
  type: z.enum(MEMORY_TYPES),
  text: z.string().trim().min(1).max(1_000),
  tags: z.array(z.string().trim().min(1).max(40)).max(8).default([]),
  scope: z.enum(["project", "user"]).default("project"),
  replaces: z.string().optional(),
});

/** Known entries that the model is shown. */
const MOST_KNOWN = 150;
const LONGEST_SAID = 1_500;
/** How much of a fact must have been said: the rest is made up. */
const GROUNDED = 0.6;

export async function askForFacts(
  session: SessionView,
  models: Models,
  { said, commands }: Sources,
  known: readonly MemoryEntry[],
  config: ConfigOf<typeof memoryExtract>,
): Promise<{ readonly facts: readonly Fact[]; readonly model: string; readonly usage: Usage }> {
  const prompt = [
    `<known>\n${known
      .slice(0, MOST_KNOWN)
      .map(({ id, type, title }) => `${id} (${type}): ${title}`)
      .join("\n")}\n</known>`,
    `<person>\n${said.map((one) => `- ${redactSecrets(one).slice(0, LONGEST_SAID)}`).join("\n")}\n</person>`,
    `<commands-that-worked>\n${commands.map(({ command }) => command).join("\n")}\n</commands-that-worked>`,
  ].join("\n\n");
  const { text, model, usage } = await askInBackground(models, session, { ...config, system: SYSTEM, prompt });
  const facts = read(text);
  if (!facts) throw new Error("its answer was no list of facts");
  const words = new Set([...said, ...commands.map(({ command }) => command)].flatMap(wordsIn));
  const isTrue = (fact: Fact) =>
    coverage(fact.text, words) >= GROUNDED &&
    (fact.type !== "command" ||
      commands.some(({ command }) => fact.text.includes(command)) ||
      said.some((one) => one.includes(fact.text)));
  return { facts: facts.filter(isTrue), model, usage };
}

/** The list in an answer, without what stands around it; facts that are none are left out. */
function read(answer: string): readonly Fact[] | undefined {
  const list = answer.slice(answer.indexOf("["), answer.lastIndexOf("]") + 1);
  let value: unknown;
  try {
    value = JSON.parse(list);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one) => {
    const { success, data } = factSchema.safeParse(one);
    if (!success) return [];
    const { replaces, title, ...fact } = data;
    return [{ ...fact, title: title.replaceAll(/\s+/g, " "), ...(replaces !== undefined && { replaces }) }];
  });
}
