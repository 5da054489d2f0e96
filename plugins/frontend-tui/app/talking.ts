/** What the person says, and where it goes: to the agent, to a command, or into the queue. */
import type { CommandAnswer, OpenOptions, Session, SessionEvent } from "gantry/sdk";
import type { Submission } from "../input/composer.tsx";
import type { Feed } from "./feed.ts";
import { type Painting, saidLines } from "./lines.ts";
import type { Services } from "./services.ts";
import type { Store } from "./store.ts";
import { createWaiting } from "./waiting.ts";

export interface TalkingParts {
  readonly store: Store;
  session(): Session | undefined;
  services(): Services;
  feed(): Feed | undefined;
  say(painting: Painting): void;
  sayProblem(cause: unknown): void;
  goOver(how: OpenOptions): Promise<void>;
  /** A command has run of which no event tells. */
  onRun(): void;
}

export interface Talking {
  submit(submission: Submission): void;
  submitText(text: string): void;
  /** What a command, or a panel, has come to. */
  onAnswer(answer: CommandAnswer): void;
  /** After each event of the session, once it is shown. */
  onEvent(event: SessionEvent): void;
  isBusy(): boolean;
  /** What waits to be sent, taken back. */
  takeBack(): Pick<Submission, "text" | "isPasted"> | undefined;
}

const COMMAND = /^\/([\w:-]+)(?:\s+([\s\S]*))?$/;

export function createTalking(parts: TalkingParts): Talking {
  const { store, say, sayProblem } = parts;
  const waiting = createWaiting((queued) => store.set({ queued }));
  let isBusy = false;
  let wanted: OpenOptions | undefined;

  function submit(submission: Submission): void {
    store.set({ areShortcutsShown: false, hint: undefined });
    const { text, isPasted } = submission;
    if (!parts.session() || (text.trim() === "" && !submission.content.length)) return;
    const [, name = "", args = ""] = (!isPasted && COMMAND.exec(text.trim())) || [];
    if (isBusy && name && isImmediate(name)) void runNow(text, name, args);
    else if (isBusy) waiting.add(submission);
    else void send(submission.content);
  }

  function submitText(text: string): void {
    submit({ text, content: [{ type: "text", text }] });
  }

  // ---------------------------------------------------------------- commands

  function isImmediate(name: string): boolean {
    const session = parts.session();
    const all = session && parts.services().commands?.list(session);
    return all?.some((one) => (one.name === name || one.aliases?.includes(name)) && one.isImmediate) ?? false;
  }

  async function runNow(text: string, name: string, args: string): Promise<void> {
    const session = parts.session();
    // What it comes to stands right below it, whatever else is said meanwhile.
    const hold = () => parts.feed()?.holdCommand(text);
    try {
      const answer = session && (await parts.services().commands?.run(session, name, args));
      hold();
      if (answer === undefined) say(() => []);
      else onAnswer(answer);
    } catch (cause) {
      hold();
      sayProblem(cause);
    }
    parts.onRun();
  }

  function onAnswer(answer: CommandAnswer): void {
    if (answer === undefined) return;
    if (typeof answer === "string") say((options) => saidLines(answer, "text", options));
    else if ("panel" in answer) store.set({ panel: answer.panel });
    else if ("prompt" in answer) submitText(answer.prompt);
    else if (isBusy) wanted = answer.open;
    else void parts.goOver(answer.open);
  }

  // ---------------------------------------------------------------- prompts

  async function send(content: Submission["content"]): Promise<void> {
    isBusy = true;
    try {
      // What happens is shown as it is watched; this waits for the end.
      for await (const _ of (parts.session() as Session).send(content));
    } catch (cause) {
      sayProblem(cause);
      isBusy = false;
    }
  }

  /** What was sent meanwhile goes along with the turn that runs. */
  function join(): void {
    for (const submission of waiting.takeForTurn()) sendShown(submission);
  }

  /** Of what is sent together only the first begins a turn, which would show it. */
  function sendShown({ text, content, isPasted }: Submission): void {
    parts.feed()?.sayPrompt(content, text, isPasted);
    void send(content);
  }

  /** After a turn: to the session that was asked for, then to what waits. */
  async function goOn(): Promise<void> {
    const how = wanted;
    wanted = undefined;
    if (how) await parts.goOver(how);
    if (!isBusy) for (const submission of waiting.takeNext()) sendShown(submission);
  }

  return {
    submit,
    submitText,
    onAnswer,
    onEvent(event) {
      if (event.type === "turn_start") isBusy = true;
      else if (event.type === "open") wanted = event.options;
      else if (event.type === "tool_end" && !store.get().running.length) join();
      else if (event.type === "turn_end") {
        isBusy = false;
        void goOn();
      }
    },
    isBusy: () => isBusy,
    takeBack() {
      const all = waiting.takeBack();
      const [first] = all;
      return first && { ...first, text: all.map(({ text }) => text).join("\n") };
    },
  };
}
