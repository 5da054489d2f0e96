import { dirname, join } from "node:path";
import { type HostInfo, type JsonObject, messageOf, type SettingsChange, type SettingsLayer } from "gantry/sdk";
import { placeInJson } from "gantry/sdk/kit/json-text";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { dropIns, type SettingsFile, settingsFile } from "./file.ts";
import type { FlagSettings } from "./flags.ts";
import { unknownText } from "./keys.ts";
import { LOCK, LOCK_HOLDS, policyOf, strictContent } from "./managed.ts";
import { type Dropped, split } from "./reach.ts";

/** One source of settings, with what of it counts. */
export interface Layer {
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** What a leading `/` in a path rule stands for. */
  readonly root: string;
  /** As it is written. */
  readonly written: JsonObject;
  /** What counts of that. */
  readonly content: JsonObject;
  readonly dropped: readonly Dropped[];
  /** It is as the command line asked for it, so it must be good; not so a file that has changed since. */
  readonly isAsked: boolean;
  /** The source, with line and column where they are known. */
  readonly at: (path: readonly PropertyKey[]) => string;
}

/** All sources at one moment. */
export interface Snapshot {
  /** The nearest first. */
  readonly layers: readonly Layer[];
  /** What is wrong with the files, whoever asks for which key. */
  readonly problems: readonly string[];
}

/** The sources of settings, and what they say. */
export interface Layers {
  readonly current: Snapshot;
  /** Looks at the files; what counts anew. `undefined` when nothing has happened. */
  refresh(): readonly SettingsChange[] | undefined;
}

interface Source {
  readonly layer: SettingsLayer;
  readonly root: string;
  readonly file: Pick<SettingsFile, "path" | "content" | "text"> & Partial<Pick<SettingsFile, "problem" | "refresh">>;
}

/** No file is read before somebody asks for what is current. */
export function createLayers(host: HostInfo, managed: string, flags: FlagSettings): Layers {
  const root = dirname(managed);
  const base: Source = { layer: "managed", root, file: settingsFile(managed) };
  const lower = lowerSources(host, flags);
  let further: readonly Source[] = [];
  let folderProblem: string | undefined;
  let seen = new Map<string, unknown>();
  const everChanged = new Set<string>();
  let current: Snapshot | undefined;

  function findFurther(): void {
    const folder = join(root, "managed-settings.d");
    const known = new Map(further.map((source) => [source.file.path, source]));
    try {
      const paths = dropIns(folder).map((name) => join(folder, name));
      further = paths.map((path) => known.get(path) ?? { layer: "managed", root, file: settingsFile(path) });
      folderProblem = undefined;
    } catch (error) {
      folderProblem = messageOf(error);
    }
  }

  const take = (sources: readonly Source[]) => snapshotOf(sources, folderProblem, host.isTrusted, everChanged);

  function look(): readonly Source[] {
    findFurther();
    const sources = [...further, base, ...lower];
    for (const { file } of sources) file.refresh?.();
    return sources;
  }

  return {
    get current() {
      if (current) return current;
      const sources = look();
      seen = stateOf(sources, folderProblem);
      current = take(sources);
      return current;
    },
    refresh() {
      if (!current) return undefined;
      const before = seen;
      const sources = look();
      const after = stateOf(sources, folderProblem);
      const keys = new Set([...before.keys(), ...after.keys()]);
      const changed = [...keys].filter((key) => before.get(key) !== after.get(key));
      if (changed.length === 0) return undefined;
      seen = after;
      for (const key of changed) everChanged.add(key);
      current = take(sources);
      const layerOf = (source: string) => lower.find(({ file }) => file.path === source)?.layer ?? "managed";
      return changed.flatMap((key) => (key.startsWith("!") ? [] : [{ layer: layerOf(key), source: key }]));
    },
  };
}

/** What counts of each source, and behind a `!` what is wrong with it. */
function stateOf(sources: readonly Source[], folderProblem: string | undefined): Map<string, unknown> {
  const states = sources.flatMap(({ file: { path, content, problem } }): [string, unknown][] => [
    [path, content],
    [`!${path}`, problem?.message],
  ]);
  return new Map([...states, ["!", folderProblem]]);
}

