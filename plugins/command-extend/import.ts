/** `/import`: shown first, written on a yes, never over something. */
import {
  type Files,
  type FormValue,
  type HostInfo,
  isGantryError,
  type JsonObject,
  PluginError,
  type RunCommand,
} from "gantry/sdk";
import { mcpServerText } from "gantry/sdk/kit/mcp-config";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { isWithin } from "gantry/sdk/kit/paths";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { shownPath } from "gantry/sdk/kit/shown-path";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { AGENTS, type Agent, findPieces, type Piece } from "./found.ts";

interface Means {
  readonly files: Files;
  readonly host: HostInfo;
}

export function createImport({ files, host }: Means): RunCommand {
  return async (args) => {
    const words = args.trim().split(/\s+/).filter(Boolean);
    const isYes = words.includes("--yes");
    const named = words.filter((word) => word !== "--yes");
    for (const word of named) if (!isAgent(word)) throw unknown(word);
    const agents = named.length ? named.filter(isAgent) : AGENTS;
    const { pieces, problems } = await findPieces(files, host, agents);
    const open = await Promise.all(pieces.map(async (piece) => ((await isTaken(piece)) ? [] : [piece])));
    const fresh = open.flat();
    const notes = [
      ...pieces
        .filter((piece) => !fresh.includes(piece))
        .map((piece) => `There already: ${nameOf(piece)}, in ${shownPath(piece.to, host)}`),
      ...problems.map((problem) => `Left out: ${problem}`),
    ].map((note) => visibleLine(note, 300));
    if (fresh.length === 0)
      return [`There is nothing new to take over from ${agents.join(", ")}.`, ...notes].join("\n");
    if (isYes) return write(fresh);
    const list = fresh.map((piece) => `${nameOf(piece)}\n  from ${piece.from}\n  to ${piece.to}`);
    const text = [
      ...list,
      ...notes,
      "",
      `Nothing is written yet: /import ${[...named, "--yes"].join(" ")} takes all of it.`,
    ].join("\n");
    return {
      panel: {
        type: "form",
        title: "Take over from other agents",
        message: ["Nothing that is there already is written over.", ...notes].join("\n"),
        fields: [
          {
            name: "pieces",
            title: "What to take over",
            type: "choices",
            isRequired: true,
            choices: fresh.map((piece) => ({
              value: piece.id,
              title: visibleLine(nameOf(piece), 200),
              description: `to ${shownPath(piece.to, host)}`,
            })),
            default: fresh.map(({ id }) => id),
          },
        ],
        submit: ({ pieces: chosen }) => write(fresh.filter(({ id }) => isIn(id, chosen))),
        text: visible(text),
      },
    };
  };

  async function isTaken(piece: Piece): Promise<boolean> {
    if (piece.kind === "text") return (await files.stat(piece.to)) !== undefined;
    try {
      const said = JSON.parse(Buffer.from((await files.read(piece.to)).bytes).toString("utf8")) as JsonObject;
      return Object.hasOwn((said.mcpServers ?? {}) as object, piece.name);
    } catch (thrown) {
      if (isGantryError(thrown) && thrown.code === "GANTRY_FILES_ABSENT") return false;
      if (thrown instanceof SyntaxError) return false;
      throw thrown;
    }
  }

  async function write(pieces: readonly Piece[]): Promise<string> {
    const said: string[] = [];
    for (const piece of pieces) {
      try {
        await take(piece);
        said.push(`${nameOf(piece)}, is in ${shownPath(piece.to, host)}.`);
      } catch (thrown) {
        if (!isGantryError(thrown)) throw thrown;
        said.push(`${nameOf(piece)} was not taken over: ${thrown.message}`);
      }
    }
    const hasProjectServers = pieces.some((piece) => piece.kind === "server" && piece.isProject);
    const next = hasProjectServers
      ? ["Servers of this folder run once you have approved them: start Gantry here again."]
      : [];
    const hasText = pieces.some(({ kind }) => kind === "text");
    return [...said, ...next, ...(hasText ? ["Instructions count from the next session on."] : [])]
      .map((line) => visibleLine(line, 400))
      .join("\n");
  }

  async function take(piece: Piece): Promise<void> {
    if (piece.kind === "text") {
      if (piece.isProject && !isWithin(await files.resolve(piece.to), [host.cwd])) throw outside(piece.to);
      await files.write(piece.to, Buffer.from(piece.text), { expect: "absent" });
      return;
    }
    const { name, config, isProject, to } = piece;
    const add = (current: JsonObject): JsonObject => {
      const before = (current.mcpServers ?? {}) as JsonObject;
      if (Object.hasOwn(before, name))
        throw new PluginError(
          "GANTRY_IMPORT_TAKEN",
          `${to} has a server "${name}" already.`,
          "Remove it first, if the other one shall count.",
        );
      return { ...current, mcpServers: { ...before, [name]: config as unknown as JsonObject } };
    };
    await writeSettings(to, add, isProject ? { within: host.cwd } : {});
  }
}

function isAgent(word: string): word is Agent {
  return (AGENTS as readonly string[]).includes(word);
}

function nameOf(piece: Piece): string {
  if (piece.kind === "text") {
    const { length } = piece.text.trimEnd().split("\n");
    return `${piece.agent}: instructions, ${length} ${length === 1 ? "line" : "lines"}`;
  }
  return `${piece.agent}: MCP server ${piece.name} (${placeOf(piece)})`;
}

/** What it runs, without the values of its variables. */
function placeOf({ config }: Extract<Piece, { kind: "server" }>): string {
  if ("command" in config) return [config.command, ...(config.args ?? [])].join(" ");
  return "url" in config ? config.url : mcpServerText(config);
}

function isIn(id: string, chosen: FormValue | undefined): boolean {
  return Array.isArray(chosen) && chosen.includes(id);
}

function outside(path: string): PluginError {
  return new PluginError(
    "GANTRY_IMPORT_OUTSIDE",
    `${path} leads out of the folder through a link.`,
    "Put a folder in the link's place.",
  );
}

function unknown(word: string): PluginError {
  return new PluginError(
    "GANTRY_IMPORT_AGENT",
    `Nothing is known of "${visibleLine(word, 40)}".${didYouMean(word, AGENTS)}`,
    `/import takes ${AGENTS.join(", ")}, or nothing for all.`,
  );
}
