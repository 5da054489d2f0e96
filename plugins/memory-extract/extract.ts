/** One look: sources, facts, what of them is new, entries. */
import {
  type ConfigOf,
  isGantryError,
  type Memory,
  type MemoryEntry,
  type Models,
  messageOf,
  type SessionView,
  textOf,
} from "gantry/sdk";
import { hasLanguageModel } from "gantry/sdk/kit/background-model";
import { withoutMemory } from "gantry/sdk/kit/memory-text";
import { coverage, likeness, negationsIn } from "gantry/sdk/kit/rank";
import { hasSecrets } from "gantry/sdk/kit/secrets";
import { askForFacts } from "./ask.ts";
import { type Fact, factsIn } from "./facts.ts";
import type { memoryExtract } from "./index.ts";
import { type Sources, sourcesOf } from "./sources.ts";

const PLUGIN = "memory-extract";
/** So much alike says the same. */
const SAME = 0.8;
/** So much alike is about the same thing: the newer counts. */
const ALIKE = 0.55;

export interface ExtractOptions {
  readonly session: SessionView;
  readonly typed: readonly string[];
  readonly memory: Memory;
  /** Without them no model is asked. */
  readonly models: Models | undefined;
  readonly config: ConfigOf<typeof memoryExtract>;
}

export interface Extracted {
  /** The titles of what was written. */
  readonly written: readonly string[];
  /** Why no model was heard: the end of a sentence. */
  readonly problem?: string;
}

export async function extract({ session, typed, memory, models, config }: ExtractOptions): Promise<Extracted> {
  const sources = sourcesOf(session, typed, PLUGIN);
  const places = await memory.places();
  if (!places.some(({ scope, isOpen }) => scope === "project" && isOpen)) return { written: [] };
  if (sources.said.length === 0 && sources.commands.length === 0) return { written: [] };
  const known = await memory.list({ isExpiredToo: true });
  const { facts, by, run, problem } = await factsOf(sources, known);
  const instructions = instructionLines(session);
  const fresh = facts.filter((fact) => !hasSecrets(`${fact.title}\n${fact.text}`) && !isSaid(fact, instructions));
  const written = await write(fresh, [...known]);
  session.record(PLUGIN, "extracted", {
    through: sources.through,
    by,
    entries: written.map(({ id, scope }) => `${scope}/${id}`),
  });
  if (run) session.record(PLUGIN, "memory-run", run);
  return { written: written.map(({ title }) => title), ...(problem !== undefined && { problem }) };

  async function factsOf(from: Sources, entries: readonly MemoryEntry[]) {
    const plain = () => ({ facts: factsIn(from), by: "rules", run: undefined, problem: undefined });
    if (!models || !hasLanguageModel(session, config.model)) return plain();
    try {
      const asked = await askForFacts(session, models, from, entries, config);
      const { model, usage } = asked;
      return { facts: asked.facts, by: "model", run: { by: "model", model, usage }, problem: undefined };
    } catch (thrown) {
      // A session that ends is looked at once more, and no failure.
      if (session.scope.signal.aborted) throw thrown;
      return { ...plain(), problem: messageOf(thrown) };
    }
  }

  /** New facts become entries, facts about the same thing change them; pinned ones stay. */
  async function write(facts: readonly Fact[], entries: MemoryEntry[]): Promise<readonly MemoryEntry[]> {
    const made: MemoryEntry[] = [];
    for (const fact of facts) {
      if (made.length >= config.mostEntries) break;
      const target = targetOf(fact, entries);
      if (target === "known") continue;
      try {
        const { replaces: _, ...draft } = fact;
        const placed = target ? { ...draft, id: target.id, scope: target.scope } : draft;
        const entry = await memory.put({ ...placed, session: session.id });
        made.push(entry);
        entries.push(entry);
      } catch (thrown) {
        // What the store refuses is no entry; the rest may be.
        if (!isGantryError(thrown)) throw thrown;
      }
    }
    return made;
  }
}

/** The entry that a fact changes; `known` where it says nothing new; `undefined` where it is new. */
function targetOf(fact: Fact, entries: readonly MemoryEntry[]): MemoryEntry | "known" | undefined {
  const named = entries.find(({ id, isPinned }) => id === fact.replaces && !isPinned);
  if (named) return named;
  let best: { readonly entry: MemoryEntry; readonly alike: number } | undefined;
  for (const entry of entries) {
    const alike = Math.max(likeness(fact.text, entry.text), likeness(fact.title, entry.title));
    if (alike > (best?.alike ?? 0)) best = { entry, alike };
  }
  if (!best || best.alike < ALIKE) return undefined;
  const { entry, alike } = best;
  if (entry.isPinned || (alike >= SAME && saysAll(entry.text, fact))) return "known";
  // Two commands are two commands, however alike.
  return fact.type === "command" || entry.type !== fact.type ? undefined : entry;
}

/** A number, a name or a "not" makes another fact of the same words. */
function saysAll(whole: string, { text }: Fact): boolean {
  return coverage(text, whole) === 1 && negationsIn(text) === negationsIn(whole);
}

/** Everything that the model was told besides memory, in lines: what instruction files say stands among it. */
function instructionLines({ entries }: SessionView): readonly string[] {
  const prompt = entries.findLast(({ type }) => type === "prompt");
  const sections = prompt?.type === "prompt" ? prompt.sections.filter(({ key }) => key !== "memory") : [];
  const told = entries.flatMap((entry) =>
    entry.type === "user" && entry.isMeta ? [textOf(entry.message.content)] : [],
  );
  return [...sections.map(({ text }) => text), ...told]
    .flatMap((text) => withoutMemory(text).split(/\n|(?<=[.!?])\s/))
    .filter((line) => line.trim().length > 3);
}

function isSaid(fact: Fact, lines: readonly string[]): boolean {
  return lines.some((line) => saysAll(line, fact));
}
