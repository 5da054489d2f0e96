import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type Answer,
  definePlugin,
  type Fault,
  type HostReport,
  type JsonObject,
  type Panel,
  type Plugin,
  type Provider,
  type Question,
  type Session,
  type SessionEvent,
  type ToolResult,
  type TurnEnd,
} from "gantry/sdk";
import { openHost } from "../../core/index.ts";
import { type LeakWatch, watchLeaks } from "./leaks.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";

/** What a test kernel is made of. */
export interface TestKernelOptions {
  /** The plugins under test, in order. */
  readonly plugins: readonly Plugin[];
  /** Default: an empty script. */
  readonly model?: ScriptedModel;
  /** The configuration: one object per plugin name. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Settings of the flag layer, such as `{ permissions: { allow: ["Bash"] } }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: a new temporary folder, removed at close. */
  readonly cwd?: string;
  readonly folders?: readonly string[];
  /** The whole environment. Default: `PATH` alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Answers permission questions; absent: nobody can be asked. `"allow"` says yes to all. */
  readonly answer?: "allow" | ((question: Question) => Answer | undefined);
  /** Go on with this session, where the plugins bring a session store. */
  readonly resume?: string;
}

/** What one turn did. */
export interface TurnRecord {
  readonly events: readonly SessionEvent[];
  readonly end: TurnEnd;
  /** The text of the last answer. */
  readonly text: string;
  /** Results of the tool calls, in the order in which they ended. */
  readonly results: readonly ToolResult[];
  readonly faults: readonly Fault[];
  /** What a command has shown in place of a text. */
  readonly panel: Panel | undefined;
}

/** The kernel of a test, with one session open. */
export interface TestKernel {
  readonly cwd: string;
  readonly session: Session;
  readonly model: ScriptedModel;
  /** Sends a prompt and gathers the turn. */
  run(prompt: string): Promise<TurnRecord>;
  /** Has the model call one tool, through the whole path of a call, and gives the result. */
  call(tool: string, input: unknown): Promise<ToolResult>;
  /** A model provider of the plugins under test, set up. */
  provider(name: string): Promise<Provider>;
  report(): HostReport;
  /**
   * Ends the session and the host. Rejects when a plugin left something behind: a timer, a process, a connection, a watched
   * file, a listener on `process`, a hook that is still at work, a disposer that failed; or when it failed where
   * nobody looked: between turns, or in a promise that nobody waited for.
   */
  close(): Promise<void>;
}

/**
 * The real kernel, the given plugins and a scripted model, in a folder of its own. What the kernel hands to plugins is
 * frozen, so that a plugin that changes its arguments fails here.
 *
 * @example
 * const kernel = await createTestKernel({ plugins: [weather] });
 * expect((await kernel.call("Weather", { city: "Oslo" })).content).toEqual([text("12 °C in Oslo")]);
 * await kernel.close();
 */
export async function createTestKernel(options: TestKernelOptions): Promise<TestKernel> {
  const folder = options.cwd ?? (await mkdtemp(path.join(tmpdir(), "gantry-test-")));
  const home = await mkdtemp(path.join(tmpdir(), "gantry-home-"));
  const model = options.model ?? scriptedModel();
  const lost = new Set<Fault>();
  const leaks = watchLeaks();
  const made = [home, ...(options.cwd === undefined ? [folder] : [])];
  const tidy = () => Promise.all(made.map((one) => rm(one, { recursive: true, force: true })));
  const { host, session } = await leaks.run(open).catch(async (thrown) => {
    await Promise.all([leaks.end(), tidy()]);
    throw thrown;
  });
  watchSession(session, leaks);

  async function open() {
    const host = await openHost({
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: home, ...options.env },
      folders: options.folders ?? [],
      plugins: [model.plugin, ...options.plugins, watching(lost, options.answer)],
      config: [{ from: "the test", values: options.config ?? {} }],
      flagSettings: (options.settings ?? {}) as JsonObject,
      useFiles: false,
      isStrict: true,
      onFault: (fault) => void lost.add(fault),
    });
    const { answer, resume } = options;
    try {
      return { host, session: await host.open({ isInteractive: answer !== undefined, ...(resume && { resume }) }) };
    } catch (thrown) {
      await host.close();
      throw thrown;
    }
  }

  async function run(prompt: string): Promise<TurnRecord> {
    const events: SessionEvent[] = [];
    for await (const event of session.send(prompt)) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "turn_end") throw new Error("the turn did not end");
    const results = events.flatMap((event) => (event.type === "tool_end" ? [event.result] : []));
    const faults = events.flatMap((event) => (event.type === "fault" ? [event.fault] : []));
    for (const fault of faults) lost.delete(fault);
    const panel = events.flatMap((event) => (event.type === "panel" ? [event.panel] : [])).at(-1);
    return { events, end: last.end, text: last.end.text, results, faults, panel };
  }

  return {
    cwd: host.info.cwd,
    session,
    model,
    run,
    async call(tool, input) {
      model.push({ calls: [{ name: tool, input }] }, { text: "Done." });
      const { results } = await run(`Call ${tool}.`);
      return results.at(-1) as ToolResult;
    },
    async provider(name) {
      const provider = (await leaks.run(() => host.generation.providers.get(name)?.handler())) as Provider | undefined;
      if (!provider) throw new Error(`no plugin under test has a provider "${name}"`);
      return { ...provider, stream: (request, call) => leaks.stream(leaks.run(() => provider.stream(request, call))) };
    },
    report: () => host.report(session),
    async close() {
      await leaks.run(() => host.close());
      const left = await leaks.end();
      await tidy();
      const problems = [
        ...host.pending().map(({ plugin, hook }) => `${plugin} is still in ${hook}`),
        ...[...lost].map(({ plugin, where, message }) => `${plugin} in ${where}: ${message}`),
        ...host.notices.filter(({ level }) => level === "warning").map(({ text }) => text),
        ...left,
      ];
      if (problems.length) throw new Error(`left behind: ${problems.join("; ")}`);
    },
  };
}

/** A session that a test talks to directly is watched like one that is talked to through the kernel. */
function watchSession(session: Session, leaks: LeakWatch): void {
  const send = session.send.bind(session);
  session.send = (prompt) => leaks.stream(leaks.run(() => send(prompt)));
  for (const name of ["enqueue", "interrupt", "setModel", "close"] as const) {
    const method = session[name].bind(session) as (argument: never) => never;
    session[name] = ((argument: never) => leaks.run(() => method(argument))) as never;
  }
}

/** Answers questions, and notes failures between turns: those within a turn are told to whoever sent it. */
function watching(lost: Set<Fault>, answer: TestKernelOptions["answer"]): Plugin {
  let turns = 0;
  const ask = (question: Question): Answer | undefined =>
    typeof answer === "function" ? answer(question) : { decision: "allow" };
  const event = (happened: SessionEvent) => {
    if (happened.type === "turn_start") turns++;
    if (happened.type === "turn_end") turns--;
    if (happened.type === "fault" && !turns) lost.add(happened.fault);
  };
  return definePlugin({ name: "test-kernel", setup: () => ({ taps: { event, ...(answer && { ask }) } }) });
}
