/** One moment: which hooks are meant, all of them at once, and what they say together. */
import {
  type HookActivity,
  type HookEvents,
  type HookMoment,
  type HookOutcome,
  messageOf,
  newId,
  type SessionView,
} from "gantry/sdk";
import { type Answer, type Ended, failed, interpret, named } from "./answer.ts";
import type { Book } from "./book.ts";
import { capped } from "./cap.ts";
import { type EventName, isEventName, rulesOf } from "./events.ts";
import { timeoutOf } from "./handlers.ts";
import { mayMean } from "./if-filter.ts";
import { createInside } from "./inside.ts";
import type { Means, Run } from "./job.ts";
import { merge, SILENCE } from "./merge.ts";
import type { Hook } from "./read.ts";
import { createRunCommand } from "./run-command.ts";
import { createRunFunction } from "./run-function.ts";
import { createRunHttp } from "./run-http.ts";
import { createRunAgent, createRunPrompt } from "./run-model.ts";
import { createRunTool } from "./run-tool.ts";

export interface FiringParts {
  readonly means: Means;
  readonly book: Book;
  /** What every event says. */
  readonly commonInput: (session: SessionView) => Readonly<Record<string, unknown>>;
  readonly tellModel: (session: SessionView, texts: readonly string[]) => void;
}

type Watcher = Parameters<HookEvents["watch"]>[0];

/** What one hook of a moment came to. */
export interface HookReport {
  readonly hook: Hook;
  readonly answer: Answer;
  readonly ms: number;
}

/** A moment, with what only this plugin says of it. */
export interface OwnMoment extends HookMoment {
  readonly event: EventName;
  /** No hook may take longer. */
  readonly mostMs?: number;
  /** Hears of each hook's end. */
  readonly onReport?: (report: HookReport) => void;
}

export interface Firing extends HookEvents {
  fire(session: SessionView, moment: HookMoment | OwnMoment): Promise<HookOutcome>;
  /** Every hook of the event, and why it would not run; `undefined` where it would. */
  plan(
    session: SessionView,
    moment: HookMoment,
  ): Promise<readonly { readonly hook: Hook; readonly whyNot: string | undefined }[]>;
  /** What a hook of this moment would read. */
  inputOf(session: SessionView, moment: HookMoment): Readonly<Record<string, unknown>>;
}

