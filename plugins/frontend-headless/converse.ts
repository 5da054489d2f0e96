/** A conversation in lines: prompts and requests come in as they like, and are answered in order. */
import {
  type Control,
  type ControlPeer,
  type InterruptReceipt,
  isGantryError,
  messageOf,
  newId,
  type OpenOptions,
  type Session,
  type SessionEvent,
  type WireMessage,
  type WireUser,
} from "gantry/sdk";
import { reasonOf, resetLine, type Wanted } from "./going-over.ts";
import { inputLines } from "./input-lines.ts";
import { createOutput } from "./output.ts";
import { createQueue, type Prompt, promptIn, promptOf } from "./prompts.ts";
import { EXIT, exitOf, type Kit, noPrompt, type Run, startRun } from "./run.ts";
import { createStates } from "./states.ts";
import { jsonLine } from "./view.ts";

/** Agents in the background are waited for so long, unless the environment says otherwise. */
const MOST_WAIT_MS = 600_000;

export async function converse(parts: Omit<Kit, "output">, first: string | undefined): Promise<number> {
  const { host, config, use } = parts;
  const output = createOutput(host.stdout, stop);
  const kit: Kit = { ...parts, output };
  const queue = createQueue();
  const records = new Map<string, string>();
  const isStream = config.outputFormat === "stream-json";
  /** What is said with the next prompt. */
  const asides: Prompt[] = [];
  /** What is being answered; until its turn has begun it can only be marked. */
  let current: { readonly prompts: readonly Prompt[]; isRunning: boolean; isInterrupted: boolean } | undefined;
  let opening: Promise<Run> | undefined;
  /** A command has asked for another session. */
  let wanted: Wanted | undefined;
  /** The turn that runs, whoever began it. */
  let turn: { readonly ended: Promise<void>; readonly end: () => void } | undefined;
  /** What was asked beside the prompts is being answered. */
  let ending: Promise<void> | undefined;
  let hasFailed = false;
  let lines = 0;
  let onStop = () => {};
  const stopped = new Promise<void>((resolve) => {
    onStop = resolve;
  });

  const write = (line: object) => output.write(jsonLine(line));
  const states = createStates(
    isStream && host.info.env.CLAUDE_CODE_SDK_READS_SESSION_STATE === "1" ? write : undefined,
  );
  const run = () => {
    opening ??= open();
    return opening;
  };
  const control = await attach(await use.control?.());
  host.signal.addEventListener("abort", stop, { once: true });
  if (first?.trim()) queue.add(promptOf(first));
  const reading = read();
  try {
    await answer();
    if (!isOver()) await Promise.race([agentsEnd(), stopped]);
    if (!isOver()) await Promise.race([Promise.all([reading.then(() => ending), turn?.ended]), stopped]);
    (await opening?.catch(() => undefined))?.flush();
    await output.end();
    if (host.signal.aborted) return host.signal.reason === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
    if (output.isDeserted) return EXIT.deserted;
    if (lines === 0 && !opening) throw noPrompt();
    const last = (await opening)?.last;
    return hasFailed ? EXIT.failed : last ? exitOf(last) : EXIT.ok;
  } finally {
    host.signal.removeEventListener("abort", stop);
    host.stdin.destroy();
    await reading;
    await (await opening?.catch(() => undefined))?.session.close();
  }

  // ---------------------------------------------------------------- what comes in

  async function read(): Promise<void> {
    for await (const line of inputLines(host.stdin)) {
      lines++;
      if ("problem" in line) complain(line.problem);
      else take(line.value);
    }
    queue.close();
    ending = control?.end();
  }

  function take(line: Readonly<Record<string, unknown>>): void {
    if (line.type === "user") {
      const prompt = promptIn(line);
      if (typeof prompt === "string") complain(prompt);
      else receive(prompt);
    } else if (typeof line.type === "string" && line.type.startsWith("control_")) {
      if (control) control.take(line);
      else complain(`A line of the type ${JSON.stringify(line.type)} came, and no plugin speaks the control protocol.`);
    } else if (line.type !== "keep_alive") {
      complain(`A line of the type ${JSON.stringify(line.type)?.slice(0, 100)} came, which nobody here understands.`);
    }
  }

  function receive(prompt: Prompt): void {
    queue.add(prompt);
    if (prompt.isUrgent) void interruptCurrent();
  }

  /** What nobody understands is said, and the rest goes on; the exit code tells. */
  function complain(text: string): void {
    hasFailed = true;
    host.stderr.write(`gantry: ${text}\n`);
    const line = { type: "system", subtype: "informational", content: text, level: "error" } as const;
    if (isStream) write({ ...line, session_id: "", uuid: newId() } satisfies WireMessage);
  }

  // ---------------------------------------------------------------- what goes out

  async function answer(): Promise<void> {
    for (let prompt = await queue.next(); prompt && !isOver(); prompt = await queue.next()) {
      asides.push(prompt);
      if (!prompt.isAside) await answerTo(asides.splice(0));
    }
    if (asides.length && !isOver()) {
      complain("What was said aside is not part of the conversation: no prompt came behind it.");
    }
  }

  async function answerTo(prompts: readonly Prompt[]): Promise<void> {
    current = { prompts, isRunning: false, isInterrupted: false };
    await control?.ready();
    const { session } = await run();
    const done = drain(session.send(prompts.flatMap(({ content }) => content)));
    current.isRunning = true;
    if (current.isInterrupted || isOver()) await session.interrupt();
    await done;
    if (wanted && !isOver()) await goOver(wanted);
    wanted = current = undefined;
  }

  /** Agents in the background are waited for, and what the model says to their ends; but not for ever. */
  async function agentsEnd(): Promise<void> {
    const opened = (await opening?.catch(() => undefined))?.session;
    const jobs = opened?.entries.some(({ type }) => type === "tool_result") ? await kit.use.jobs?.() : undefined;
    if (!opened || !jobs) return;
    const over = AbortSignal.timeout(Number(host.info.env.CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS) || MOST_WAIT_MS);
    const isAtWork = () => jobs.list(opened).some(({ kind, state }) => kind === "agent" && state === "running");
    while (isAtWork() && !over.aborted) {
      await new Promise<void>((resolve) => {
        const end = jobs.watch(() => {
          if (isAtWork()) return;
          end();
          // What is told of its end has begun a turn by then.
          setImmediate(resolve);
        });
        over.addEventListener("abort", () => resolve(), { once: true });
      });
      await turn?.ended;
    }
  }

  /** Where the other session cannot be opened, this one goes on. */
  async function goOver(wish: Wanted): Promise<void> {
    const before = await run();
    // Whatever is asked meanwhile waits to see which session it is about.
    opening = open(wish.options).then(
      (after) => {
        if (isStream) write(resetLine(before.session, after.session, wish));
        return after;
      },
      (cause) => {
        complain(`${messageOf(cause)} ${(isGantryError(cause) && cause.remedy) || ""}`.trimEnd());
        return before;
      },
    );
    if ((await opening) === before) return;
    await before.session.close(reasonOf(wish));
    before.flush();
  }

  async function open(options?: OpenOptions): Promise<Run> {
    const opened: Run = await startRun(kit, {
      isInteractive: true,
      options,
      replay,
      onEnd: () => states.tell(opened.session, "idle"),
    });
    try {
      await control?.opened(opened.session);
    } catch (cause) {
      await opened.session.close();
      throw cause;
    }
    opened.session.watch((event) => {
      if (event.type === "turn_start") begin();
      if (event.type === "open") wanted = { options: event.options, uuid: current?.prompts.at(-1)?.uuid };
      if (event.type === "request") remember(opened.session);
      opened.take(event);
      if (event.type === "turn_end") turn?.end();
    });
    return opened;

    function begin() {
      states.tell(opened.session, "running");
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      turn = { ended, end };
    }
  }

  /** Which record the prompts at work have become. */
  function remember({ entries }: Session): void {
    const record = entries.findLast((entry) => entry.type === "user" && !entry.isMeta)?.uuid;
    for (const { uuid } of current?.prompts ?? []) if (uuid && record) records.set(uuid, record);
  }

  function replay({ id, entries }: Session): readonly WireUser[] {
    const record = entries.findLast((entry) => entry.type === "user" && !entry.isMeta)?.uuid ?? newId();
    return (current?.prompts ?? []).map(({ uuid = record, content }) => {
      const message = { role: "user", content } as const;
      return { type: "user", message, parent_tool_use_id: null, session_id: id, uuid, isReplay: true };
    });
  }

  // ---------------------------------------------------------------- interruptions

  function isOver(): boolean {
    return host.signal.aborted || output.isDeserted;
  }

  function stop(): void {
    void interruptCurrent();
    host.stdin.destroy();
    queue.close();
    onStop();
  }

  async function interruptCurrent(): Promise<void> {
    if (current && !current.isRunning) current.isInterrupted = true;
    await (await opening?.catch(() => undefined))?.session.interrupt();
  }

  function interrupt(isAll: boolean): InterruptReceipt {
    const withdrawn = isAll ? queue.withdraw(() => true) : [];
    void interruptCurrent();
    return { stillQueued: uuidsOf(queue.waiting), cancelled: uuidsOf(withdrawn) };
  }

  async function attach(control: Control | undefined): Promise<ControlPeer | undefined> {
    return control?.attach({
      host,
      write,
      complain,
      session: async () => (await run()).session,
      interrupt,
      withdraw: (uuid) => queue.withdraw((prompt) => prompt.uuid === uuid).length > 0,
      waits: states.waits,
      recordOf: (uuid) => records.get(uuid) ?? uuid,
      requireOutput: kit.requireOutput,
      tellAgentText: () => {
        kit.telling.agentText = true;
      },
    });
  }
}

function uuidsOf(prompts: readonly Prompt[]): readonly string[] {
  return prompts.flatMap(({ uuid }) => uuid ?? []);
}

async function drain(events: AsyncIterable<SessionEvent>): Promise<void> {
  for await (const _ of events);
}
