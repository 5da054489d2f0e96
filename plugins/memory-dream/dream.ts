/** A dream: what there is, what is to be done, written down first, then done. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type ConfigOf,
  type DreamOutcome,
  type Files,
  type HostInfo,
  type Memory,
  type MemoryDream,
  type MemoryScope,
  type Models,
  messageOf,
  type SessionStore,
  type SessionView,
} from "gantry/sdk";
import { hasLanguageModel } from "gantry/sdk/kit/background-model";
import { realClock } from "gantry/sdk/kit/clock";
import { dayOf, INDEX_NAME } from "gantry/sdk/kit/memory-text";
import { askForSteps } from "./ask.ts";
import type { memoryDream } from "./index.ts";
import { createJournal, type Steps } from "./journal.ts";
import { type Lease, takeLease } from "./lease.ts";
import { outcomeOf } from "./outcome.ts";
import { expirySteps, mergeSteps } from "./plan.ts";
import { fingerprintOf, keptIn, type Step, type Texts, textsAfter } from "./steps.ts";
import { indexStep } from "./tidy-index.ts";

const PLUGIN = "memory-dream";
/** What a dream takes besides its model. */
const WORK_MS = 60_000;
const HOUR_MS = 3_600_000;

const UNTRUSTED = "The folder is not trusted, so nothing of its memory is tidied: gantry trust add trusts it.";
const BUSY = "Another dream is at work.";
const ENDED = "The session ended first.";

export interface DreamsOptions {
  readonly config: ConfigOf<typeof memoryDream>;
  readonly host: HostInfo;
  readonly memory: Memory;
  readonly files: Files;
  readonly models: Models;
  readonly sessions: SessionStore | undefined;
}

type Memories = ReadonlyMap<MemoryScope, Texts>;
interface Plan {
  readonly steps: readonly Step[];
  /** Why no model was heard, in one sentence. */
  readonly problem?: string;
}

