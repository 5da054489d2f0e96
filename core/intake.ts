/** The way in: a command, the `input` taps, the log, and the prompt that is built once a turn. */
import { type Input, isGantryError, type PromptSection, type TurnEnd, text, textOf } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { wordsOf } from "./errors.ts";
import { findCommand } from "./generation.ts";
import { Draft } from "./prompt.ts";
import type { Turn } from "./turn.ts";

/** Commands, then `input` taps, then the log and the prompt. An end, if nothing is left for a model. */
export async function takeIn(turn: Turn, given: Input): Promise<TurnEnd | undefined> {
  const input = await admit(turn, given);
  if (input.outcome) {
    const { kind, text: said } = input.outcome;
    return { reason: kind, text: said, ...(kind === "refused" && { error: said }) };
  }
  logInput(turn, input);
  await buildPrompt(turn);
  return undefined;
}

/**
 * What comes in while a turn runs passes the same taps; what they keep is told and goes no further. Whether it is now part of
 * the conversation.
 */
export async function takeInLater(turn: Turn, given: Input): Promise<boolean> {
  const input = await admit(turn, given);
  if (input.outcome) {
    const { kind, text: said } = input.outcome;
    if (said) turn.session.notify({ level: kind === "refused" ? "warning" : "info", text: said });
  } else logInput(turn, input);
  return !input.outcome;
}

async function admit(turn: Turn, given: Input): Promise<Input> {
  const input = await runCommand(turn, given);
  // A command that ended the session has done what was asked.
  if (input.outcome && turn.signal.aborted) return input;
  return turn.generation.hooks.input.promise(input, turn);
}

/** `/name arguments` runs the command of that name; anything else is left as it is. */
async function runCommand(turn: Turn, input: Input): Promise<Input> {
  const typed = input.origin === "person" && input.content.length === 1 ? textOf(input.content).trim() : "";
  if (!typed.startsWith("/")) return input;
  const [, name = "", args = ""] = /^\/([\p{L}\p{N}_:.-]+)(?:\s+([\s\S]*))?$/u.exec(typed) ?? [];
  const { commands } = turn.generation;
  const command = findCommand(turn.generation, name);
  if (!command) {
    // With a dot in it, it may be the path of a file.
    if (!name || name.includes(".") || !commands.size) return input;
    const said = `There is no command /${name}.${didYouMean(name, commands.keys())}`;
    return { ...input, outcome: { kind: "refused", text: said } };
  }
  try {
    const handler = await command.handler();
    const answer = await (typeof handler === "function" ? handler : handler.run)(args, turn.session, turn.signal);
    if (typeof answer === "object" && "prompt" in answer) return { ...input, typed, content: [text(answer.prompt)] };
    if (typeof answer === "object") {
      const isPanel = "panel" in answer;
      turn.emit(isPanel ? { type: "panel", ...answer } : { type: "open", options: answer.open });
      return { ...input, outcome: { kind: "handled", text: isPanel ? answer.panel.text : "" } };
    }
    return { ...input, outcome: { kind: "handled", text: answer ?? "" } };
  } catch (thrown) {
    if (!isGantryError(thrown)) turn.fault(command.owner.name, `command /${name}`, thrown);
    return { ...input, outcome: { kind: "refused", text: `/${name} failed: ${wordsOf(thrown)}` } };
  }
}

export function logInput(turn: Turn, { content, isMeta, typed }: Input): void {
  const more = { ...(isMeta && { isMeta }), ...(typed && { typed }) };
  turn.session.append({ type: "user", ...more, message: { role: "user", content } });
}

/** Builds the prompt, once a turn; what is new each turn goes behind the person's message, so that the prefix stays. */
async function buildPrompt(turn: Turn): Promise<void> {
  const { session, generation } = turn;
  const built = await generation.hooks.promptBuild.promise(new Draft([], session.specsOf(generation)), turn);
  const draft = built instanceof Draft ? built : new Draft(built.sections, built.tools);
  const system = draft.system();
  turn.tools = draft.tools;
  turn.system = isSame(system, session.prompt) ? session.prompt : system;
  if (turn.system !== session.prompt) {
    session.append({ type: "prompt", sections: [...system], tools: draft.tools.map(({ name }) => name) });
  }
  const reminders = draft.reminders().map((section) => text(`<system-reminder>\n${section.text}\n</system-reminder>`));
  if (reminders.length) logInput(turn, { content: reminders, origin: "plugin", isMeta: true });
}

function isSame(a: readonly PromptSection[], b: readonly PromptSection[]): boolean {
  return a.length === b.length && a.every((section, i) => section.key === b[i]?.key && section.text === b[i]?.text);
}
