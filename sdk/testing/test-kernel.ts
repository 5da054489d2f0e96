import type {
  Answer,
  Fault,
  HostReport,
  Plugin,
  Question,
  Session,
  SessionEvent,
  ToolResult,
  TurnEnd,
} from "gantry/sdk";
import type { ScriptedModel } from "./scripted-model.ts";

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
  throw new Error(`not built yet: ${options.plugins.length}`);
}