export function createDreams({ config, host, memory, files, models, sessions }: DreamsOptions): MemoryDream & {
  /** Whether enough has happened since the last dream. */
  isTime(session: SessionView): Promise<boolean>;
} {
  const base = join(host.stateFolder, "dreams");

  async function journalHere() {
    const place = (await memory.places()).find(({ scope }) => scope === "project");
    const hash = createHash("sha256").update(place?.folder ?? host.cwd);
    return createJournal(files, join(base, hash.digest("hex").slice(0, 16)));
  }

  async function isTime(session: SessionView): Promise<boolean> {
    const journal = await journalHere();
    if (await journal.pending()) return true;
    const { lastMs = 0 } = await journal.state();
    if (realClock.now() - lastMs < config.everyHours * HOUR_MS) return false;
    const others = (await sessions?.list({ cwd: host.cwd })) ?? [];
    const fresh = others.filter(({ id, updatedMs }) => id !== session.id && updatedMs > lastMs);
    return fresh.length >= config.afterSessions;
  }

  async function dream({ isDry = false, session }: Parameters<MemoryDream["dream"]>[0] = {}): Promise<DreamOutcome> {
    if (!host.isTrusted) return outcomeOf([], false, UNTRUSTED);
    if (!isDry) return alone((lease) => dreamAlone(lease, session));
    const texts = await allTexts();
    const { declined } = await (await journalHere()).state();
    const { steps, problem } = await planFor(texts, new Set(declined), session);
    return outcomeOf([...steps, ...indexSteps(afterAll(texts, steps), steps)], false, problem);
  }

  /** Written down before anything changes, so that whoever comes after a kill can finish it, or take it back. */
  async function dreamAlone(lease: Lease, session: SessionView | undefined): Promise<DreamOutcome> {
    const journal = await journalHere();
    const cutOff = await journal.pending();
    const state = await journal.state();
    const plan = cutOff ? { steps: cutOff } : await planFor(await allTexts(), new Set(state.declined), session);
    if (session?.scope.signal.aborted) return outcomeOf([], false, ENDED);
    if (!lease.isOurs()) return outcomeOf([], false, BUSY);
    if (!cutOff) await journal.begin(plan.steps as Steps);
    const { done, left } = await make(plan.steps);
    const indexes = indexSteps(await allTexts(), done);
    await journal.begin([...plan.steps, ...indexes] as Steps);
    const tidied = await make(indexes);
    const all = [...done, ...tidied.done];
    await journal.keepState({ ...state, lastMs: realClock.now() });
    await journal.end(all as Steps);
    session?.record(PLUGIN, "dreamt", { changes: all.map(({ scope, reason }) => `${scope}: ${reason}`) });
    return outcomeOf(all, true, problemOf([...left, ...tidied.left]) ?? plan.problem);
  }

  async function undo({ isDry = false }: Parameters<MemoryDream["undo"]>[0] = {}): Promise<DreamOutcome> {
    if (!host.isTrusted) return outcomeOf([], false, UNTRUSTED);
    return isDry ? undoAlone(true) : alone(() => undoAlone(false));
  }

  async function undoAlone(isDry: boolean): Promise<DreamOutcome> {
    const journal = await journalHere();
    const steps = (await journal.pending()) ?? (await journal.last());
    if (!steps) return outcomeOf([], false, "There is no dream to undo.");
    const back = steps.toReversed().map(turnedBack);
    if (isDry) return outcomeOf(back, false);
    const { done, left } = await make(back);
    // An index that has grown since keeps what it has got.
    const indexes = await make(indexSteps(await allTexts(), done));
    const state = await journal.state();
    await journal.keepState({ ...state, declined: [...state.declined, ...steps.map(fingerprintOf)] });
    await journal.forget();
    const kept = left.filter((name) => !name.endsWith(`/${INDEX_NAME}`));
    return outcomeOf([...done, ...indexes.done], true, problemOf(kept));
  }

  async function alone(work: (lease: Lease) => Promise<DreamOutcome>): Promise<DreamOutcome> {
    const lease = await takeLease(join(base, "lease"), config.timeoutMs + WORK_MS);
    if (!lease) return outcomeOf([], false, BUSY);
    try {
      return await work(lease);
    } finally {
      await lease.release();
    }
  }

  // ---------------------------------------------------------------- planning

  async function planFor(
    texts: Memories,
    declined: ReadonlySet<string>,
    session: SessionView | undefined,
  ): Promise<Plan> {
    const day = today();
    const isWanted = (step: Step) => !declined.has(fingerprintOf(step));
    const plain: Step[] = [];
    for (const [scope, own] of texts) {
      const expired = expirySteps(keptIn(scope, own, day), day).filter(isWanted);
      const merged = await mergeSteps(keptIn(scope, textsAfter(own, expired), day));
      plain.push(...expired, ...merged.filter(isWanted));
    }
    const left = [...afterAll(texts, plain)].flatMap(([scope, own]) => keptIn(scope, own, day));
    if (!session || left.length < 2 || !hasLanguageModel(session, config.model)) return { steps: plain };
    try {
      const { steps, model, usage } = await askForSteps(session, models, left, config);
      session.record(PLUGIN, "memory-run", { by: "model", model, usage });
      return { steps: [...plain, ...steps.filter(isWanted)] };
    } catch (thrown) {
      return { steps: plain, problem: `Memory was tidied without a model: ${messageOf(thrown)}.` };
    }
  }

  function indexSteps(texts: Memories, steps: readonly Step[]): readonly Step[] {
    return [...texts].flatMap(([scope, own]) => {
      const changes = steps.flatMap((step) => (step.scope === scope ? step.changes : []));
      const changed = new Set(changes.flatMap(({ name, after }) => (after === undefined ? [] : [name])));
      return indexStep(scope, own, { day: today(), most: config.indexLines, changed }) ?? [];
    });
  }

  // ---------------------------------------------------------------- texts

  async function allTexts(): Promise<Memories> {
    const open = (await memory.places()).filter(({ isOpen }) => isOpen);
    return new Map(await Promise.all(open.map(async ({ scope }) => [scope, await memory.texts(scope)] as const)));
  }

  /** Makes steps; of one that meets a text that somebody has changed, nothing more. */
  async function make(steps: readonly Step[]): Promise<{ done: readonly Step[]; left: readonly string[] }> {
    const done: Step[] = [];
    const left: string[] = [];
    for (const step of steps) {
      const made: Step["changes"][number][] = [];
      for (const change of step.changes) {
        const [name] = await memory.change(step.scope, [change]);
        if (name === undefined) made.push(change);
        else left.push(`${step.scope}/${name}`);
        if (name !== undefined) break;
      }
      if (made.length) done.push({ ...step, changes: made });
    }
    return { done, left };
  }

  return { dream, undo, isTime };
}

function afterAll(texts: Memories, steps: readonly Step[]): Memories {
  const of = (scope: MemoryScope) => steps.filter((step) => step.scope === scope);
  return new Map([...texts].map(([scope, own]) => [scope, textsAfter(own, of(scope))]));
}

/** What was taken away comes back before what took it in goes back. */
function turnedBack({ scope, reason, changes }: Step): Step {
  const back = changes.toReversed().map(({ name, before, after }) => ({ name, before: after, after: before }));
  return { scope, reason: `undone: ${reason}`, changes: back };
}

function problemOf(left: readonly string[]): string | undefined {
  if (left.length === 0) return undefined;
  const names = [...new Set(left)].join(", ");
  return `Changed by somebody else meanwhile, and left as it is: ${names}.`;
}

function today(): string {
  return dayOf(realClock.now());
}
