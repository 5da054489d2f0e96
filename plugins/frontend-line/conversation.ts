import {
  type FrontendHost,
  isGantryError,
  messageOf,
  type OpenOptions,
  type Session,
  type SessionStore,
} from "gantry/sdk";
import { settleTrust } from "gantry/sdk/kit/settle-trust";
import { visible } from "gantry/sdk/kit/visible";
import { createAsking } from "./asking.ts";
import { heedInterrupts } from "./interrupts.ts";
import { createPaint, wantsColour } from "./paint.ts";
import { createPrinter } from "./printer.ts";
import { createTerminal } from "./terminal.ts";
import { trustQuestion } from "./trusting.ts";

export interface Conversation {
  /** Talks until the person leaves. Resolves to the exit code. */
  run(): Promise<number>;
  /** Puts a permission question to the person. */
  ask: ReturnType<typeof createAsking>;
}

interface Services {
  readonly store: SessionStore | undefined;
}

/** `onOpen` hears the id of its session. */
export function createConversation(
  host: FrontendHost,
  { store }: Services,
  onOpen: (sessionId: string) => void,
): Conversation {
  const { env, cwd, version } = host.info;
  const isScreen = (host.stdout as { isTTY?: boolean }).isTTY === true;
  const paint = createPaint(wantsColour(env, isScreen));
  const terminal = createTerminal(host, { canEdit: isScreen && env.TERM !== "dumb", onTyped: takeTyped });
  const printer = createPrinter(terminal.write, paint, cwd);
  const width = () => (host.stdout as { columns?: number }).columns || 80;
  const ask = createAsking({ terminal, printer, width });
  const interrupts = heedInterrupts(onInterrupt);
  /** Lines that wait for the turn to end. */
  const waiting: string[] = [];
  const sending = new Set<Promise<void>>();
  let session: Session | undefined;
  let isStopping = false;
  let wanted: OpenOptions | undefined;

  async function run(): Promise<number> {
    try {
      if (!(await settleTrust(host, trustQuestion(host, terminal, printer.say)))) return 130;
      session = await open({});
      greet(session);
      if (host.prompt?.trim()) await converse(host.prompt);
      for (let text = await nextText(); text !== undefined; text = await nextText()) await converse(text);
    } finally {
      terminal.close();
      interrupts.release();
      await session?.close();
    }
    sayGoodbye(session);
    return 0;
  }

  async function open(options: OpenOptions): Promise<Session> {
    const opened = await host.open({ ...options, isInteractive: true });
    onOpen(opened.id);
    opened.watch((event) => {
      if (event.type === "open") wanted = event.options;
      printer.event(event);
    });
    return opened;
  }

  /** A command has asked for another session; where that cannot be opened, this one goes on. */
  async function goOver() {
    if (!wanted) return;
    const options = wanted;
    wanted = undefined;
    try {
      const before = session;
      session = await open(options);
      const { resume, continueLatest, fork } = options;
      await before?.close(fork ? "another session" : resume === undefined && !continueLatest ? "clear" : "resume");
      greet(session, fork ? resume : undefined);
    } catch (cause) {
      printer.say(
        paint.red(visible(isGantryError(cause) ? `${cause.message} ${cause.remedy ?? ""}` : messageOf(cause))),
      );
    }
  }

  // ---------------------------------------------------------------- talking

  /** Sends a text, and what is typed meanwhile, until there is nothing left to wait for. */
  async function converse(text: string) {
    isStopping = false;
    void send(text);
    while (sending.size && !host.signal.aborted) await until(host.signal, Promise.all(sending));
    await goOver();
  }

  function send(text: string): Promise<void> {
    const sent = follow(text).finally(() => sending.delete(sent));
    sending.add(sent);
    return sent;
  }

  async function follow(text: string) {
    try {
      // What happens is printed as it is watched; this waits for the end.
      for await (const _ of (session as Session).send(text));
    } catch (cause) {
      printer.say(paint.red(visible(messageOf(cause))));
    }
  }

  /** A line typed during a turn goes along with it; a command waits until the turn has ended. */
  function takeTyped(text: string) {
    if (text.trim() === "") return;
    if (!sending.size || text.startsWith("/")) waiting.push(text);
    else void send(text);
    if (session) printer.say(paint.dim(`Noted: ${visible(text)}`));
  }

  /** The next text to send; `undefined` when the person leaves. */
  async function nextText(): Promise<string | undefined> {
    const signal = AbortSignal.any([(session as Session).scope.signal, host.signal]);
    for (let isLastWarning = false; ; ) {
      const typed = waiting.shift();
      if (typed !== undefined) return typed;
      if (signal.aborted) return undefined;
      const reading = await terminal.read("> ", { isMessage: true, signal });
      if (reading.kind === "end") return undefined;
      if (reading.kind === "line") {
        if (reading.text.trim()) return reading.text;
        isLastWarning = false;
        continue;
      }
      if (isLastWarning && !reading.hadText) return undefined;
      isLastWarning = !reading.hadText;
      if (isLastWarning && !signal.aborted) printer.say(paint.dim("Ctrl-C again, or Ctrl-D, leaves."));
    }
  }

  /** The first Ctrl-C stops the turn; the next one leaves, whatever still runs. */
  function onInterrupt() {
    if (terminal.interruptReading()) return;
    if (!session || isStopping) return interrupts.passOn();
    isStopping = true;
    printer.say(paint.dim("Stopping."));
    void session.interrupt();
  }

  // ---------------------------------------------------------------- framing

  function greet({ model, messages }: Session, copyOf?: string) {
    const where = copyOf
      ? `This is a copy, after ${messages.length} messages. /resume ${copyOf.slice(0, 8)} goes back.`
      : `Going on after ${messages.length} messages.`;
    const going = messages.length ? ` ${where}` : "";
    printer.say(paint.bold(`Gantry ${version}, ${visible(`${model.provider}/${model.id}`)}.`) + going);
    printer.say(paint.dim("/help lists the commands, Ctrl-C stops a turn, Ctrl-D leaves."));
    for (const notice of host.notices) printer.event({ type: "notice", notice });
  }

  function sayGoodbye({ id, messages }: Session) {
    const how = store && messages.length ? ` To go on with it: gantry --resume ${id}` : "";
    host.stdout.write(`Session ${id} has ended.${how}\n`);
  }

  return { run, ask };
}

/** Waits for the work, or for the signal. */
async function until(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  let stop = () => {};
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
  });
  signal.addEventListener("abort", stop, { once: true });
  await Promise.race([work, ended]);
  signal.removeEventListener("abort", stop);
}
