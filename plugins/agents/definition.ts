/** Definitions as data: what their keys mean, wherever they stand. */
import {
  type AgentDefinition,
  type Claim,
  EFFORTS,
  type Effort,
  PERMISSION_MODES,
  type PermissionMode,
  z,
} from "gantry/sdk";
import { hasHooks, hookLines, oneLine, textIn } from "gantry/sdk/kit/prompt-head";
import { splitRules } from "gantry/sdk/kit/split-rules";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const LONGEST_NAME = 60;
/** More than one that bids is asked less: a person has to see that. */
const LOOSE: readonly PermissionMode[] = ["acceptEdits", "auto", "bypassPermissions"];

/** `Code Reviewer` is `Code-Reviewer`; `undefined` for what is no name. */
export function nameIn(written: string): string | undefined {
  const name = written.replace(/\s+/g, "-");
  return NAME.test(name) && name.length <= LONGEST_NAME ? name : undefined;
}

/** What keys say, whether they stand in a file or in JSON. What cannot be meant is passed over; a list of tools never is. */
export function definitionOf(
  data: Readonly<Record<string, unknown>>,
  prompt: string,
): Omit<AgentDefinition, "name" | "source"> {
  const tools = toolsIn(data.tools);
  const disallowedTools = toolsIn(data.disallowedTools) ?? [];
  const model = /^\S{1,200}$/.exec(textIn(data.model))?.[0];
  const effort = EFFORTS.find((one) => one === textIn(data.effort)) as Effort | undefined;
  const mode = modeIn(data.permissionMode);
  const most = Number(textIn(data.maxTurns));
  const skills = wordsIn(data.skills);
  return {
    description: textIn(data.description) || oneLine(prompt, 200),
    prompt,
    ...(tools && { tools }),
    ...(disallowedTools.length && { disallowedTools }),
    ...(model && model !== "inherit" && { model }),
    ...(effort && { effort }),
    ...(Number.isInteger(most) && most > 0 && { maxTurns: most }),
    ...(mode && { permissionMode: mode }),
    ...(skills.length && { skills }),
    ...(hasHooks(data) && Object.keys(data.hooks as object).length && { hooks: data.hooks as object }),
    ...(textIn(data.initialPrompt) && { initialPrompt: textIn(data.initialPrompt) }),
    ...(isTrue(data.background) && { isBackground: true }),
    ...unheeded(data),
  };
}

/** What keeps an agent in hand must not be missing silently; what it merely would have besides may. */
function unheeded(data: Readonly<Record<string, unknown>>): Pick<AgentDefinition, "problem" | "obstacle"> {
  if (data.hooks !== undefined && data.hooks !== null && !hasHooks(data))
    return { obstacle: "its hooks cannot be read: they are written as in settings.json" };
  if (textIn(data.isolation)) return { obstacle: "it wants to work apart from the project, which no agent does yet" };
  const idle = ["mcpServers", "memory"].filter((key) => data[key] !== undefined && data[key] !== null);
  return idle.length ? { problem: `no effect: ${idle.join(", ")}` } : {};
}

/** `undefined`: all; an empty list: none. */
function toolsIn(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null || textIn(value) === "*") return undefined;
  const texts = (Array.isArray(value) ? value : [value]).map(textIn);
  const rules = [...new Set(texts.flatMap((text) => splitRules(text)))];
  return rules.includes("*") ? undefined : rules;
}

function wordsIn(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value.map(textIn) : textIn(value).split(/[\s,]+/)).filter(Boolean);
}

function modeIn(value: unknown): PermissionMode | undefined {
  const mode = textIn(value);
  return mode === "manual" ? "default" : PERMISSION_MODES.find((one) => one === mode);
}

function isTrue(value: unknown): boolean {
  return value === true || textIn(value).toLowerCase() === "true";
}

/** What a person has to see before it counts. */
export function claimIn({ name, path, source, permissionMode, hooks }: AgentDefinition): Claim | undefined {
  if (path === undefined || source !== "project") return undefined;
  const isLoose = permissionMode !== undefined && LOOSE.includes(permissionMode);
  const lines = [
    ...(isLoose ? [`${name} works in the permission mode ${permissionMode}`] : []),
    // A further line of one stands in from it, so that none can pass for another.
    ...hookLines(hooks).map((line) => `${name} ${line}`.replaceAll("\n", "\n  ")),
  ];
  return lines.length ? { kind: "agent", source: path, text: lines.join("\n") } : undefined;
}

function jsonSchema() {
  const one = z.looseObject({
    description: z.string(),
    prompt: z.string(),
    maxTurns: z.number().int().positive().optional(),
  });
  return z.record(z.string(), one);
}

/** Definitions by name, as the command line and programs give them. Throws a ZodError or a SyntaxError. */
export function definitionsIn(given: unknown): readonly Omit<AgentDefinition, "source">[] {
  const parsed = jsonSchema().parse(typeof given === "string" ? JSON.parse(given) : given);
  return Object.entries(parsed).map(([written, data]) => {
    const name = nameIn(written);
    if (name === undefined) throw new Error(`${JSON.stringify(written.slice(0, 100))} is no name for an agent`);
    return { ...definitionOf(data, data.prompt), name };
  });
}
