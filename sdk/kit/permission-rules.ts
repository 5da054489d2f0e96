/**
 * Permission rules: `Tool`, `Tool(*)` or `Tool(specifier)`. What allows is mean and counts only where it surely covers a call; what
 * denies or asks is generous and counts wherever it may be meant.
 */
import type { Call, Files, SessionView } from "gantry/sdk";
import { type Anchors, fitsPathPattern, parsePathPattern } from "./path-rules.ts";
import { isWithin, resolvedPath } from "./paths.ts";
import { loadShell, type Shell, type ShellText } from "./shell.ts";
import { matchText } from "./stars.ts";

/** A rule as it is written. */
export interface Rule {
  readonly text: string;
  /** A tool, one of its aliases, a family, or a pattern of names. */
  readonly tool: string;
  /** What is in the brackets; `undefined`: every use. */
  readonly specifier: string | undefined;
}

/** What has no meaning as a rule, and which tool it seems to be about. */
export interface Malformed {
  readonly text: string;
  readonly tool: string | undefined;
  readonly problem: string;
}

/** What a rule does. */
export type Effect = "deny" | "ask" | "allow";

export function isMalformed(rule: Rule | Malformed): rule is Malformed {
  return "problem" in rule;
}

/** Reads a rule. */
export function parseRule(written: unknown): Rule | Malformed {
  const text = typeof written === "string" ? written.trim() : (JSON.stringify(written) ?? "undefined");
  const tool = /^[A-Za-z*][\w*-]*/.exec(text)?.[0];
  const wrong = (problem: string): Malformed => ({
    text,
    tool: typeof written === "string" ? tool : undefined,
    problem,
  });
  if (tool === undefined || typeof written !== "string") return wrong("it begins with no tool's name");
  const rest = text.slice(tool.length);
  if (rest === "" || rest === "(*)") return { text, tool, specifier: undefined };
  if (!rest.startsWith("(") || !rest.endsWith(")")) return wrong("what follows the tool is not in brackets");
  const specifier = rest.slice(1, -1).trim();
  if (specifier === "" || specifier === ":*") return wrong("nothing is in the brackets");
  return { text, tool, specifier };
}

// ---------------------------------------------------------------- what a call is about

/** What of a call rules look at. A path without places can lead nowhere: nothing allows it, whatever forbids holds. */
export type About =
  | { readonly kind: "path"; readonly places: readonly string[] }
  | { readonly kind: "command"; readonly text: ShellText; readonly shell: Shell }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "name"; readonly name: string; readonly args: string }
  | { readonly kind: "nothing" };

/** A call, as rules see it. */
export interface Subject {
  /** The tool's name and its aliases. */
  readonly names: readonly string[];
  readonly family: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The fields that the brackets of a rule speak of otherwise than by name. */
  readonly field: string | undefined;
  readonly about: About;
  readonly session: SessionView;
  /** The home folder, as it is named and with links resolved. */
  readonly homes: readonly string[];
}

/** Looks at a call once for all rules. */
export async function subjectOf(call: Call, session: SessionView, files: Pick<Files, "resolve">): Promise<Subject> {
  const { permission = { family: call.tool.name } } = call.tool;
  const input = isRecord(call.input) ? call.input : {};
  const subject = {
    names: [call.tool.name, ...(call.tool.aliases ?? [])],
    family: permission.family,
    input,
    session,
    homes: await homesOf(session, files),
    field: fieldOf(permission),
  };
  if ("path" in permission) return { ...subject, about: { kind: "path", places: call.places ?? [] } };
  if ("command" in permission) {
    const shell = await loadShell();
    return { ...subject, about: { kind: "command", text: shell.readShell(textOf(input[permission.command])), shell } };
  }
  if ("url" in permission) return { ...subject, about: { kind: "url", url: textOf(input[permission.url]) } };
  if ("name" in permission) {
    const args = permission.args === undefined ? "" : textOf(input[permission.args]);
    return { ...subject, about: { kind: "name", name: textOf(input[permission.name]), args: args.trim() } };
  }
  return { ...subject, about: { kind: "nothing" } };
}

const homes = new WeakMap<SessionView, Promise<readonly string[]>>();

/** Where the home folder leads does not change while a session lasts. */
function homesOf(session: SessionView, files: Pick<Files, "resolve">): Promise<readonly string[]> {
  const before = homes.get(session);
  if (before) return before;
  const found = resolvedPath(session.home, files).then((real) => [...new Set([session.home, real])]);
  homes.set(session, found);
  return found;
}

