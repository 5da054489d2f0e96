import { messageOf, type SessionView, type Settings, type Setup, z } from "gantry/sdk";
import { askInBackground, hasLanguageModel } from "gantry/sdk/kit/background-model";
import { type Moment, momentsOfLog } from "gantry/sdk/kit/moments";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { promptSuggest } from "./index.ts";

const SETTING = "promptSuggestionEnabled";
const LONGEST = 140;
const MOST_TOKENS = 60;
const NOTHING = "NONE";

const SYSTEM = [
  "You are shown the end of a conversation between a person and an agent that works in their project.",
  "Write the message that the person would most likely send next: one line of at most twelve words, in their language and manner, as they would type it.",
  `If nothing in particular follows, answer ${NOTHING}. Write nothing else: no quotation marks, no explanation.`,
].join(" ");

const setup: Setup<typeof promptSuggest> = ({ config, use, log }) => ({
  services: {
    promptSuggestions: {
      async suggest(session, signal) {
        const { model, timeoutMs, mostCharacters } = config;
        const shown = shownOf(session, mostCharacters);
        if (!isWanted(use.settings) || !hasLanguageModel(session, model) || shown === undefined) return undefined;
        try {
          const question = { model, system: SYSTEM, prompt: shown, maxTokens: MOST_TOKENS, timeoutMs, signal };
          return suggestionIn((await askInBackground(use.models, session, question)).text);
        } catch (thrown) {
          log(`no suggestion: ${messageOf(thrown)}`);
          return undefined;
        }
      },
    },
  },
});

export default setup;

/** Each suggestion is a request that costs: a project may turn them off, and never on. */
function isWanted(settings: Settings): boolean {
  const [nearest] = settings.layers(SETTING, z.boolean()).filter(({ value, layer }) => !value || layer !== "project");
  return nearest?.value === true;
}

/** The end of the conversation; `undefined` before anything was answered. */
function shownOf({ entries }: SessionView, most: number): string | undefined {
  const moments = momentsOfLog(entries).slice(-12);
  if (!moments.some(({ by }) => by === "agent")) return undefined;
  const lines = moments.map(lineOf);
  while (lines.length > 1 && lines.join("\n\n").length > most) lines.shift();
  return lines.join("\n\n").slice(-most);
}

function lineOf(moment: Moment): string {
  if (moment.by === "call") return `(the agent used ${moment.tool}${moment.isError ? ", which failed" : ""})`;
  return `${moment.by === "person" ? "Person" : "Agent"}: ${moment.text.slice(0, 2_000)}`;
}

/** What begins like a command is none: somebody else wrote it, and a key would send it. */
function suggestionIn(text: string): string | undefined {
  const [first = ""] = text.trim().split("\n");
  const line = visibleLine(first.replace(/^["'“«](.*)["'”»]$/, "$1"), LONGEST + 1);
  return line === "" || line.length > LONGEST || line.startsWith(NOTHING) || /^[/!@#]/.test(line) ? undefined : line;
}
