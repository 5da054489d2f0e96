import type { Call, Files, HostInfo, SessionView } from "gantry/sdk";
import { type Anchors, fitsPathPattern, parsePathPattern } from "gantry/sdk/kit/path-rules";
import { isWithin } from "gantry/sdk/kit/paths";
import { matchText } from "gantry/sdk/kit/stars";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { coversCommand, mentionsCommand } from "./command.ts";
import type { Rule } from "./rule.ts";
import type { Effect } from "./rulebook.ts";

/** What of a call rules look at. */
export type About =
  | { readonly kind: "path"; readonly places: readonly string[] }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "nothing" };

/** A call, as rules see it. */
export interface Subject {
  /** The tool's name and its aliases. */
  readonly names: readonly string[];
  readonly family: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly about: About;
  readonly session: SessionView;
  /** The home folder, as it is named and with links resolved; only for a call about a path. */
  readonly homes: readonly string[];
}

/** Looks at a call once for all rules. */
export async function subjectOf(call: Call, session: SessionView, host: HostInfo, files: Files): Promise<Subject> {
  const about = aboutOf(call, { cwd: session.cwd, home: host.home });
  const resolved = async (path: string) => [...new Set([path, await files.resolve(path)])];
  const [places = [], homes = []] =
    about.kind === "path" ? await Promise.all([about.places[0] as string, host.home].map(resolved)) : [];
  return {
    names: [call.tool.name, ...(call.tool.aliases ?? [])],
    family: familyOf(call),
    input: isRecord(call.input) ? call.input : {},
    about: about.kind === "path" ? { kind: "path", places } : about,
    session,
    homes,
  };
}

export function familyOf({ tool }: Pick<Call, "tool">): string {
  return tool.permission?.family ?? tool.name;
}

/** What the input says, links not followed. A path that is not given is the working folder, as for searches. */
export function aboutOf(call: Call, from: { readonly cwd: string; readonly home: string }): About {
  const { permission = { family: "" } } = call.tool;
  const input = isRecord(call.input) ? call.input : {};
  const field = (key: string) => (typeof input[key] === "string" ? input[key] : "");
  if ("path" in permission) return { kind: "path", places: [inputPath(field(permission.path) || ".", from)] };
  if ("command" in permission) return { kind: "command", command: field(permission.command) };
  if ("url" in permission) return { kind: "url", url: field(permission.url) };
  return { kind: "nothing" };
}

/** Whether a rule covers a call. Allow rules count only where they surely cover it, deny and ask rules wherever they may. */
export function covers(rule: Rule, effect: Effect, subject: Subject, root: string): boolean {
  const isMean = effect === "allow";
  if (rule.specifier === undefined) return namesTool(rule.tool, subject, isMean);
  if (!isMean && namesTool(rule.tool, subject, isMean) && matchesParameter(rule.specifier, subject.input)) return true;
  if (!governs(rule.tool, subject, isMean)) return false;
  const { about } = subject;
  if (about.kind === "path") return coversPath(rule.specifier, about.places, subject, root, isMean);
  if (about.kind === "url") return coversUrl(rule.specifier, about.url, isMean);
  if (about.kind === "nothing") return !isMean && namesValue(rule.specifier, subject.input);
  return (isMean ? coversCommand : mentionsCommand)(rule.specifier, about.command);
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
function governs(tool: string, subject: Subject, isMean: boolean): boolean {
  const known = [...subject.names, subject.family];
  if (subject.about.kind === "path" && subject.family === "Read" && isMean) known.push("Edit");
  if (subject.about.kind === "path" && !isMean) known.push("Read");
  const fold = (name: string) => (isMean ? name : name.toLowerCase());
  return known.some((name) => fold(name) === fold(tool));
}

function coversPath(
  specifier: string,
  places: readonly string[],
  { session, homes }: Subject,
  root: string,
  isMean: boolean,
): boolean {
  const pattern = parsePathPattern(specifier, !isMean);
  // A rule that forbids and cannot be understood forbids.
  if (!pattern) return !isMean;
  const fits = (place: string) => {
    const bases = isWithin(place, session.folders) ? session.folders : [...session.folders, "/"];
    const anchors: Anchors = { machine: ["/"], home: homes, settings: [root], cwd: isMean ? [session.cwd] : bases };
    return fitsPathPattern(pattern, place, anchors, { anyDepth: !isMean, ignoreCase: !isMean });
  };
  return places.some(fits);
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

/** `param:value`, such as `Bash(run_in_background:true)`. */
function matchesParameter(specifier: string, input: Subject["input"]): boolean {
  const [, key = "", value = ""] = /^(\w+):(.*)$/s.exec(specifier) ?? [];
  return Object.hasOwn(input, key) && matchText(value, String(input[key]));
}

/** Which field the brackets mean is not known here, so any will do. */
function namesValue(specifier: string, input: Subject["input"]): boolean {
  return Object.values(input).some((value) => typeof value === "string" && matchText(specifier, value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
