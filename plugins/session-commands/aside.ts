/** Questions about the conversation that do not become part of it. */
import { type Models, messageOf, type RunCommand, type SessionView } from "gantry/sdk";
import { askInBackground, hasLanguageModel } from "gantry/sdk/kit/background-model";
import { digestOf } from "gantry/sdk/kit/digest";
import { cut, digestText } from "gantry/sdk/kit/digest-text";
import { momentsOfLog } from "gantry/sdk/kit/moments";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visible } from "gantry/sdk/kit/visible";
import { asMarkdown } from "./markdown.ts";

/** Tokens of the conversation that go along, beginning and end. */
const MOST_TOKENS = 60_000;
const TIMEOUT_MS = 120_000;

const ASIDE =
  "You answer a question on the side about a conversation between a person and a coding agent, which goes on without your answer. You have no tools: answer from the conversation and from what you know, briefly, and say so when neither tells.";
const RECAP =
  "Sum up a conversation between a person and a coding agent for the person, who comes back to it: what was wanted, what was done, what is open. At most five short lines, no heading.";

/** `/btw`: an answer that the conversation never hears of. */
export function createBtw(models: Models): RunCommand {
  return async (args, session) => {
    const question = args.trim();
    if (!question) return "/btw takes a question, which is answered on the side.";
    if (!hasLanguageModel(session)) return NO_MODEL;
    const prompt = `${conversationText(session)}\n\nThe question on the side: ${question}`;
    return answer(models, session, { system: ASIDE, prompt, maxTokens: 2_000, title: "By the way" });
  };
}

/** `/recap`: a few lines; without a model that writes, what the log itself tells. */
export function createRecap(models: Models): RunCommand {
  return async (_, session) => {
    const digest = digestOf(momentsOfLog(session.entries));
    if (!digest.asked.length) return "Nothing has been said yet.";
    if (!hasLanguageModel(session))
      return visible(digestText(digest, { askedTokens: 1_000, factTokens: 1_000, isWhole: true }));
    return answer(models, session, {
      system: RECAP,
      prompt: conversationText(session),
      maxTokens: 600,
      title: "Recap",
    });
  };
}

const NO_MODEL = "The model of this session does not answer questions; /model chooses another one.";

interface Question {
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly title: string;
}

async function answer(models: Models, session: SessionView, { title, ...question }: Question) {
  try {
    const { text } = await askInBackground(models, session, { ...question, timeoutMs: TIMEOUT_MS });
    return { panel: await pagePanel({ title, parts: [{ title, load: () => [{ type: "markdown", text }] }] }) };
  } catch (thrown) {
    return `The model did not answer: ${visible(messageOf(thrown))}.`;
  }
}

function conversationText({ entries }: SessionView): string {
  return `The conversation so far:\n\n${cut(asMarkdown(entries), MOST_TOKENS)}`;
}