export function createFiring({ means, book, commonInput, tellModel }: FiringParts): Firing {
  const runs = {
    command: createRunCommand(means),
    http: createRunHttp(means),
    mcp_tool: createRunTool(means),
    prompt: createRunPrompt(means),
    agent: createRunAgent(means),
    function: createRunFunction(means),
  };
  const inside = createInside();
  const watchers = new Set<Watcher>();

  return { has, fire, plan, inputOf, watch };

  function watch(listener: Watcher): () => void {
    watchers.add(listener);
    return () => void watchers.delete(listener);
  }

  function tell(session: SessionView, activity: HookActivity): void {
    for (const watcher of watchers) watcher(activity, session);
  }

  function has(event: string): boolean {
    return isEventName(event) && book.of(event).length > 0;
  }

  async function fire(session: SessionView, moment: HookMoment & Partial<OwnMoment>): Promise<HookOutcome> {
    try {
      return await fireAll(session, moment);
    } catch (error) {
      const what = `the ${moment.event} hooks could not be run: ${messageOf(error)}`;
      const isGate = isEventName(moment.event) && rulesOf(moment.event).isGate;
      if (isGate) return { ...SILENCE, decision: "deny", reason: what };
      notify(session, what);
      return SILENCE;
    }
  }

  async function fireAll(session: SessionView, moment: HookMoment & Partial<OwnMoment>): Promise<HookOutcome> {
    const hooks = (await plan(session, moment)).flatMap(({ hook, whyNot }) => (whyNot === undefined ? [hook] : []));
    if (!hooks.length) return SILENCE;
    const input = inputOf(session, moment);
    const answers = await Promise.all(hooks.map((hook) => answerOf(hook, session, input, moment)));
    // Who was interrupted need not hear that hooks were cut off.
    for (const { message, problem } of moment.signal?.aborted ? [] : answers) {
      if (message) notify(session, await short(session, message));
      if (problem) notify(session, problem);
    }
    const outcome = merge(answers, input.tool_input as Readonly<Record<string, unknown>> | undefined);
    const context = await Promise.all(outcome.context.map((text) => short(session, text)));
    return { ...outcome, context, ...(outcome.reason && { reason: await short(session, outcome.reason) }) };
  }

  async function plan(session: SessionView, moment: HookMoment) {
    if (!isEventName(moment.event)) return [];
    const looked = await Promise.all(
      book
        .of(moment.event)
        .filter((hook) => !hook.session || hook.session === session)
        .map(async (hook) => ({ hook, whyNot: await whyNotRun(hook, session, moment) })),
    );
    const seen = new Set<string>();
    // From the end, so that of hooks that are the same the administrator's is the one that runs.
    const planned = looked.toReversed().map(({ hook, whyNot }) => {
      if (whyNot !== undefined) return { hook, whyNot };
      if (seen.has(hook.key)) return { hook, whyNot: "the same hook runs already" };
      seen.add(hook.key);
      return { hook, whyNot };
    });
    return planned.reverse();
  }

  async function whyNotRun(
    hook: Hook,
    session: SessionView,
    { subject = "", aliases, call }: HookMoment,
  ): Promise<string | undefined> {
    if (!hook.matches(subject, aliases)) return "its matcher does not match";
    const off = book.whyOff(hook);
    if (off !== undefined) return off;
    if (inside.has(hook)) return "it is at work";
    const condition = hook.handler.if;
    if (condition === undefined) return undefined;
    const isMeant = call && rulesOf(hook.event).isAboutTool && (await mayMean(condition, call, session, means.files));
    return isMeant ? undefined : `the call is not ${condition}`;
  }

  function inputOf(session: SessionView, { event, input }: HookMoment): Readonly<Record<string, unknown>> {
    return { ...commonInput(session), hook_event_name: event, ...input };
  }

  async function answerOf(
    hook: Hook,
    session: SessionView,
    input: Readonly<Record<string, unknown>>,
    { subject, signal = session.scope.signal, mostMs = Infinity, onReport }: Partial<OwnMoment>,
  ): Promise<Answer> {
    const started = means.clock.elapsed();
    const { event } = hook;
    const activity = { id: newId(), event, name: subject ? `${event}:${subject}` : event };
    let answer: Answer;
    let ended: Ended | undefined;
    tell(session, activity);
    hook.onRun?.();
    try {
      const job = {
        hook,
        handler: hook.handler,
        session,
        input,
        text: JSON.stringify(input),
        timeoutMs: Math.min(timeoutOf(hook.event, hook.handler) * 1_000, mostMs),
        signal,
        onLater: (ended: Ended) => void inside.leave(() => takeLater(hook, session, ended)),
      };
      const run = runs[hook.handler.type] as Run<Hook["handler"]["type"]>;
      ended = await inside.run(hook, () => run(job));
      answer = interpret(hook, ended);
    } catch (error) {
      answer = failed(hook, `could not be run: ${messageOf(error)}`);
    }
    tell(session, { ...activity, ended: endOf(ended, answer, signal) });
    onReport?.({ hook, answer, ms: means.clock.elapsed() - started });
    return answer;
  }

  /** A hook that nobody waited for has ended: it can decide nothing any more. */
  async function takeLater(hook: Hook, session: SessionView, ended: Ended): Promise<void> {
    const isWaking = hook.handler.type === "command" && hook.handler.asyncRewake === true;
    if (isWaking && "exitCode" in ended && ended.exitCode === 2) {
      session.enqueue(
        reminder([await short(session, `[${named(hook)}]: ${ended.stderr.trim() || "No stderr output"}`)]),
      );
      return;
    }
    const { context, message, problem, reason } = interpret(hook, ended);
    if (context) tellModel(session, [await short(session, context)]);
    for (const said of [message, problem ?? reason]) if (said) notify(session, await short(session, said));
  }

  function short(session: SessionView, text: string): Promise<string> {
    return capped(text, session, means.host, means.files);
  }
}

function endOf(ended: Ended | undefined, answer: Answer, signal: AbortSignal): NonNullable<HookActivity["ended"]> {
  if (signal.aborted) return { stdout: "", stderr: "", outcome: "cancelled" };
  if (!ended || "failure" in ended)
    return { stdout: "", stderr: answer.reason ?? answer.problem ?? "", outcome: "error" };
  const hasFailed = answer.isFailed === true || answer.problem !== undefined;
  return { ...ended, outcome: hasFailed ? "error" : "success" };
}

/** What hooks have to say to the model, as an input that nobody typed. */
export function reminder(texts: readonly string[]) {
  const content = texts.map((said) => ({ type: "text" as const, text: wrapped(said) }));
  return { content, origin: "hook" as const, isMeta: true };
}

export function wrapped(said: string): string {
  return `<system-reminder>\n${said}\n</system-reminder>`;
}

export function notify(session: SessionView, said: string): void {
  const capital = said.charAt(0).toUpperCase() + said.slice(1);
  session.notify({ level: "warning", plugin: "hook-scripts", text: capital });
}
