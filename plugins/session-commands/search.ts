import type { SessionStore, SessionSummary } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { visibleLine } from "gantry/sdk/kit/visible";
import { conversation } from "./conversation.ts";

/** A session in which the words were said. */
export interface Hit {
  readonly session: SessionSummary;
  /** How many prompts, answers and calls have the words. */
  readonly count: number;
  /** The newest place, on one line. */
  readonly excerpt: string;
}

const AROUND = 60;

/** Looks for a text in what was said, called and answered, letter case aside; newest sessions first. */
export async function searchSessions(
  store: SessionStore,
  text: string,
  query: { readonly cwd?: string },
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  const wanted = text.toLowerCase();
  const hits: Hit[] = [];
  for (const session of await store.list(query)) {
    if (signal.aborted) break;
    // Removed meanwhile, or not to be read: gantry sessions show says why.
    const log = await store.read(session.id, { cwd: session.cwd }).catch(() => undefined);
    if (!log) continue;
    const places = conversation(branchOf(log.entries)).flatMap((part) => {
      const said =
        part.kind === "call" ? `${JSON.stringify(part.input) ?? ""}\n${part.result}` : "text" in part ? part.text : "";
      return said.toLowerCase().includes(wanted) ? [said] : [];
    });
    const last = places.at(-1);
    const isTitled = session.title.toLowerCase().includes(wanted);
    if (last === undefined && !isTitled) continue;
    hits.push({ session, count: places.length, excerpt: last === undefined ? "" : excerpt(last, wanted) });
  }
  return hits;
}

function excerpt(text: string, wanted: string): string {
  const at = text.toLowerCase().indexOf(wanted);
  const from = Math.max(0, at - AROUND);
  const to = at + wanted.length + AROUND;
  return `${from > 0 ? "…" : ""}${visibleLine(text.slice(from, to))}${to < text.length ? "…" : ""}`;
}