function fieldOf(permission: object): string | undefined {
  const found = Object.entries(permission).find(([key]) => ["path", "command", "url", "name"].includes(key));
  return found && String(found[1]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// ---------------------------------------------------------------- whether a rule covers it

/**
 * Whether a rule speaks about a call. To allow, give one place at a time: a path has to be covered as it is written and where its
 * links lead. Rules that allow commands are for `covers` of whoever knows the parts of the command: here they cover nothing.
 */
export function covers(rule: Rule, effect: Effect, subject: Subject, root: string): boolean {
  const isMean = effect === "allow";
  if (rule.specifier === undefined) return namesTool(rule.tool, subject, isMean);
  if (!isMean && namesTool(rule.tool, subject, isMean) && matchesParameter(rule.specifier, subject)) return true;
  if (!governs(rule.tool, subject, isMean)) return false;
  const { about } = subject;
  if (about.kind === "path" && about.places.length === 0) return !isMean;
  if (about.kind === "path") return coversPlaces(rule.specifier, about.places, subject, root, isMean);
  if (about.kind === "url") return coversUrl(rule.specifier, about.url, isMean);
  if (about.kind === "name") return coversName(rule.specifier, about, isMean);
  if (about.kind === "nothing") return coversInput(rule.specifier, subject.input, isMean);
  return !isMean && about.shell.mentionOf(rule.specifier, about.text) === "yes";
}

/**
 * Whether a rule's text, such as `Bash(git push:*)`, may speak about a call: for filters that should rather fire too often.
 *
 * @example
 * const speaksOfPushes = (call: Call, session: SessionView, files: Files) =>
 *   mentions("Bash(git push:*)", call, session, files);
 */
export async function mentions(
  text: string,
  call: Call,
  session: SessionView,
  files: Pick<Files, "resolve">,
): Promise<boolean> {
  const rule = parseRule(text);
  return !isMalformed(rule) && covers(rule, "ask", await subjectOf(call, session, files), session.cwd);
}

/** A rule without brackets: allows the tool of that name alone, forbids its whole family. */
export function namesTool(tool: string, subject: Pick<Subject, "names" | "family">, isMean: boolean): boolean {
  const names = isMean ? subject.names : [...subject.names, subject.family];
  // Which server a pattern allows must be certain.
  if (isMean && tool.includes("*") && !/^mcp__[^*]+__/.test(tool)) return false;
  return names.some((name) => {
    const [wanted, known] = isMean ? [tool, name] : [tool.toLowerCase(), name.toLowerCase()];
    const isServer = /^mcp__(?:(?!__).)+$/.test(wanted);
    return matchText(wanted, known) || (isServer && known.startsWith(`${wanted}__`));
  });
}

/** A rule with brackets speaks of the family. Who may edit a file may read it; who may not read it may not edit it. */
function governs(tool: string, subject: Pick<Subject, "names" | "family" | "about">, isMean: boolean): boolean {
  // To allow, only the family's own name counts where paths are meant: `Write(x)` never has, and whoever wrote it may mean less.
  const known = isMean && subject.about.kind === "path" ? [subject.family] : [...subject.names, subject.family];
  if (subject.about.kind === "path" && subject.family === "Read" && isMean) known.push("Edit");
  if (subject.about.kind === "path" && !isMean) known.push("Read");
  return known.some((name) => (isMean ? name === tool : matchText(tool.toLowerCase(), name.toLowerCase())));
}

/** Whether a path rule's specifier fits any of the places. */
export function coversPlaces(
  specifier: string,
  places: readonly string[],
  { session, homes, family }: Pick<Subject, "session" | "homes"> & { readonly family?: string },
  root: string,
  isMean: boolean,
): boolean {
  const pattern = parsePathPattern(specifier, !isMean);
  // A rule that forbids and cannot be understood forbids.
  if (!pattern) return !isMean;
  // Who may not see what lies in a folder may not search it; who may see all of it may.
  const isSearched = !isMean || family === "Read";
  const whole = isSearched ? parsePathPattern(specifier.replace(/\/\*\*$/, ""), !isMean) : undefined;
  const patterns = [pattern, ...(whole ? [whole] : [])];
  return places.some((place) => {
    const bases = isWithin(place, session.folders) ? session.folders : [...session.folders, "/"];
    const anchors: Anchors = { machine: ["/"], home: homes, settings: [root], cwd: isMean ? [session.cwd] : bases };
    return patterns.some((one) =>
      fitsPathPattern(one, place, anchors, { anyDepth: !isMean, ignoreCase: !isMean, isMean }),
    );
  });
}

function coversUrl(specifier: string, url: string, isMean: boolean): boolean {
  const wanted = /^domain:(.+)$/.exec(specifier)?.[1]?.toLowerCase();
  if (wanted === undefined || !URL.canParse(url)) return !isMean;
  const { hostname, protocol, username, password } = new URL(url);
  const host = hostname.replace(/\.$/, "");
  const below = wanted.startsWith("*.") ? wanted.slice(1) : undefined;
  if (!isMean) return wanted === "*" || host === wanted || host.endsWith(below ?? `.${wanted}`);
  if (!/^https?:$/.test(protocol) || username || password) return false;
  return wanted === "*" || host === wanted || (below !== undefined && host.endsWith(below));
}

/** `deploy` is the name alone, `deploy *` the name with whatever stands behind it. What forbids a name forbids all of it. */
function coversName(specifier: string, about: Extract<About, { kind: "name" }>, isMean: boolean): boolean {
  const [, wanted = "", rest] = /^(.*?)(?:(?: |:)(\*))?$/s.exec(specifier) ?? [];
  const name = about.name.replace(/^\//, "");
  if (isMean) return wanted === name && (about.args === "" || rest !== undefined);
  return matchText(wanted.toLowerCase(), name.toLowerCase());
}

/** `param:value`, such as `Bash(run_in_background:true)`; the field that brackets speak of anyway is none. */
function matchesParameter(specifier: string, { input, field }: Pick<Subject, "input" | "field">): boolean {
  const [, key = "", value = ""] = /^(\w+):(.*)$/s.exec(specifier) ?? [];
  return key !== field && Object.hasOwn(input, key) && matchText(value, String(input[key]));
}

/** Which field the brackets mean is not known here: to deny any will do, to allow there must be just one. */
function coversInput(specifier: string, input: Subject["input"], isMean: boolean): boolean {
  const { url } = input;
  if (specifier.startsWith("domain:") && typeof url === "string") return coversUrl(specifier, url, isMean);
  const values = Object.values(input).filter((value) => typeof value === "string");
  if (isMean) return values.length === 1 && values[0] === specifier;
  return values.some((value) => matchText(specifier, value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
