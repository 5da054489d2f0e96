/** Earlier sessions of the folder in prompts: `@session:ID` brings what was asked in it, and what was answered last. */
import {
  type Entry,
  type LaterService,
  type MentionSource,
  type MentionSuggestion,
  type SessionStore,
  type SessionSummary,
  text,
} from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { momentsOfLog } from "gantry/sdk/kit/moments";
import { visibleLine } from "gantry/sdk/kit/visible";

const PREFIX = "session:";
/** The folder of sessions is not read again with every key. */
const FRESH_MS = 10_000;
const MOST_OFFERED = 8;
const MOST_PROMPTS = 20;
const MOST_PROMPT = 300;
const MOST_ANSWER = 4_000;
const LEAST_QUERY = 2;

export function sessionMentions(store: LaterService<SessionStore> | undefined, clock = realClock): MentionSource {
  let listed:
    | { readonly at: number; readonly cwd: string; readonly all: Promise<readonly SessionSummary[]> }
    | undefined;

  async function sessionsOf(cwd: string): Promise<readonly SessionSummary[]> {
    const now = clock.elapsed();
    if (!listed || listed.cwd !== cwd || now - listed.at > FRESH_MS) {
      listed = { at: now, cwd, all: Promise.resolve(store?.()).then((open) => open?.list({ cwd }) ?? []) };
    }
    return listed.all;
  }

  return {
    description: "earlier sessions of this folder",
    async bring(mention, { session }) {
      if (!mention.startsWith(PREFIX)) return undefined;
      const { cwd } = session;
      const open = await store?.();
      if (!open) return undefined;
      const id = mention.slice(PREFIX.length);
      const { entries } = await open.read(id, { cwd });
      const known = (await open.list({ cwd })).find((one) => one.id === id);
      return [text(summaryOf(entries, known))];
    },
    async suggest(query, session) {
      const wanted = query.toLowerCase();
      if (wanted.length < LEAST_QUERY) return [];
      const others = (await sessionsOf(session.cwd)).filter(({ id }) => id !== session.id);
      return others.flatMap((one) => suggestionOf(one, wanted)).slice(0, MOST_OFFERED);
    },
  };
}

function suggestionOf({ id, title }: SessionSummary, query: string): readonly MentionSuggestion[] {
  const mention = `${PREFIX}${id}`;
  const detail = visibleLine(title, 80);
  const score = mention.startsWith(query) ? 0.9 : detail.toLowerCase().includes(query) ? 0.5 : 0;
  return score === 0 ? [] : [{ mention, kind: "other", detail, score }];
}

function summaryOf(entries: readonly Entry[], known: SessionSummary | undefined): string {
  const moments = momentsOfLog(entries);
  const prompts = moments.flatMap((one) => (one.by === "person" ? [one.text] : []));
  const answer = moments.findLast((one) => one.by === "agent")?.text ?? "";
  const shown = prompts.slice(-MOST_PROMPTS);
  const when = known ? `, last used ${new Date(known.updatedMs).toISOString()}` : "";
  return [
    `An earlier session of this folder${known ? `, called "${visibleLine(known.title, 200)}"` : ""}${when}.`,
    `What the person asked in it${prompts.length > shown.length ? `, the last ${shown.length} of ${prompts.length} prompts` : ""}:`,
    ...shown.map((prompt) => `- ${visibleLine(prompt, MOST_PROMPT)}`),
    ...(answer ? ["What was answered last:", answer.slice(0, MOST_ANSWER)] : []),
  ].join("\n");
}
