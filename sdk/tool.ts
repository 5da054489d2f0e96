import type * as z from "zod";
import type { JsonObject } from "./json.ts";
import type { ResultContent } from "./message.ts";
import type { SessionView, TurnView } from "./session.ts";

/** What a call of the tool may do. The host decides by these, never by a tool's name. */
export interface ToolTraits {
  /** Changes nothing anywhere: allowed unless a rule says otherwise, and may run beside other calls. Default false. */
  readonly readOnly?: boolean;
  /** May run at the same time as other such calls. Default: the value of `readOnly`. */
  readonly concurrent?: boolean;
  /**
   * Runs the command that its `permission` names through the service `Sandbox`, and nothing else: a confined call may run unasked
   * where settings say so. Its input may have `dangerouslyDisableSandbox`. Default false.
   */
  readonly confined?: boolean;
}

/**
 * Which permission rules speak about the tool, and which field of its input they look at. The `family` is the name
 * people write in rules: `Edit(src/**)` governs every tool of the family `Edit`.
 */
export type PermissionSubject =
  | { readonly family: string; readonly path: string }
  | { readonly family: string; readonly command: string }
  | { readonly family: string; readonly url: string }
  /** `Skill(deploy)` and, with anything in the field `args`, `Skill(deploy *)`. */
  | { readonly family: string; readonly name: string; readonly args?: string }
  | { readonly family: string };

/**
 * A raw JSON Schema in place of a zod one, for tools that come from elsewhere. The host sends it to the model and checks nothing:
 * the owner of the tool validates.
 */
export interface RawSchema {
  readonly jsonSchema: JsonObject;
}

/** The input schema of a tool. */
export type ToolInput = z.ZodType | RawSchema;

/** A tool, as its plugin's manifest describes it. */
export interface ToolManifest<Input extends ToolInput = ToolInput> {
  /** For the model: what it does, when to use it. Every byte is sent with every request. */
  readonly description: string;
  readonly input: Input;
  readonly traits?: ToolTraits;
  /** Default: a family of the tool's own name, without a field. */
  readonly permission?: PermissionSubject;
  /** Other names a model or a rule may use for it. */
  readonly aliases?: readonly string[];
  /**
   * It may wait to be found: where there is a plugin that searches for tools, a model learns of it by searching. A call of it works
   * all the same. Default false.
   */
  readonly isDeferred?: boolean;
}

/** A tool the host knows: its manifest, its name, and who owns it. */
export interface ToolInfo extends ToolManifest {
  readonly name: string;
  /** The plugin that owns it. */
  readonly owner: string;
}

/** Who asked for a call. All of them pass the same path. */
export type CallOrigin = "model" | "user" | "plugin";

/** One call of a tool, as hooks see it. Frozen before it is judged: what was checked is what runs. */
export interface Call {
  readonly id: string;
  readonly tool: ToolInfo;
  readonly input: unknown;
  readonly origin: CallOrigin;
  /**
   * Where its path leads, resolved once before the gates, for tools whose `permission` names a `path`. First the absolute path as it is
   * written, last the same with links resolved, whether or not anything is there; one element when both are equal. Allow only what
   * holds for all of them, refuse what holds for any. Absent while `preTool` runs, and where the path contains a NUL character and can lead
   * nowhere: a gate that judges paths refuses a call without places.
   */
  readonly places?: readonly string[];
}

/** What a running tool has at hand. */
export interface ToolContext {
  readonly id: string;
  readonly session: SessionView;
  readonly turn: TurnView;
  readonly origin: CallOrigin;
  /**
   * Where the path of the call led when it was judged, as {@link Call.places}. A wrap may have changed the input since:
   * `judgedPath` of `gantry/sdk/kit/tool-files` tells.
   */
  readonly places?: readonly string[];
  /** Fires when the turn is interrupted or the session ends: stop, clean up, return soon. */
  readonly signal: AbortSignal;
  /** Tells whoever watches how far it is: a line of text, or the newest output. */
  progress(text: string): void;
}

/** A tool's answer in full. */
export interface ToolOutput {
  /** For the model. */
  readonly content: string | readonly ResultContent[];
  /** For programs: the structured result (`tool_use_result` in stream-json, `tool_response` for hook scripts). */
  readonly data?: unknown;
  /** The tool ran and failed; the content says why and what to do next. */
  readonly isError?: boolean;
}

/**
 * Runs a call. The input has passed the schema and every gate.
 *
 * **Contract**: may throw: a {@link ToolError}'s message goes to the model as it stands, anything else is reported as a
 * fault of the plugin. Has no deadline; must heed `signal`.
 */
export type RunTool<Input = unknown> = (
  input: Input,
  call: ToolContext,
) => string | ToolOutput | Promise<string | ToolOutput>;

/** What a plugin's setup returns for a tool: how to run it, and what can only be said of one input. */
export interface ToolHandlers<Input = unknown> {
  readonly run: RunTool<Input>;
  /**
   * Whether this very input may run beside others; refines `traits.concurrent`.
   *
   * **Contract**: pure and quick; a throw denies the call.
   */
  readonly isConcurrent?: (input: Input) => boolean;
}

/** Either the run function alone, or all handlers. */
export type ToolImplementation<Input = unknown> = RunTool<Input> | ToolHandlers<Input>;

/**
 * Changes what a tool does without replacing it: gets the next function in the chain and returns another. Wraps compose
 * in plugin order; the first plugin's wrap is the outermost. The gate was passed before; a wrap that changes the input
 * changes what was checked, so it may only do so within the tool's own schema, which is checked again.
 *
 * **Contract**: may throw, which is the call's result; heeds `call.signal`. Call `next` at most once, or not at all to answer
 * in the tool's place.
 *
 * @example
 * const timed: WrapTool = (next) => async (input, call) => {
 *   const started = performance.now();
 *   const output = await next(input, call);
 *   call.progress(`took ${Math.round(performance.now() - started)} ms`);
 *   return output;
 * };
 */
export type WrapTool = (
  next: (input: unknown, call: ToolContext) => Promise<ToolOutput>,
) => (input: unknown, call: ToolContext) => Promise<ToolOutput | string>;

/** How a call ended. Every call has exactly one outcome. */
export type Outcome = "ok" | "error" | "denied" | "invalid" | "aborted";

/** A call's result, as `postTool` shapes it and the model reads it. */
export interface ToolResult {
  readonly outcome: Outcome;
  readonly content: readonly ResultContent[];
  readonly data?: unknown;
  /** Wall time of the run itself, in milliseconds; 0 when it did not run. */
  readonly ms: number;
}
