/** The definitions that count, and live: built-in ones, files, the command line, the program that drives the host. */
import fs from "node:fs";
import {
  type AgentDefinition,
  type Claim,
  messageOf,
  PluginError,
  type SessionView,
  type SetupContext,
} from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { type Folder, filesAndFoldersIn, folderAt } from "gantry/sdk/kit/prompt-disk";
import { PROMPT_BYTES } from "gantry/sdk/kit/prompt-files";
import { type PromptPlace, promptPlaces } from "gantry/sdk/kit/prompt-places";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import { visibleLine } from "gantry/sdk/kit/visible";
import { soon, watchFolders } from "gantry/sdk/kit/watch-folders";
import { BUILT_IN } from "./built-in.ts";
import type { agents } from "./index.ts";
import { claimIn, definitionsIn, readDefinition } from "./read.ts";

const MOST_FILES = 1_000;
const DEEPEST = 5;

export interface Shelf {
  /** By name. `session` hears what is wrong with files, each thing once. */
  all(session?: SessionView): readonly AgentDefinition[];
  find(name: string): AgentDefinition | undefined;
  claims(): readonly Claim[];
  put(definitions: Readonly<Record<string, unknown>>): void;
  /** What the command line says and cannot be understood. */
  readonly problem: string | undefined;
}

interface Read {
  readonly files: readonly AgentDefinition[];
  readonly folders: readonly string[];
  readonly problems: readonly string[];
}

export function createShelf({ config, host, scope }: SetupContext<typeof agents>, managed: string): Shelf {
  const { given, problem } = givenIn(config.agents);
  const told = new Set<string>();
  let brought: readonly AgentDefinition[] = [];
  let known: { readonly places: string; readonly read: Read } | undefined;
  let isWatching = false;
  const watcher = watchFolders(() => {
    known = undefined;
  });
  scope.own(() => watcher.close());

  function read(): Read {
    const places = promptPlaces(host, "agents", managed);
    const key = places.map(({ path }) => path).join("\0");
    if (known?.places === key) return known.read;
    const read = readAll(places);
    known = { places: key, read };
    if (isWatching) watcher.set(read.folders);
    else if (read.folders.length) {
      isWatching = true;
      // So that no start waits for it.
      scope.own(soon(() => watcher.set(known?.read.folders ?? [])));
    }
    return read;
  }

  /** Of several with one name the first counts. */
  function counting(): ReadonlyMap<string, AgentDefinition> {
    const { files } = read();
    const from = (...sources: AgentDefinition["source"][]) => files.filter(({ source }) => sources.includes(source));
    const ordered = [...from("managed"), ...given, ...brought, ...from("project"), ...from("personal"), ...BUILT_IN];
    return new Map(ordered.toReversed().map((one) => [one.name.toLowerCase(), one]));
  }

  return {
    all(session) {
      const all = [...counting().values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
      for (const problem of session ? read().problems : []) {
        if (told.has(problem)) continue;
        told.add(problem);
        session?.notify({ level: "warning", plugin: "agents", text: visibleLine(problem) });
      }
      return all;
    },
    find: (name) =>
      counting().get(
        name
          .trim()
          .replace(/^@?(?:agent-)?/, "")
          .replace(/\s+/g, "-")
          .toLowerCase(),
      ),
    claims: () => read().files.flatMap((one) => (one.source === "project" ? (claimIn(one) ?? []) : [])),
    put(definitions) {
      brought = broughtIn(definitions);
    },
    problem,
  };
}

/** Without the agents that were asked for nothing is done: one of them may be what keeps it safe. */
function givenIn(json: string | undefined): { readonly given: readonly AgentDefinition[]; readonly problem?: string } {
  if (json === undefined) return { given: [] };
  try {
    return { given: definitionsIn(json).map((one) => ({ ...one, source: "flag" })) };
  } catch (thrown) {
    const like = '{"reviewer":{"description":"Reviews changes","prompt":"You review changes."}}';
    return {
      given: [],
      problem: `--agents cannot be read: ${visibleLine(messageOf(thrown), 300)}. Give an object by name, such as ${like}.`,
    };
  }
}

function broughtIn(given: Readonly<Record<string, unknown>>): readonly AgentDefinition[] {
  try {
    return definitionsIn(given).map((one) => ({ ...one, source: "program" }));
  } catch (thrown) {
    throw new PluginError(
      "GANTRY_AGENT_JSON",
      `The agents that were given cannot be read: ${visibleLine(messageOf(thrown), 300)}.`,
      "Each needs a description and a prompt, under its name.",
      thrown,
    );
  }
}

function readAll(places: readonly PromptPlace[]): Read {
  const files: AgentDefinition[] = [];
  const folders: string[] = [];
  const problems: string[] = [];
  for (const { path, source, within } of places) {
    for (const file of filesBelow(folderAt(path), folders, 0).slice(0, MOST_FILES)) {
      const text = textAt(file, within);
      const read = text === undefined ? undefined : readDefinition(text, { path: file, source });
      if (typeof read === "string") problems.push(read);
      else if (read) files.push(read);
    }
  }
  return { files, folders, problems };
}

function filesBelow(folder: Folder, gone: string[], depth: number): readonly string[] {
  if (depth > DEEPEST || gone.length > MOST_FILES) return [];
  gone.push(folder.path);
  return filesAndFoldersIn(folder).flatMap(({ name, path, realPath, isFolder }) => {
    if (isFolder) return filesBelow({ path, realPath }, gone, depth + 1);
    return /\.md$/i.test(name) ? [path] : [];
  });
}

/** Read at once: a prompt waits for them. What leads out of the project it came with, is too large or no file is none. */
function textAt(path: string, within: string | undefined): string | undefined {
  try {
    const real = fs.realpathSync(path);
    const stats = fs.statSync(real);
    if (
      !stats.isFile() ||
      stats.size > PROMPT_BYTES ||
      (within !== undefined && !isWithin(real, [fs.realpathSync(within)]))
    )
      return undefined;
    const decoded = decodeText(fs.readFileSync(real));
    return decoded && plainText(decoded.text).text;
  } catch {
    return undefined;
  }
}
