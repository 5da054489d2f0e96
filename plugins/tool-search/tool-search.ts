import { type ModelRequest, perSession, type SessionView, type Setup, type ToolInfo, type ToolSpec } from "gantry/sdk";
import { foundIn } from "./found.ts";
import type { toolSearch } from "./index.ts";
import { overviewText } from "./overview.ts";
import { searchRenderer } from "./renderer.ts";
import { search } from "./search.ts";

const NAME = "ToolSearch";
const MOST_RESULTS = 5;
const LARGEST_RESULTS = 50;
/** Tokens of a window, where nobody says; and characters a token. */
const [WINDOW, CHARACTERS] = [200_000, 4];

const setup: Setup<typeof toolSearch> = ({ config, use, host }) => {
  const policy = policyOf(host.env.ENABLE_TOOL_SEARCH, config);
  /** The schemas of a session's tools, as they were put into prompts: who is left out there is not found either. */
  const specsOf = perSession(() => new Map<string, ToolSpec>());

  return {
    renderers: { ToolSearch: searchRenderer },
    tools: {
      ToolSearch: async ({ query, max_results: wanted }, { session, signal }) => {
        const servers = await use.servers?.();
        if (servers?.pending.length) await servers.settle({ waitMs: config.waitMs, signal });
        const hits = search(query, deferredIn(session), Math.min(wanted ?? MOST_RESULTS, LARGEST_RESULTS));
        const late = servers?.pending ?? [];
        const notice = late.length
          ? `\nStill being connected: ${late.join(", ")}. Search again later for their tools.`
          : "";
        if (!hits.length) return { content: `No tool fits ${JSON.stringify(query)}.${notice}`, data: { found: [] } };
        const lines = hits.map(({ name, description }) => `${name}: ${firstLine(description)}`);
        return {
          content: `Call these from your next message on:\n${lines.join("\n")}${notice}`,
          data: { found: hits.map(({ name }) => name) },
        };
      },
    },
    taps: {
      promptBuild(draft, { session }) {
        const specs = specsOf(session);
        specs.clear();
        for (const spec of draft.tools) specs.set(spec.name, spec);
        const deferred = deferredIn(session);
        const found = foundIn(session);
        const hidden = new Set(deferred.map(({ name }) => name).filter((name) => specs.has(name) && !found.has(name)));
        const shown = draft.filterTools(({ name }) => !hidden.has(name) && (name !== NAME || deferred.length > 0));
        const overview = overviewText(deferred.filter(({ name }) => hidden.has(name)));
        return overview ? shown.with({ key: "deferred-tools", cache: "session", text: overview }) : shown;
      },
      modelWrap: (stream, session) => (request, call) =>
        stream(call.turn ? { ...request, tools: toolsFor(session, request) } : request, call),
    },
  };

  /** What a request knows: its own tools, without those that wait, and behind them those that were found, in the order found. */
  function toolsFor(session: SessionView, { tools }: ModelRequest): readonly ToolSpec[] {
    const deferred = new Map(deferredIn(session).map((tool) => [tool.name, tool]));
    const own = tools.filter(({ name }) => !deferred.has(name));
    if (!deferred.size) return own.length === tools.length ? tools : own;
    const specs = specsOf(session);
    const search = own.some(({ name }) => name === NAME) ? [] : [specs.get(NAME) ?? []].flat();
    const found = [...foundIn(session)].flatMap((name) => {
      const tool = deferred.get(name);
      return tool ? [specs.get(name) ?? tools.find((spec) => spec.name === name) ?? specOf(tool)].flat() : [];
    });
    return [...own, ...search, ...found.filter((spec) => spec !== undefined)];
  }

  function deferredIn(session: SessionView): readonly ToolInfo[] {
    const deferred = use.tools.list(session).filter(({ isDeferred }) => isDeferred);
    if (!deferred.length) return deferred;
    const size = deferred.reduce((sum, tool) => sum + sizeOf(tool), 0);
    return policy(size) && size > config.upfrontCharacters ? deferred : [];
  }
};

export default setup;

/** Whether tools whose definitions have so many characters are left out. */
function policyOf(
  setting: string | undefined,
  { defer, percent }: { readonly defer: "always" | "auto" | "never"; readonly percent: number },
): (characters: number) => boolean {
  const [, auto, share] = /^(auto)(?::(\d+))?$/.exec(setting ?? "") ?? [];
  const how = auto ? "auto" : setting === "true" ? "always" : setting === "false" ? "never" : defer;
  const limit = (WINDOW * CHARACTERS * Number(share ?? percent)) / 100;
  return (characters) => how === "always" || (how === "auto" && characters > limit);
}

const sizes = new WeakMap<ToolInfo["input"], number>();

function sizeOf({ name, description, input }: ToolInfo): number {
  const known = sizes.get(input);
  if (known !== undefined) return known;
  const size = name.length + description.length + ("jsonSchema" in input ? JSON.stringify(input.jsonSchema).length : 0);
  sizes.set(input, size);
  return size;
}

function specOf({ name, description, input }: ToolInfo): ToolSpec | undefined {
  return "jsonSchema" in input ? { name, description, input_schema: input.jsonSchema } : undefined;
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
