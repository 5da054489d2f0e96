import {
  type Memory,
  messageOf,
  perSession,
  type SessionView,
  type Setup,
  type TurnView,
  text,
  textOf,
  z,
} from "gantry/sdk";
import { textTokens } from "gantry/sdk/kit/tokens";
import type { memoryAuto } from "./index.ts";
import { createKeeper } from "./keep.ts";
import { findPlaces } from "./places.ts";
import { type Index, reminderOf, type Section, sectionOf, withinBudget } from "./prompt.ts";
import { createStore } from "./store.ts";

const PLUGIN = "memory-auto";

const setup: Setup<typeof memoryAuto> = ({ config, use, host }) => {
  const { settings, trust, files } = use;
  const places = () => findPlaces({ host, settings, trust, files });
  const problems: string[] = [];
  const store = createStore({ files, places, onProblem: (problem) => void problems.push(problem) });
  const keep = createKeeper({ places, files, store });
  const told = new Set<string>();
  const section = perSession((session) => makeSection(session));

  const isOnBySettings = () =>
    !/^(1|true|yes|on)$/i.test(host.env.CLAUDE_CODE_DISABLE_AUTO_MEMORY ?? "") &&
    (settings?.get("autoMemoryEnabled", z.boolean()) ?? true);

  const memory: Memory = {
    isOn: (session) => switched(session) ?? isOnBySettings(),
    turn: (session, isOn) => session.record(PLUGIN, "switch", { isOn }),
    places,
    ...store,
  };

  /** Once a session, so that the prefix stays the same; what changes meanwhile counts from the next session on. */
  async function makeSection(session: SessionView): Promise<Section | undefined> {
    const open = (await places()).filter(({ isOpen }) => isOpen);
    const indexes: Index[] = [];
    for (const place of open) indexes.push({ place, text: (await store.index(place.scope)) ?? "" });
    const made = sectionOf(indexes, {
      mayWrite: session.isInteractive,
      lines: config.indexLines,
      bytes: config.indexBytes,
    });
    if (made?.figures.length) session.record(PLUGIN, "index", { indexes: made.figures });
    return made;
  }

  async function reminder({ session }: TurnView): Promise<string | undefined> {
    const prompt = session.entries.findLast((entry) => entry.type === "user" && !entry.isMeta);
    const asked = prompt?.type === "user" ? textOf(prompt.message.content) : "";
    if (!prompt || asked.trim() === "" || config.recallEntries === 0) return undefined;
    const known = alreadyRecalled(session);
    const hits = await store.recall(asked, { limit: config.recallEntries * 4 });
    const fresh = hits.filter(({ entry }) => !known.has(keyOf(entry)));
    const recalled = withinBudget(fresh, config.recallEntries, config.recallTokens);
    if (recalled.length === 0) return undefined;
    const said = reminderOf(recalled);
    session.record(PLUGIN, "recall", {
      prompt: prompt.uuid,
      tokens: textTokens(said),
      entries: recalled.map(({ entry, words, score, tokens }) => ({
        ...{ id: entry.id, scope: entry.scope, title: entry.title, updated: entry.updated },
        ...{ words, score: Math.round(score * 100) / 100, tokens },
      })),
    });
    return said;
  }

  function tellProblems(session: SessionView): void {
    for (const text of problems.splice(0)) {
      if (!told.has(text)) session.notify({ level: "warning", plugin: PLUGIN, text });
      told.add(text);
    }
  }

  return {
    services: { memory },
    taps: {
      promptBuild: async (draft, turn) => {
        const { session } = turn;
        if (session.parent || !memory.isOn(session)) return undefined;
        try {
          const [kept, recalled] = [await section(session), await reminder(turn)];
          const next = kept ? draft.with({ key: "memory", cache: "session", text: kept.text }) : draft;
          return recalled ? next.with({ key: "memory-recall", cache: "turn", text: recalled }) : next;
        } catch (thrown) {
          problems.push(`Memory cannot be read: ${messageOf(thrown)}`);
          return undefined;
        } finally {
          tellProblems(session);
        }
      },
      postTool: async (result, call, { session }) => {
        if (result.outcome !== "ok" || !memory.isOn(session)) return undefined;
        const said = await keep(call.places?.at(-1));
        if (said === undefined) return undefined;
        return { ...result, content: [...result.content, text(said)] };
      },
    },
  };
};

export default setup;

function switched(session: SessionView): boolean | undefined {
  const entry = session.entries.findLast(
    (one) => one.type === "plugin" && one.plugin === PLUGIN && one.kind === "switch",
  );
  const isOn = entry?.type === "plugin" ? (entry.data as { isOn?: unknown } | null)?.isOn : undefined;
  return typeof isOn === "boolean" ? isOn : undefined;
}

/** What came with a prompt that the conversation still holds need not come again, unless it has changed. */
function alreadyRecalled({ entries }: SessionView): ReadonlySet<string> {
  const since = entries.findLastIndex(({ type }) => type === "compaction") + 1;
  const known = new Set<string>();
  for (const entry of entries.slice(since)) {
    if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== "recall") continue;
    const { entries: recalled } = (entry.data ?? {}) as { entries?: unknown };
    if (Array.isArray(recalled)) for (const one of recalled) known.add(keyOf(one));
  }
  return known;
}

function keyOf({
  id,
  scope,
  updated,
}: {
  readonly id: string;
  readonly scope: string;
  readonly updated: string;
}): string {
  return `${scope}/${id}@${updated}`;
}
