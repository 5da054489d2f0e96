/** Which tools an agent has, and which calls of them: what its definition does not give, it has not. */
import type { AgentDefinition, Call, Files, SessionView, ToolInfo } from "gantry/sdk";
import {
  covers,
  isMalformed,
  type Malformed,
  namesTool,
  parseRule,
  type Rule,
  type Subject,
  subjectOf,
} from "gantry/sdk/kit/permission-rules";
import { matchText } from "gantry/sdk/kit/stars";

/** What speaks with the person, or steers the session that they speak with. */
const NEVER = new Set([
  "AskUserQuestion",
  "EnterPlanMode",
  "ExitPlanMode",
  "ScheduleWakeup",
  "TaskOutput",
  "WaitForMcpServers",
  "Workflow",
  "EndConversation",
  "StructuredOutput",
]);

type Named = Pick<ToolInfo, "name" | "aliases" | "permission">;

/** The tool that starts agents, as rules name it. */
const STARTER: Named = {
  name: "Agent",
  aliases: ["Task"],
  permission: { family: "Agent" },
};

/** Whether the definition gives the tool at all. */
export function hasTool({ tools, disallowedTools = [] }: AgentDefinition, tool: Named, isBelow = true): boolean {
  if (isBelow && NEVER.has(tool.name)) return false;
  // What is taken away in part stays, and its calls are judged.
  const isGone = (rule: Rule | Malformed) =>
    rule.tool !== undefined && (isMalformed(rule) || rule.specifier === undefined) && forbids(rule.tool, tool);
  if (rulesOf(disallowedTools).some(isGone)) return false;
  return tools === undefined || rulesOf(tools).some((rule) => !isMalformed(rule) && names(rule, tool));
}

/** Rules that forbid a part of what a tool can do. */
export function partlyForbidden({ disallowedTools = [] }: AgentDefinition): readonly string[] {
  return rulesOf(disallowedTools).flatMap((rule) =>
    !isMalformed(rule) && rule.specifier !== undefined ? rule.text : [],
  );
}

/** Where a tool is given in part, such as `Bash(git log:*)`: whether this call surely lies in that part. */
export async function isGiven(
  { tools }: AgentDefinition,
  call: Call,
  session: SessionView,
  files: () => Promise<Files>,
): Promise<boolean> {
  const given = rulesOf(tools ?? []).filter((rule): rule is Rule => !isMalformed(rule) && names(rule, call.tool));
  if (tools === undefined || given.some(({ specifier }) => specifier === undefined)) return true;
  const subject = await subjectOf(call, session, await files());
  return partsOf(subject).every((part) => given.some((rule) => isCovered(rule, part, session)));
}

function partsOf(subject: Subject): readonly Subject[] {
  const { about } = subject;
  if (about.kind !== "path") return [subject];
  return about.places.map((place) => ({ ...subject, about: { kind: "path", places: [place] } }));
}

function isCovered(rule: Rule, subject: Subject, session: SessionView): boolean {
  const { about } = subject;
  if (about.kind !== "command") return covers({ ...rule, tool: subject.family }, "allow", subject, session.cwd);
  const { commands, problem, isUnread } = about.text;
  const isPlain = problem === undefined && !isUnread && commands.length > 0;
  return (
    isPlain &&
    commands.every(({ words, assignments, redirections }) => {
      const isWhole = !assignments.length && redirections.every(({ kind }) => kind === "descriptor" || kind === "text");
      const isKnown = words.length > 0 && words.every(({ kind }) => kind !== "open");
      const line = words.map(({ text }) => text);
      return isWhole && isKnown && about.shell.coversWords(rule.specifier as string, line);
    })
  );
}

/** Whether a rule is about starting agents of this kind. Generous: for rules that forbid. */
export function isAbout(rule: string, type: string): boolean {
  const { tool, ...parsed } = parseRule(rule);
  if (tool === undefined || !forbids(tool, STARTER)) return false;
  return !("specifier" in parsed) || fitsType(parsed.specifier, type);
}

/** Whether the definition gives what starts agents of this kind. */
export function givesAgent(definition: AgentDefinition, type: string): boolean {
  const { tools, disallowedTools = [] } = definition;
  if (!hasTool(definition, STARTER) || disallowedTools.some((rule) => isAbout(rule, type))) return false;
  const given = rulesOf(tools ?? []).filter((rule): rule is Rule => !isMalformed(rule) && names(rule, STARTER));
  return tools === undefined || given.some(({ specifier }) => fitsType(specifier, type));
}

function fitsType(specifier: string | undefined, type: string): boolean {
  const wanted = specifier?.replace(/^subagent_type:/, "").toLowerCase();
  return wanted === undefined || wanted.split(/\s*,\s*/).some((one) => matchText(one, type.toLowerCase()));
}

/** What forbids a tool forbids its family, as rules do. */
function forbids(wanted: string, { name, aliases = [], permission }: Named): boolean {
  return namesTool(wanted, { names: [name, ...aliases], family: permission?.family ?? name }, false);
}

/** By name or alias; `mcp__tracker` stands for all tools of that server. */
function names({ tool: wanted = "" }: { readonly tool: string | undefined }, { name, aliases = [] }: Named): boolean {
  const known = [name, ...aliases];
  const isServer = /^mcp__(?:(?!__).)+$/.test(wanted);
  return known.some(
    (one) => matchText(wanted.toLowerCase(), one.toLowerCase()) || (isServer && one.startsWith(`${wanted}__`)),
  );
}

function rulesOf(texts: readonly string[]) {
  return texts.map((text) => parseRule(text));
}
