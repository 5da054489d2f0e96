import {
  type Checkpoints,
  type Files,
  newId,
  PluginError,
  type RewindableSession,
  type RewindOptions,
  type Rewound,
  type SessionView,
  type Tools,
} from "gantry/sdk";
import type { Keeper } from "./keep.ts";
import { linesBetween, sumOf } from "./lines.ts";
import { listCheckpoints } from "./list.ts";
import { type Plan, planOf, type Step, type Wish, wishesOfCall, wishesSince } from "./plan.ts";
import { type Restored, restore } from "./restore.ts";
import { type FileState, lookAt } from "./state.ts";
import { PLUGIN, promptsOf, REWIND, type RewindRecord, settledTimelineOf } from "./timeline.ts";
import { unseenSince } from "./unseen.ts";

interface Parts {
  readonly files: Files;
  readonly tools: () => Promise<Tools>;
  readonly keeperOf: (session: SessionView) => Keeper;
  /** Why files are not kept, where they are not. */
  readonly offBecause: () => string | undefined;
}

/** Where to go back to. */
interface Goal {
  readonly wishes: readonly Wish[];
  /** The record that the conversation goes on from; `undefined`: it stays. */
  readonly conversation: { readonly to: string | null } | undefined;
  readonly unseen: readonly string[];
  readonly undoes?: string;
}

export function createCheckpoints({ files, tools, keeperOf, offBecause }: Parts): Checkpoints {
  async function go(session: RewindableSession, goal: Goal, options: RewindOptions): Promise<Rewound> {
    const keeper = keeperOf(session);
    const plan = await planOf(goal.wishes, session, keeper, options.force ?? false);
    const lines = await linesOf(plan, keeper);
    const isConversation = goal.conversation !== undefined;
    if (options.dryRun) return told(goal, { done: plan.steps, skipped: plan.skipped }, lines, isConversation);
    const from = session.entries.at(-1)?.uuid ?? null;
    const id = newId();
    const { done, skipped } = await carryOut(session, keeper, plan, id);
    // Files first: what is written down of them belongs to the branch that is left.
    if (goal.conversation) session.rewind(goal.conversation.to, PLUGIN);
    const record: RewindRecord = { id, undoes: goal.undoes, isConversation, from };
    if (isConversation || done.length > 0) session.record(PLUGIN, "rewind", record);
    return told(goal, { done, skipped: [...plan.skipped, ...skipped] }, lines, isConversation);
  }

  /** A rewind's changes are kept and written down like those of any call, so that it can be undone. */
  async function carryOut(session: SessionView, keeper: Keeper, { steps }: Plan, id: string): Promise<Restored> {
    if (steps.length === 0) return { done: [], skipped: [] };
    const { prompt } = settledTimelineOf(session);
    const call = `${REWIND}${id}`;
    const found = await Promise.all(
      steps.map(async ({ path, have }) => ({ path, before: await keeper.keep(path, have) })),
    );
    session.record(PLUGIN, "before", { prompt, call, files: found });
    const restored = await restore(files, keeper, steps);
    const changed = [];
    for (const { path, before } of found) changed.push({ path, before, after: await keeper.look(path, before) });
    session.record(PLUGIN, "after", { prompt, call, files: changed });
    return restored;
  }

  async function linesOf({ steps }: Plan, keeper: Keeper) {
    const contentOf = async (path: string, state: FileState) => {
      if (state.kind !== "file" || state.hash === undefined) return undefined;
      const { bytes } = await lookAt(files, path, { maxBytes: state.size, like: [] });
      return bytes;
    };
    const lines = await Promise.all(
      steps.map(async ({ path, have, want }: Step) => {
        const wanted = want.kind === "file" && want.hash !== undefined ? keeper.store.get(want.hash) : undefined;
        return linesBetween(await contentOf(path, have), wanted);
      }),
    );
    return sumOf(lines);
  }

  return {
    list: (session) => listCheckpoints(session, files, keeperOf(session)),

    async rewind(session, prompt, options = {}) {
      const { what = "both" } = options;
      const entry = promptsOf(session).find(({ uuid }) => uuid === prompt);
      if (!entry) throw noPrompt(prompt);
      const timeline = settledTimelineOf(session);
      const at = timeline.places.get(prompt) ?? 0;
      const wishes = what === "conversation" ? [] : wishesSince(timeline, at);
      const unseen = what === "conversation" ? [] : await unseenSince(session, at, await tools());
      const conversation = what === "files" ? undefined : { to: entry.parentUuid };
      const off = what === "files" && wishes.length === 0 ? offBecause() : undefined;
      if (off !== undefined) return { ...NOTHING, unseen, error: off };
      return go(session, { wishes, conversation, unseen }, options);
    },

    async undo(session, options = {}) {
      const timeline = settledTimelineOf(session);
      const undone = new Set(timeline.rewinds.map(({ undoes }) => undoes));
      const last = timeline.rewinds.findLast(({ id, undoes }) => undoes === undefined && !undone.has(id));
      if (!last) throw nothingToUndo();
      const wishes = wishesOfCall(timeline, `${REWIND}${last.id}`);
      const conversation = last.isConversation ? { to: last.from } : undefined;
      return go(session, { wishes, conversation, unseen: [], undoes: last.id }, options);
    },
  };
}

const NOTHING: Rewound = {
  canRewind: false,
  filesChanged: [],
  insertions: 0,
  deletions: 0,
  skipped: [],
  unseen: [],
  isConversationRewound: false,
};

function told(
  { conversation, unseen }: Goal,
  { done, skipped }: Restored,
  lines: Pick<Rewound, "insertions" | "deletions">,
  isConversationRewound: boolean,
): Rewound {
  const filesChanged = done.map(({ path }) => path).sort();
  const rewound = { ...NOTHING, ...lines, filesChanged, skipped, unseen, isConversationRewound };
  if (conversation || filesChanged.length > 0) return { ...rewound, canRewind: true };
  const error = skipped.length ? "None of the files can be taken back." : "No file has been changed since.";
  return { ...rewound, error };
}

function noPrompt(prompt: string): PluginError {
  return new PluginError(
    "GANTRY_REWIND_PROMPT",
    `The conversation has no prompt ${JSON.stringify(prompt)}.`,
    "List the prompts with /rewind, or with gantry rewind.",
  );
}

function nothingToUndo(): PluginError {
  return new PluginError("GANTRY_REWIND_UNDO", "There is no rewind to undo.", "Go back with /rewind first.");
}
