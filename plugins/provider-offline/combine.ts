import type { Answer, Plan, PlanContext } from "./plan.ts";
import { writeFile } from "./steps.ts";
import { namesFile, type Words } from "./words.ts";

type PlanText = (text: string, context: PlanContext) => Plan | undefined;

/** Most things that are done for one prompt. */
const MAX_PARTS = 5;

const SAVE =
  /^(?<first>.+?),? (?:and|then|and then) (?:then )?(?:write|save|put|store|dump|output|list|collect) (?:(?:it|them|that|this|these|those|all of (?:it|them)|the (?:results?|list|output|matches|findings|summary|answer|lines|files|counts?|names)) )?(?:down )?(?:to|into|in|as) (?:a |the )?(?:new )?(?:file )?(?:called |named )?(?<file>\S+)$/is;
const SAVE_LIST =
  /^(?:write|save|put|collect) (?:a list of |the list of |a summary of )?(?<first>(?:all|every|each) .+) (?:to|into|in) (?:a |the )?(?:new )?(?:file )?(?<file>\S+)$/is;
const THEN = /(?:,? and then|,? then|;|\.(?= ))\s+(?:then )?/i;

/** `… and write it to FILE`, `… then …`, or one thing. */
export function together(words: Words, context: PlanContext, plan: PlanText): Plan | undefined {
  return saving(words, context, plan) ?? inTurn(words, context, plan) ?? plan(words.text, context);
}

function saving(words: Words, context: PlanContext, plan: PlanText): Plan | undefined {
  const told = SAVE.exec(words.text)?.groups;
  const listed = SAVE_LIST.exec(words.text)?.groups;
  const [first, file] = told ? [told.first, told.file] : [listed && `find ${listed.first}`, listed?.file];
  if (first === undefined || file === undefined || !namesFile(file, words)) return undefined;
  const target = words.literal(file);
  const inner = plan(first, { ...context, target });
  return inner && save(inner, target, context);
}

function* save(plan: Plan, target: string, context: PlanContext): Plan {
  const answer = yield* plan;
  if (answer.isEmpty) return { ...answer, said: `${answer.said} So I wrote nothing to ${target}.` };
  const written = yield* writeFile(target, answer.saved, context);
  return { ...answer, said: `${answer.said}\n\n${written.trim()}` };
}

/** Several things, when each of them is understood. */
function inTurn(words: Words, context: PlanContext, plan: PlanText): Plan | undefined {
  const parts = words.text.split(THEN);
  if (parts.length < 2 || parts.length > MAX_PARTS) return undefined;
  const plans = parts.map((part) => plan(part, context));
  return plans.every((made) => made !== undefined) ? oneAfterAnother(plans) : undefined;
}

function* oneAfterAnother(plans: readonly Plan[]): Plan {
  const answers: Answer[] = [];
  for (const plan of plans) answers.push(yield* plan);
  return {
    said: answers.map(({ said }) => said).join("\n\n"),
    saved: answers.map(({ saved }) => saved).join("\n"),
  };
}
