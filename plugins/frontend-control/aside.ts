/** What the program at the other end asks a model beside the conversation. */
import { messageOf, z } from "gantry/sdk";
import { askInBackground, hasLanguageModel } from "gantry/sdk/kit/background-model";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

const TITLE =
  "You name a conversation between a person and a coding agent, going by what the person wants: three to six words, in the person's language, no quotes and no full stop. Answer with the name alone.";
const TITLE_TOKENS = 50;
const TITLE_LETTERS = 100;
const TITLE_MS = 30_000;
/** Questions that were asked on the side before and go along. */
const MOST_BEFORE = 20;

/** An answer that the conversation never hears of; earlier ones of its kind may go along. */
export async function sideQuestion({ session, use }: Kit, request: unknown): Promise<object> {
  const { question, history } = read(questionSchema(), request);
  const opened = await session();
  const before = (history ?? [])
    .slice(-MOST_BEFORE)
    .map((one) => `Asked on the side before: ${one.question}\nAnswered: ${one.response ?? ""}\n\n`);
  const answer = await use.commands.run(opened, "btw", `${before.join("")}${question}`);
  if (typeof answer === "object" && "panel" in answer) return { response: answer.panel.text, synthetic: false };
  throw new Error(typeof answer === "string" ? answer : "No plugin answers questions on the side.");
}

/** A name for what was wanted; kept where the other end says so. */
export async function sessionTitle({ session, use }: Kit, request: unknown, signal: AbortSignal): Promise<object> {
  const { description, persist } = read(titleSchema(), request);
  const opened = await session();
  if (!hasLanguageModel(opened)) throw new Error("The model of this session does not name things.");
  const question = { system: TITLE, prompt: description, maxTokens: TITLE_TOKENS, timeoutMs: TITLE_MS, signal };
  const { text } = await askInBackground(use.models, opened, question).catch((thrown) => {
    throw new Error(`The model gave no name: ${messageOf(thrown)}.`);
  });
  const title = visibleLine(text.trim().replace(/^["'`]|["'`.]$/g, ""), TITLE_LETTERS);
  if (persist) opened.rename(title);
  return { title };
}

function questionSchema() {
  return z.looseObject({
    question: z.string().trim().min(1),
    history: z.array(z.looseObject({ question: z.string(), response: z.string().nullish() })).nullish(),
  });
}

function titleSchema() {
  return z.looseObject({ description: z.string().trim().min(1), persist: z.boolean().nullish() });
}
