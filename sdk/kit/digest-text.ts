/** A digest as text for a model, within a budget. */
import type { Digest } from "./digest.ts";
import { textTokens } from "./tokens.ts";

/** How much of a digest is written. */
export interface DigestTextOptions {
  /** Most tokens for what the person said. Default 20000. */
  readonly askedTokens?: number;
  /** Most tokens for everything else. Default 6000. */
  readonly factTokens?: number;
  /** Texts of the person that stand elsewhere and need not be repeated. */
  readonly isElsewhere?: (text: string) => boolean;
  /** Also what failed and what the agent said last: for where no model writes a summary. Default false. */
  readonly isWhole?: boolean;
}

/** What of a budget one kind of facts may take, so that many files leave room for commands. */
const SHARE = 0.4;
/** What one of the person's texts may take of theirs. */
const MOST_OF_ONE = 0.4;
const LONGEST_LAST_WORDS = 4_000;

/**
 * Writes a digest in sections. What does not fit is left out oldest first, and its number is given; open tasks always fit.
 *
 * @example
 * const section = digestText(digestOf(momentsOfLog(session.entries)), { askedTokens: 4_000 });
 */
export function digestText(digest: Digest, options: DigestTextOptions = {}): string {
  const { askedTokens = 20_000, factTokens = 6_000, isElsewhere = () => false, isWhole = false } = options;
  const share = factTokens * SHARE;
  const tasks = digest.tasks.map(
    ({ text, status }) => `- [ ] ${text}${status === "in_progress" ? " (in progress)" : ""}`,
  );
  return [
    section(
      "What the person said, word for word, oldest first",
      said(
        digest.asked.filter((text) => !isElsewhere(text)),
        askedTokens,
      ),
    ),
    section("Open tasks", tasks),
    section("The plan", digest.plan === undefined ? [] : [cut(digest.plan, factTokens)]),
    section("Decisions", newest(digest.decisions.map(bullet), share)),
    section("Files changed", newest(digest.changed.map(bullet), share)),
    section("Files read", newest(digest.read.map(bullet), share / 2)),
    section("Commands that worked", newest(digest.commands.map(bullet), share)),
    ...(isWhole
      ? [
          section("What failed and was not made good", newest(digest.failures.map(bullet), share)),
          section("What the agent said last", digest.lastWords ? [cut(digest.lastWords, LONGEST_LAST_WORDS)] : []),
        ]
      : []),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length ? `## ${title}\n${lines.join("\n")}` : "";
}

/** The person's texts: the first one, which began it all, and of the others the newest that fit. A long one leaves room for others. */
function said(texts: readonly string[], budget: number): readonly string[] {
  const [first, ...others] = texts.map((text) => quoted(cut(text, budget * MOST_OF_ONE)));
  if (first === undefined) return [];
  const kept = newestThatFit(others, budget - textTokens(first));
  const missing = others.length - kept.length;
  return [first, ...(missing ? [`(${missing} more, older than the next, left out)`] : []), ...kept];
}

function newestThatFit(texts: readonly string[], budget: number): readonly string[] {
  const kept: string[] = [];
  let left = budget;
  for (const text of [...texts].reverse()) {
    left -= textTokens(text) + 1;
    if (left < 0) break;
    kept.unshift(text);
  }
  return kept;
}

function quoted(text: string): string {
  return `<said>\n${text}\n</said>`;
}

function bullet(text: string): string {
  return `- ${text}`;
}

function newest(lines: readonly string[], budget: number): readonly string[] {
  const kept = newestThatFit(lines, budget);
  const missing = lines.length - kept.length;
  return missing ? [`(${missing} older left out)`, ...kept] : kept;
}

/**
 * Beginning and end of a text, with how much is missing between them; the text itself where it fits.
 *
 * @example
 * const shown = cut(answer, 500);
 */
export function cut(text: string, tokens: number): string {
  const all = textTokens(text);
  if (all <= tokens) return text;
  const half = Math.floor((text.length * Math.max(0, tokens) * 0.45) / all);
  const begin = text.slice(0, half).replace(/[\ud800-\udbff]$/, "");
  const end = half ? text.slice(-half).replace(/^[\udc00-\udfff]/, "") : "";
  return `${begin}\n[… ${text.length - begin.length - end.length} characters left out …]\n${end}`;
}
