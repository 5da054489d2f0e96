/** What the stored sessions of the last days tell. */
import { addUsage, type Entry, isGantryError, type Meter, NO_USAGE, type SessionStore, type Usage } from "gantry/sdk";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Logs are read one after another, so that a history of months neither fills the memory nor takes minutes. */
const MOST_SESSIONS = 500;
const MOST_BYTES = 256 * 1024 * 1024;
const LONGEST_BYTES = 64 * 1024 * 1024;

/** What one day, one model or one tool adds up to. */
export interface Tally {
  readonly usage: Usage;
  /** Dollars, of what has a known price. */
  readonly costUsd: number;
  readonly requests: number;
  /** Requests whose price is not known. */
  readonly unpriced: number;
}

export interface ToolTally {
  readonly calls: number;
  readonly failed: number;
  readonly denied: number;
  readonly ms: number;
}

export interface History {
  /** Local days, `YYYY-MM-DD`, oldest first, all of them. */
  readonly days: readonly { readonly day: string; readonly tally: Tally; readonly prompts: number }[];
  readonly byModel: ReadonlyMap<string, Tally>;
  readonly byFolder: ReadonlyMap<string, { readonly sessions: number; readonly prompts: number }>;
  readonly byTool: ReadonlyMap<string, ToolTally>;
  /** Prompts by local hour, 0 to 23. */
  readonly hours: readonly number[];
  readonly sessions: number;
  readonly prompts: number;
  /** How turns ended, by reason. */
  readonly ends: ReadonlyMap<string, number>;
  readonly compactions: number;
  readonly rewinds: number;
  /** Sessions that were too many, too large, or could not be read. */
  readonly leftOut: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export async function readHistory(
  store: SessionStore,
  meter: Meter | undefined,
  days: number,
  now: number,
): Promise<History> {
  const since = startOfDay(now) - (days - 1) * DAY_MS;
  const all = (await store.list({})).filter(({ updatedMs }) => updatedMs >= since);
  const count = createCounter(since, days, meter);
  let bytes = 0;
  let leftOut = Math.max(0, all.length - MOST_SESSIONS);
  for (const session of all.slice(0, MOST_SESSIONS)) {
    bytes += session.bytes;
    if (session.bytes > LONGEST_BYTES || bytes > MOST_BYTES) {
      leftOut += 1;
      continue;
    }
    try {
      const { entries } = await store.read(session.id, { cwd: session.cwd });
      count.add(session.id, session.cwd, entries);
    } catch (thrown) {
      // One that has been removed meanwhile, or is damaged, says nothing of the others.
      if (!isGantryError(thrown)) throw thrown;
      leftOut += 1;
    }
  }
  return { ...count.history, leftOut };
}

const NOTHING: Tally = Object.freeze({ usage: NO_USAGE, costUsd: 0, requests: 0, unpriced: 0 });

function createCounter(since: number, days: number, meter: Meter | undefined) {
  const byDay = new Map<string, { tally: Tally; prompts: number }>();
  for (let at = 0; at < days; at++) byDay.set(dayOf(since + at * DAY_MS + DAY_MS / 2), { tally: NOTHING, prompts: 0 });
  const byModel = new Map<string, Tally>();
  const byFolder = new Map<string, { sessions: number; prompts: number }>();
  const byTool = new Map<string, Writable<ToolTally>>();
  const ends = new Map<string, number>();
  const hours = Array.from({ length: 24 }, () => 0);
  const sums = { sessions: 0, prompts: 0, compactions: 0, rewinds: 0 };

  function add(id: string, cwd: string, entries: readonly Entry[]): void {
    // What a fork took over was counted where it comes from.
    const own = entries.filter((entry) => entry.sessionId === id && Date.parse(entry.timestamp) >= since);
    if (!own.some(({ type }) => type === "user" || type === "assistant")) return;
    sums.sessions += 1;
    const folder = byFolder.get(cwd) ?? { sessions: 0, prompts: 0 };
    byFolder.set(cwd, folder);
    folder.sessions += 1;
    for (const entry of own) folder.prompts += addEntry(entry);
  }

  /** How many prompts it is. */
  function addEntry(entry: Entry): number {
    const at = new Date(entry.timestamp);
    const day = byDay.get(dayOf(at.getTime()));
    switch (entry.type) {
      case "user": {
        if (entry.isMeta || !entry.message.content.some(({ type }) => type !== "tool_result")) return 0;
        sums.prompts += 1;
        hours[at.getHours()] = (hours[at.getHours()] ?? 0) + 1;
        if (day) day.prompts += 1;
        return 1;
      }
      case "assistant": {
        const { usage } = entry.message;
        const cost = meter?.costOf(entry.model, usage);
        const one: Tally = { usage, costUsd: cost ?? 0, requests: 1, unpriced: cost === undefined ? 1 : 0 };
        byModel.set(entry.model, plus(byModel.get(entry.model) ?? NOTHING, one));
        if (day) day.tally = plus(day.tally, one);
        return 0;
      }
      case "tool_result": {
        const tool = byTool.get(entry.tool) ?? { calls: 0, failed: 0, denied: 0, ms: 0 };
        byTool.set(entry.tool, tool);
        tool.calls += 1;
        tool.ms += entry.ms;
        if (entry.outcome === "denied") tool.denied += 1;
        else if (entry.outcome !== "ok") tool.failed += 1;
        return 0;
      }
      case "turn_end":
        ends.set(entry.reason, (ends.get(entry.reason) ?? 0) + 1);
        return 0;
      case "compaction":
        sums.compactions += 1;
        return 0;
      case "rewind":
        sums.rewinds += 1;
        return 0;
      default:
        return 0;
    }
  }

  return {
    add,
    get history() {
      return {
        ...sums,
        days: [...byDay].map(([day, one]) => ({ day, ...one })),
        byModel,
        byFolder,
        byTool,
        ends,
        hours,
      };
    },
  };
}

function plus(a: Tally, b: Tally): Tally {
  return {
    usage: addUsage(a.usage, b.usage),
    costUsd: a.costUsd + b.costUsd,
    requests: a.requests + b.requests,
    unpriced: a.unpriced + b.unpriced,
  };
}

export function tokensOf(usage: Usage): number {
  return usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens;
}

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** The local day. */
function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
