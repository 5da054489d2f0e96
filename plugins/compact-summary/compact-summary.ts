import {
  type Compaction,
  type CompactRequest,
  type Message,
  messageOf,
  perSession,
  type SessionView,
  type Setup,
  type TurnView,
  textOf,
} from "gantry/sdk";
import { type Digest, digestOf } from "gantry/sdk/kit/digest";
import { cut, digestText } from "gantry/sdk/kit/digest-text";
import { momentsOfLog, momentsOfMessages } from "gantry/sdk/kit/moments";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import { visibleLine } from "gantry/sdk/kit/visible";
import { within } from "gantry/sdk/kit/within";
import { missingIn } from "./check.ts";
import { compose, type Story } from "./compose.ts";
import { isSummary, storyIn } from "./earlier.ts";
import type { compactSummary } from "./index.ts";
import { type Parts, partConversation } from "./parts.ts";
import { remembered } from "./remembered.ts";
import { fitRequest } from "./request.ts";
import { summarise } from "./summarise.ts";
import { compactInstructions } from "./wishes.ts";

const PLUGIN = "compact-summary";

/** After so many summaries in a row that could not be had, the model is only asked when a person wants one. */
const MOST_FAILURES = 3;

/** What each part may take of what shall be left. */
const SHARES = { kept: 0.4, request: 0.4, summary: 0.2, asked: 0.2, facts: 0.1 };
const MOST = { asked: 20_000, facts: 6_000 };

const setup: Setup<typeof compactSummary> = ({ config, use, log }) => {
  const failures = perSession(() => ({ inRow: 0 }));

  async function shorten(request: CompactRequest, turn: TurnView): Promise<Compaction | undefined> {
    const { session } = turn;
    const { messages, target, focus } = request;
    const keepTokens = Math.min(config.keepTokens, target * SHARES.kept);
    const isPart = messages.length !== session.messages.length;
    const known = focus === undefined ? remembered(use.memory, session, messages, keepTokens) : undefined;
    const whole: Parts = { older: messages, asked: [], begun: [], kept: [] };
    const found = known?.parts ?? (isPart ? whole : partConversation(messages, keepTokens));
    if (!found || (!found.older.length && !found.begun.length)) return undefined;

    const digest = digestOf(isPart ? momentsOfMessages(messages) : momentsOfLog(session.entries));
    const parts = { ...found, asked: fitRequest(found.asked, new Set(digest.asked), target * SHARES.request) };
    const tried = known ? { older: known.summary, begun: "" } : await told(request, turn, parts, digest);
    const summed = messages.length - parts.kept.length;
    const by = known
      ? "The running summary"
      : "problem" in tried
        ? "What could be gathered without a model"
        : "A summary";
    for (const share of [1, 0.4, 0.1]) {
      const made = put(parts, digest, tried, target * share, session.messages);
      if (estimateTokens(made) < estimateTokens(messages)) {
        if ("problem" in tried) tried.warn?.(": requests, tasks, files and commands were kept, the rest was cut.");
        return { messages: made, summary: `${by} stands for ${summed} of ${messages.length} messages.` };
      }
      log(`with ${share} of the room it is no shorter`);
    }
    if ("problem" in tried) tried.warn?.(".");
    return undefined;
  }

  /** What the model tells of the parts; why there is nothing, where there is nothing. */
  async function told(
    { trigger, target, focus }: CompactRequest,
    turn: TurnView,
    parts: Parts,
    digest: Digest,
  ): Promise<Told> {
    const { session } = turn;
    const state = failures(session);
    if (state.inRow >= MOST_FAILURES && trigger !== "manual") return { problem: "earlier summaries failed" };
    const wishes = [...(focus?.trim() ? [focus.trim()] : []), ...compactInstructions(session.entries)];
    const tokens = Math.min(config.summaryTokens, target * SHARES.summary);
    const facts = digestText(digest, { askedTokens: tokens, factTokens: tokens });
    const nothing: Digest = { ...digest, tasks: [], changed: [] };
    const write = (messages: readonly Message[], named: Digest, signal: AbortSignal) =>
      messages.length
        ? summarise(
            {
              session,
              messages,
              digest: named,
              facts,
              wishes,
              tokens,
              shownTokens: target,
              model: config.model,
              signal,
            },
            use.models,
          )
        : "";
    try {
      const [older, begun] = await within(config.timeoutMs, turn.signal, (signal) =>
        Promise.all([
          write(parts.older, parts.begun.length ? nothing : digest, signal),
          write(parts.begun, digest, signal),
        ]),
      );
      state.inRow = 0;
      return { older, begun };
    } catch (thrown) {
      // An interrupted turn has no use for anything.
      if (turn.signal.aborted) throw thrown;
      state.inRow++;
      const more = state.inRow === MOST_FAILURES ? " The model is not asked again unless you use /compact." : "";
      const problem = visibleLine(messageOf(thrown), 200);
      return { problem, warn: (what) => warn(session, `No summary could be had (${problem})${what}${more}`) };
    }
  }

  return {
    taps: { compact: shorten },
  };
};

export default setup;

type Told =
  | Pick<Story, "older" | "begun">
  /** `warn` tells the person once it is known what came of it. */
  | { readonly problem: string; readonly warn?: (what: string) => void };

function warn(session: SessionView, text: string): void {
  session.notify({ level: "warning", plugin: PLUGIN, text });
}

/** The shorter conversation, within about so many tokens. */
function put(parts: Parts, digest: Digest, told: Told, tokens: number, all: readonly Message[]): readonly Message[] {
  const elsewhere = textsIn([...parts.kept, { role: "user", content: parts.asked }]);
  const isWhole = "problem" in told;
  const limit = tokens * SHARES.summary * 2;
  const { older, begun } = isWhole ? { older: earlierStory(all), begun: "" } : told;
  const without = { older: cut(older, limit), begun: cut(begun, limit), facts: "" };
  const left = tokens * (1 - SHARES.facts) - estimateTokens(compose(parts, without));
  const facts = digestText(digest, {
    askedTokens: Math.min(MOST.asked, Math.max(left, tokens * SHARES.asked)),
    factTokens: Math.min(MOST.facts, tokens * SHARES.facts),
    isElsewhere: (text) => elsewhere.has(text),
    isWhole,
  });
  const story = { ...without, facts };
  const made = compose(parts, story);
  const missing = missingIn(made.map(({ content }) => textOf(content)).join("\n"), digest);
  if (!missing.length) return made;
  const also = ["## Also open or changed", ...missing.map((each) => `- ${each}`)].join("\n");
  return compose(parts, { ...story, facts: `${facts}\n\n${also}`.trim() });
}

/** What an earlier summary told, where no model can tell it anew. */
function earlierStory([first]: readonly Message[]): string {
  const summary = first?.content.find(isSummary);
  return summary?.type === "text" ? storyIn(summary.text) : "";
}

function textsIn(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(
    messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : []))),
  );
}
