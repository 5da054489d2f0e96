/** What the model learns of skills without calling any. */
import {
  type Call,
  type Models,
  type PromptDraft,
  type Settings,
  type ToolResult,
  type TurnView,
  text,
  z,
} from "gantry/sdk";
import { globMatcher } from "gantry/sdk/kit/path-globs";
import { aboutOf, listingOf } from "./listing.ts";
import { lostIn, noteRestored, noteTold, toldIn } from "./loaded.ts";
import type { Stock, Stocked } from "./stock.ts";
import type { Uses } from "./uses.ts";

/** Of a model that does not say. */
const WINDOW = 200_000;
const FRACTION = 0.01;
const MOST_CHARACTERS = 1_536;

export interface Telling {
  onPrompt(draft: PromptDraft, turn: TurnView): Promise<PromptDraft>;
  /** Skills for some files only are told of when one of those is touched. */
  onTouched(result: ToolResult, call: Call, turn: TurnView): ToolResult | undefined;
}

interface TellingParts {
  readonly stock: Stock;
  readonly models: Models;
  readonly settings: Settings | undefined;
  readonly uses: Uses;
}

export function createTelling({ stock, models, settings, uses }: TellingParts): Telling {
  const forModel = () => stock.all().filter(({ isForModel }) => isForModel);
  const mostCharacters = () =>
    settings?.get("skillListingMaxDescChars", z.number().int().positive()) ?? MOST_CHARACTERS;

  return {
    async onPrompt(draft, turn) {
      const { session } = turn;
      const all = forModel();
      const hasTool = draft.tools.some(({ name }) => name === "Skill");
      if (!all.length || !hasTool)
        return withLost(
          draft.filterTools(({ name }) => name !== "Skill"),
          turn,
        );
      const always = all.filter(({ file }) => !file.globs.length);
      if (!always.length) return withLost(draft, turn);
      const listing = listingOf(
        always.map(({ file, visibility }) => ({ file, isNameOnly: visibility === "name-only" })),
        {
          window: (await models.info(session))?.contextWindow ?? WINDOW,
          fraction: settings?.get("skillListingBudgetFraction", z.number().min(0).max(1)) ?? FRACTION,
          mostCharacters: mostCharacters(),
          uses: uses.of,
        },
      );
      return withLost(draft.with({ key: "skills", cache: "session", text: listing }), turn);
    },
    onTouched(result, call, { session }) {
      const path = call.places?.at(-1);
      if (result.outcome !== "ok" || path === undefined) return undefined;
      const fitting = forModel().filter(({ file }) => file.globs.length && globMatcher(file.globs, session.cwd)(path));
      const told = fitting.length ? toldIn(session) : new Set();
      const fresh = fitting.filter(({ file }) => !told.has(file.name));
      if (!fresh.length) return undefined;
      noteTold(
        session,
        fresh.map(({ file }) => file.name),
      );
      return { ...result, content: [...result.content, text(reminderOf(fresh))] };
    },
  };

  function reminderOf(fresh: readonly Stocked[]): string {
    const lines = fresh.map(({ file }) => `- ${file.name}: ${aboutOf(file, mostCharacters())}`);
    return `<system-reminder>\nFor this file there are skills, which the tool Skill loads:\n${lines.join("\n")}\n</system-reminder>`;
  }
}

/** What a compaction between two turns has taken out. */
function withLost(draft: PromptDraft, { session }: TurnView): PromptDraft {
  const lost = lostIn(session);
  if (lost === undefined) return draft;
  noteRestored(session);
  return draft.with({ key: "loaded-skills", cache: "turn", text: lost });
}
