import {
  type Answer,
  isGantryError,
  messageOf,
  type Question,
  type RememberedAnswers,
  type Slots,
  type TurnView,
} from "gantry/sdk";
import { type QuestionParts, questionChange, questionParts, questionTargets } from "gantry/sdk/kit/question";
import { visible } from "gantry/sdk/kit/visible";
import { fillIn } from "./form.ts";
import type { Printer } from "./printer.ts";
import { questionText, readAnswer } from "./question.ts";
import type { Terminal } from "./terminal.ts";

/** What asking needs of the conversation and of the host. */
export interface AskingParts {
  readonly terminal: Pick<Terminal, "read">;
  readonly printer: Pick<Printer, "say">;
  /** Columns of the screen. */
  readonly width: () => number;
}

/** What is known of a question besides. */
interface Known {
  readonly remembered?: RememberedAnswers | undefined;
  /** Where the tools' renderers are. */
  readonly slots: Slots;
}

/** Puts permission questions to the person, one at a time. */
export function createAsking({ terminal, printer, width }: AskingParts) {
  let last: Promise<unknown> = Promise.resolve();

  return (question: Question, turn: TurnView, known: Known) => {
    const answer = last.then(() => ask(question, turn, known));
    last = answer.catch(() => undefined);
    return answer;
  };

  async function ask(question: Question, turn: TurnView, { remembered, slots }: Known): Promise<Answer | undefined> {
    if (question.form) return fillIn(question.form, { terminal, printer, width, signal: turn.signal });
    const offer = remembered?.offer(turn.session, question.call);
    const targets = questionTargets(question.call, turn.session.cwd);
    const change = await questionChange(question, turn.session, slots);
    const parts = questionParts(question, { targets, offer, change });
    for (let isWhole = false; !turn.signal.aborted; ) {
      printer.say(questionText(parts, { isWhole, width: width() }));
      const reading = await terminal.read("Allow? ", { signal: turn.signal });
      if (reading.kind !== "line") break;
      const answer = readAnswer(reading.text);
      if (typeof answer === "object") return answer;
      isWhole = answer === "whole";
      if (answer !== "session" && answer !== "always") continue;
      if (await isKept(question, turn, parts, answer, remembered)) return { decision: "allow" };
    }
    return { decision: "deny", interrupt: true };
  }

  /** Whether a yes that holds for longer was offered, and is now remembered. */
  async function isKept(
    { call }: Question,
    { session }: TurnView,
    { offers }: QuestionParts,
    until: "session" | "always",
    remembered: RememberedAnswers | undefined,
  ): Promise<boolean> {
    const offer = offers.find(({ answer }) => answer === until);
    if (!offer || !remembered) {
      printer.say("That is not offered here: answer y or n.");
      return false;
    }
    try {
      await remembered.keep(session, call, until);
    } catch (error) {
      const remedy = isGantryError(error) && error.remedy ? ` ${error.remedy}` : "";
      printer.say(visible(`${messageOf(error)}${remedy}`));
      return false;
    }
    if (offer.file) printer.say(`Written to ${offer.file}.`);
    return true;
  }
}
