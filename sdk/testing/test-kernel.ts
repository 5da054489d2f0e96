import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type Answer,
  definePlugin,
  type Fault,
  type HostReport,
  type JsonObject,
  type Plugin,
  type Question,
  type Session,
  type SessionEvent,
  type ToolResult,
  type TurnEnd,
} from "gantry/sdk";
import { openHost } from "../../core/index.ts";
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
  report(): HostReport;
  /** Ends the session and the host. Rejects when a plugin left something running or threw where nobody looked. */
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
  const lost: string[] = [];
  const host = await openHost({
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: home, ...options.env },
    folders: options.folders ?? [],
    plugins: [model.plugin, ...options.plugins, ...(options.answer ? [answering(options.answer)] : [])],
    config: [{ from: "the test", values: options.config ?? {} }],
    flagSettings: (options.settings ?? {}) as JsonObject,
    useFiles: false,
    isStrict: true,
    onFault: (fault) => void lost.push(`${fault.plugin} in ${fault.where}: ${fault.message}`),
  });
  const session = await host.open({
    isInteractive: options.answer !== undefined,
    ...(options.resume !== undefined && { resume: options.resume }),
  });

  async function run(prompt: string): Promise<TurnRecord> {
    const events: SessionEvent[] = [];
    for await (const event of session.send(prompt)) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "turn_end") throw new Error("the turn did not end");
    const results = events.flatMap((event) => (event.type === "tool_end" ? [event.result] : []));
    const faults = events.flatMap((event) => (event.type === "fault" ? [event.fault] : []));
    return { events, end: last.end, text: last.end.text, results, faults };
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
    report: () => host.report(session),
    async close() {
      const pending = host.pending().map(({ plugin, hook }) => `${plugin} is still in ${hook}`);
      await host.close();
      await Promise.all(
        [options.cwd ?? folder, home].map((made) => made !== options.cwd && rm(made, { recursive: true, force: true })),
      );
      const problems = [
        ...pending,
        ...lost,
        ...host.notices.filter(({ level }) => level === "warning").map(({ text }) => text),
      ];
      if (problems.length) throw new Error(`left behind: ${problems.join("; ")}`);
    },
  };
}

function answering(answer: NonNullable<TestKernelOptions["answer"]>): Plugin {
  const ask = (question: Question): Answer | undefined =>
    answer === "allow" ? { decision: "allow" } : answer(question);
  return definePlugin({ name: "test-answers", setup: () => ({ taps: { ask } }) });
}
