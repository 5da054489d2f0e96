/**
 * What a person states in passing: wishes that hold beyond the moment, decisions, pitfalls, places. Found by the words that people
 * use for them, in English; deterministic, for where no model is at hand.
 */
import type { MemoryType } from "gantry/sdk";

/** A sentence that says something lasting. */
export interface Statement {
  readonly type: Extract<MemoryType, "user" | "feedback" | "decision" | "pitfall" | "reference" | "project">;
  /** The sentence, as it was said, without an opening such as "remember that". */
  readonly text: string;
  /** The person has asked for it to be remembered. */
  readonly isAsked: boolean;
}

const ASKED =
  /^(?:please |and |also |so |ok,? )*(?:remember|note|keep in mind|don't forget|do not forget|for the record|memori[sz]e)(?: this)?(?: that|:|,| to)?\s+/i;
const CUES: readonly (readonly [Statement["type"], RegExp])[] = [
  [
    "decision",
    /\b(?:we (?:have )?(?:decided|agreed|settled)|let's (?:go with|stick (?:to|with)|settle on)|we(?:'ll| will| are going to)? (?:go|stick) with|decision:|from now on we|instead of \S+,? we(?:'ll)? use)\b/i,
  ],
  [
    "pitfall",
    /\b(?:careful(?: with| when|:)|beware|watch out|gotcha|pitfall|known (?:issue|bug|problem)|(?:does not|doesn't|won't|will not|never) work (?:with|when|without|unless|on|if)|breaks? (?:when|if|on|the)|fails? (?:when|if|unless|without)|only works? (?:with|when|if|on|after))\b/i,
  ],
  ["user", /\b(?:my name is|i am an? |i'm an? |i work (?:as|at|on|in)|i (?:speak|live in))\b/i],
  [
    "feedback",
    /\b(?:always|never|from now on|in (?:the )?future|whenever you|every time you|i (?:really )?(?:prefer|like it when|want you to|hate|dislike|don't like|do not like)|prefer \S+ (?:over|to)|my preference|stop \w+ing|by default)\b/i,
  ],
  [
    "reference",
    /\b(?:(?:docs?|documentation|design|spec|schema|tickets?|issues|logs?|dashboard|credentials|configuration|config|wiki) (?:is|are|live|lives|lie|lies) (?:at|in|on|under|below)|can be found (?:at|in|on|under)|is documented (?:at|in))\b/i,
  ],
  [
    "project",
    /\b(?:this (?:project|repo|repository|service|app) (?:uses?|is|needs?|targets?|runs?|has)|we (?:use|target|support|deploy|run|ship|test|build|release|are on|don't use|do not use)|the (?:project|repo|build|tests?|ci|api|app|server|database) (?:uses?|needs?|requires?|targets?|runs? on|is written in))\b/i,
  ],
];
/** Of the moment alone, or a question. */
const PASSING =
  /\b(?:this time|for now|right now|just (?:once|now)|today|at the moment|temporarily|in this (?:file|case|function|test|commit|session)|yet)\b/i;
const QUESTION =
  /\?\s*$|^(?:what|where|when|why|who|how|which|is|are|do|does|did|can|could|should|would|will|shall|may)\b(?!.*\balways\b)/i;

const SHORTEST = 12;
const LONGEST = 300;
/** Longer ones were pasted, not said: of those only what the person asks to be remembered counts. */
const LONGEST_SAID = 1_500;
const MOST = 12;
/** Of what is longer, both ends. */
const MOST_READ = 12_000;

/**
 * The lasting statements in what a person said, in their order. Code, quotes, questions and what is pasted are left out.
 *
 * @example
 * statementsIn("Fix the test. We always use pnpm here.").map(({ text }) => text); // ["We always use pnpm here."]
 */
export function statementsIn(said: string): readonly Statement[] {
  const plain = proseOf(
    said.length > MOST_READ ? `${said.slice(0, MOST_READ / 2)}\n\n${said.slice(-MOST_READ / 2)}` : said,
  );
  const isPasted = plain.length > LONGEST_SAID;
  const found: Statement[] = [];
  for (const sentence of sentencesOf(plain)) {
    if (sentence.length < SHORTEST || sentence.length > LONGEST) continue;
    const isAsked = ASKED.test(sentence);
    if (isPasted && !isAsked) continue;
    const text = sentence.replace(ASKED, "").trim();
    const type = CUES.find(([, cue]) => cue.test(text))?.[0] ?? (isAsked ? "project" : undefined);
    if (type === undefined || text.length < SHORTEST || QUESTION.test(text)) continue;
    if (PASSING.test(text) && !isAsked) continue;
    found.push({ type, text: text.charAt(0).toUpperCase() + text.slice(1), isAsked });
  }
  return found.slice(0, MOST);
}

/** What was said in words: without code blocks, quoted lines, tags that hosts add, and lines that look like a log. */
export function proseOf(said: string): string {
  return said
    .replaceAll(/^(```|~~~)[\s\S]*?(?:^\1.*$|(?![\s\S]))/gm, "\n")
    .replaceAll(/<([a-z][\w-]*)(?:\s[^>]*)?>[\s\S]*?<\/\1>/gi, "\n")
    .split("\n")
    .filter((line) => !/^\s*>|^(?: {4}|\t)|^\s*(?:at |\d{4}-\d\d-\d\d[T ]\d|[$#%] )/.test(line))
    .join("\n");
}

/** The sentences of a text; a line of a list is one. */
export function sentencesOf(text: string): readonly string[] {
  return text
    .split(/\n[ \t]{0,20}(?:[-*+]|\d+[.)])\s+|\n{2,}|\n(?=[A-Z])|(?<=[.!?])\s{1,9}(?=["'(]?\p{Lu})|;\s{1,9}/u)
    .map((sentence) => sentence.replaceAll(/\s+/g, " ").trim())
    .filter(Boolean);
}