function lowerSources(host: HostInfo, { single, given, root, sources }: FlagSettings): readonly Source[] {
  const user = join(host.claudeFolder, "settings.json");
  const project = join(host.cwd, ".claude", "settings.json");
  const local = join(host.cwd, ".claude", "settings.local.json");
  const file = (layer: SettingsLayer, path: string, root: string): readonly Source[] =>
    sources.has(layer) ? [{ layer, root, file: settingsFile(path) }] : [];
  return [
    { layer: "flag", root: host.cwd, file: { path: "the command line", content: single, text: "" } },
    ...(given ? [{ layer: "flag" as const, root, file: given }] : []),
    ...file("local", local, host.cwd),
    // In the home folder both names mean one file, and it is the person's.
    ...(project === user ? [] : file("project", project, host.cwd)),
    ...file("user", user, host.claudeFolder),
  ];
}

// ---------------------------------------------------------------- what counts

function snapshotOf(
  sources: readonly Source[],
  folderProblem: string | undefined,
  isTrusted: boolean,
  everChanged: ReadonlySet<string>,
): Snapshot {
  const problems: string[] = [];
  if (folderProblem !== undefined) problems.push(`${folderProblem} ${LOCK_HOLDS}`);
  for (const { layer, file } of sources) if (file.problem) problems.push(brokenText(layer, file as SettingsFile));

  const found = sources.flatMap((source) => (source.file.content ? [{ ...source, written: source.file.content }] : []));
  const strict = found.map(({ layer, written, ...rest }) => {
    const made = layer === "managed" ? strictContent(written) : { content: written, problems: [], isLocked: false };
    return { ...rest, layer, written, ...made, at: placesIn(rest.file.path, rest.file.text) };
  });
  const unreadable = sources.find(({ layer, file }) => layer === "managed" && file.problem && !file.content);
  const isLocked = strict.some((source) => source.isLocked) || unreadable !== undefined || folderProblem !== undefined;
  const managed = strict.filter(({ layer }) => layer === "managed").map(({ content }) => content);
  const policy = policyOf(managed, isLocked);

  const layers = strict.map(({ layer, root, file, written, content, at, ...made }): Layer => {
    const { counts, dropped } = split(content, layer, policy, isTrusted);
    for (const { key, text } of made.problems) problems.push(`${at(key.split("."))}: ${text}`);
    for (const one of dropped) if (one.kind === "mistake") problems.push(`${at(one.key.split("."))}: ${one.reason}`);
    // Flags of their own come from manifests, which know what they set.
    const lineOf = (path: readonly string[]) => placeInJson(file.text, path)?.line;
    const unknown = file.text === "" ? undefined : unknownText(written, lineOf);
    if (unknown !== undefined) problems.push(`${file.path}: ${unknown}`);
    const isAsked = layer === "flag" && !everChanged.has(file.path);
    return { layer, source: file.path, root, written, content: counts, dropped, isAsked, at };
  });
  return { layers: isLocked ? [lockLayer(unreadable?.file.path ?? "managed settings"), ...layers] : layers, problems };
}

/** Counts before the administrator's other files: they may have loosened what the unreadable one forbids. */
function lockLayer(source: string): Layer {
  return {
    layer: "managed",
    source,
    root: dirname(source),
    written: LOCK,
    content: LOCK,
    dropped: [],
    isAsked: false,
    at: () => source,
  };
}

function brokenText(layer: SettingsLayer, { problem, content }: SettingsFile): string {
  if (content) return `${problem?.message} What it said before stays in force.`;
  return `${problem?.message} ${layer === "managed" ? LOCK_HOLDS : "It does not count."}`;
}

function placesIn(source: string, text: string): Layer["at"] {
  return (path) => {
    const place = text === "" ? undefined : placeInJson(text, path);
    return place ? `${source}, line ${place.line}, column ${place.column}` : source;
  };
}

/** Where an administrator's file lies. */
export function managedFile(platform: NodeJS.Platform): string {
  return `${managedFolder(platform)}${platform === "win32" ? "\\" : "/"}managed-settings.json`;
}
