/** The definitions that count, and live: built-in ones, files, the command line, the program that drives the host. */
import {
  type AgentDefinition,
  type Claim,
  messageOf,
  PluginError,
  type SessionView,
  type SetupContext,
} from "gantry/sdk";
import { promptPlaces } from "gantry/sdk/kit/prompt-places";
import { visibleLine } from "gantry/sdk/kit/visible";
import { soon, watchFolders } from "gantry/sdk/kit/watch-folders";
import { BUILT_IN } from "./built-in.ts";
import { claimIn, definitionsIn } from "./definition.ts";
import type { Filed } from "./files.ts";
import type { agents } from "./index.ts";

const NO_FILES: Filed = { definitions: [], folders: [], problems: [] };

export interface Shelf {
  /** By name. `session` hears what is wrong with files, each thing once. */
  all(session?: SessionView): Promise<readonly AgentDefinition[]>;
  find(name: string): Promise<AgentDefinition | undefined>;
  claims(): Promise<readonly Claim[]>;
  put(definitions: Readonly<Record<string, unknown>>): void;
  /** What the command line says and cannot be understood. */
  readonly problem: string | undefined;
}

export function createShelf({ config, host, scope }: SetupContext<typeof agents>, managed: string): Shelf {
  const { given, problem } = givenIn(config.agents);
  const told = new Set<string>();
  let brought: readonly AgentDefinition[] = [];
  let known: { readonly places: string; readonly filed: Filed } | undefined;
  let isWatching = false;
  const watcher = watchFolders(() => {
    known = undefined;
  });
  scope.own(() => watcher.close());

  /** Most have no such files, and whoever has none does not pay for what reads them. */
  async function filed(): Promise<Filed> {
    const places = promptPlaces(host, "agents", managed);
    const key = places.map(({ path }) => path).join("\0");
    if (known?.places === key) return known.filed;
    const found = places.length ? (await import("./files.ts")).readFiles(places) : NO_FILES;
    known = { places: key, filed: found };
    if (isWatching) watcher.set(found.folders);
    else if (found.folders.length) {
      isWatching = true;
      // So that no start waits for it.
      scope.own(soon(() => watcher.set(known?.filed.folders ?? [])));
    }
    return found;
  }

  /** Of several with one name the first counts. */
  async function counting(): Promise<ReadonlyMap<string, AgentDefinition>> {
    const { definitions } = await filed();
    const from = (wanted: AgentDefinition["source"]) => definitions.filter(({ source }) => source === wanted);
    const ordered = [...from("managed"), ...given, ...brought, ...from("project"), ...from("personal"), ...BUILT_IN];
    return new Map(ordered.toReversed().map((one) => [one.name.toLowerCase(), one]));
  }

  return {
    async all(session) {
      const all = [...(await counting()).values()].sort((a, b) =>
        a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
      );
      for (const problem of session ? (await filed()).problems : []) {
        if (told.has(problem)) continue;
        told.add(problem);
        session?.notify({ level: "warning", plugin: "agents", text: visibleLine(problem) });
      }
      return all;
    },
    async find(name) {
      const wanted = name.trim().replace(/^@?(?:agent-)?/, "");
      return (await counting()).get(wanted.replace(/\s+/g, "-").toLowerCase());
    },
    claims: async () => (await filed()).definitions.flatMap((one) => claimIn(one) ?? []),
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
