/** Events as `gantry hooks test` and `gantry hooks run` make them up. */
import {
  type Call,
  type FrontendHost,
  newId,
  PluginError,
  type Scope,
  type SessionView,
  type ToolManifest,
  z,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { EVENT_NAMES, type EventName, isEventName, rulesOf } from "./events.ts";
import type { OwnMoment } from "./fire.ts";
import { inputSchema } from "./input-schemas.ts";

const objectSchema = () => z.record(z.string(), z.unknown());

/** A moment of the event, its fields made up where the person gives none. */
export function sampleOf(host: FrontendHost, name: string, subject: string | undefined, given: unknown): OwnMoment {
  if (!isEventName(name)) throw unknownEvent(name);
  const fields = given === undefined ? {} : readFields(given);
  if (rulesOf(name).isAboutTool) return aboutTool(host, name, subject ?? "Bash", fields);
  const input = { ...madeUp(name), ...fields };
  const [choice] = Object.values(input);
  return { event: name, subject: subject ?? (typeof choice === "string" ? choice : ""), input };
}

function aboutTool(
  host: FrontendHost,
  event: EventName,
  subject: string,
  fields: Readonly<Record<string, unknown>>,
): OwnMoment {
  const toolInput = objectSchema().safeParse(fields.tool_input).data ?? sampleInput(subject, host.info.cwd);
  const input = { ...madeUp(event), tool_name: subject, ...fields, tool_input: toolInput };
  const manifest = manifestOf(host, subject);
  const tool = { description: "", input: z.unknown(), ...manifest, name: subject, owner: "" };
  const call: Call = { id: "call_sample", tool, input: toolInput, origin: "user" };
  return { event, subject, aliases: tool.aliases ?? [], input, call };
}

function manifestOf(host: FrontendHost, name: string): ToolManifest | undefined {
  for (const { manifest } of host.report().plugins) if (manifest.tools?.[name]) return manifest.tools[name];
  return undefined;
}

function sampleInput(tool: string, cwd: string): Record<string, unknown> {
  if (tool === "Bash") return { command: "echo hello" };
  const file_path = `${cwd}/example.txt`;
  if (tool === "Write") return { file_path, content: "hello\n" };
  if (tool === "Edit") return { file_path, old_string: "hello", new_string: "goodbye" };
  return tool === "Read" ? { file_path } : {};
}

/** Something of the right type in each field that has to be there. */
function madeUp(event: EventName): Record<string, unknown> {
  const common = new Set(["session_id", "transcript_path", "cwd", "hook_event_name", "permission_mode", "prompt_id"]);
  const { properties = {}, required = [] } = z.toJSONSchema(inputSchema(event), { unrepresentable: "any" });
  const wanted = Object.entries(properties).filter(([key]) => required.includes(key) && !common.has(key));
  return Object.fromEntries(wanted.map(([key, schema]) => [key, somethingLike(schema as Schema, key)]));
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
}

function somethingLike({ type, enum: choices }: Schema, key: string): unknown {
  if (choices) return choices[0];
  if (type === "boolean") return false;
  if (type === "number") return 0;
  if (type === "array") return [];
  if (type === "object") return {};
  return type === "string" ? `(${key})` : null;
}

function readFields(given: unknown): Record<string, unknown> {
  try {
    return objectSchema().parse(JSON.parse(String(given)));
  } catch (error) {
    throw new PluginError(
      "GANTRY_HOOKS_INPUT",
      `The input of the event is no JSON object: ${String(given).slice(0, 100)}`,
      `Give the fields of the event, such as --input '{"tool_input": {"command": "ls"}}'.`,
      error,
    );
  }
}

function unknownEvent(name: string): PluginError {
  return new PluginError(
    "GANTRY_HOOKS_EVENT",
    `There is no hook event "${name}".${didYouMean(name, EVENT_NAMES)}`,
    `Events: ${EVENT_NAMES.join(", ")}.`,
  );
}

/** A session that nobody has opened: enough for a script, and for finding out what would run. */
export function supposedSession(
  { info }: FrontendHost,
  onNotice: (text: string) => void,
): SessionView & { end(): Promise<void> } {
  const stop = new AbortController();
  const owned: Parameters<Scope["own"]>[0][] = [];
  return {
    id: newId(),
    cwd: info.cwd,
    home: info.home,
    folders: [info.cwd, ...info.folders],
    model: { provider: "none", id: "none" },
    isInteractive: false,
    entries: [],
    allEntries: [],
    messages: [],
    scope: {
      name: "gantry hooks",
      signal: stop.signal,
      own(thing) {
        owned.push(thing);
        return thing;
      },
    },
    enqueue: () => undefined,
    record: () => undefined,
    notify: ({ text }) => onNotice(text),
    announce: () => undefined,
    async end() {
      stop.abort();
      for (const thing of owned.reverse()) await (typeof thing === "function" ? thing() : thing.dispose());
    },
  };
}

/** Whether a hook of the moment needs a session that is really open. */
export function needsOpenSession(types: readonly string[]): boolean {
  return types.some((type) => type === "prompt" || type === "agent" || type === "mcp_tool");
}
