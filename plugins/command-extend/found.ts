/** What other agents have on this machine and in this folder, and where it would go. */
import { join } from "node:path";
import { type Files, type HostInfo, isGantryError, type McpServerConfig } from "gantry/sdk";
import { readMcpServers } from "gantry/sdk/kit/mcp-config";
import { isWithin } from "gantry/sdk/kit/paths";
import { tomlServers } from "./toml-servers.ts";

export const AGENTS = ["codex", "gemini", "cursor"] as const;
export type Agent = (typeof AGENTS)[number];

const MOST_BYTES = 1024 * 1024;

interface Common {
  /** Unlike any other. */
  readonly id: string;
  readonly agent: Agent;
  /** Where it stands, absolute. */
  readonly from: string;
  /** Where it would go, absolute. */
  readonly to: string;
  /** It stands in the folder, and so do all who can write there. */
  readonly isProject: boolean;
}

/** Something that can be taken over. */
export type Piece = Common &
  (
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "server"; readonly name: string; readonly config: McpServerConfig }
  );

export interface Findings {
  readonly pieces: readonly Piece[];
  /** What is there and cannot be taken, in sentences. */
  readonly problems: readonly string[];
}

/** What stands in the folder stays in the folder: it never becomes the person's own. */
export async function findPieces(files: Files, host: HostInfo, agents: readonly Agent[]): Promise<Findings> {
  const pieces: Piece[] = [];
  const problems: string[] = [];
  const { home, cwd, claudeFolder, stateFolder } = host;
  const places = {
    user: { rules: join(claudeFolder, "rules"), servers: join(stateFolder, "mcp.json") },
    project: { rules: join(cwd, ".claude", "rules"), servers: join(cwd, ".mcp.json") },
  };
  type Scope = keyof typeof places;

  const text = async (agent: Agent, scope: Scope, from: string, name: string, change = (said: string) => said) => {
    const said = await read(from, scope);
    if (said?.trim())
      pieces.push({
        kind: "text",
        id: from,
        agent,
        from,
        isProject: scope === "project",
        to: join(places[scope].rules, `${name}.md`),
        text: change(said),
      });
  };
  const servers = async (agent: Agent, scope: Scope, from: string, parse: (said: string) => unknown = JSON.parse) => {
    const said = await read(from, scope);
    if (said === undefined) return;
    const { servers: good, problems: bad } = readMcpServers({ mcpServers: serversIn(from, said, parse) });
    for (const [name, problem] of Object.entries(bad)) problems.push(`${name} of ${from}: ${problem}`);
    for (const [name, config] of Object.entries(good)) {
      pieces.push({
        kind: "server",
        id: `${from}#${name}`,
        agent,
        from,
        to: places[scope].servers,
        name,
        config,
        isProject: scope === "project",
      });
    }
  };

  if (agents.includes("codex")) {
    await text("codex", "user", join(home, ".codex", "AGENTS.md"), "codex");
    await servers("codex", "user", join(home, ".codex", "config.toml"), (said) => ({ mcpServers: tomlServers(said) }));
  }
  if (agents.includes("gemini")) {
    await text("gemini", "user", join(home, ".gemini", "GEMINI.md"), "gemini");
    await text("gemini", "project", join(cwd, "GEMINI.md"), "gemini");
    await servers("gemini", "user", join(home, ".gemini", "settings.json"));
    await servers("gemini", "project", join(cwd, ".gemini", "settings.json"));
  }
  if (agents.includes("cursor")) {
    await text("cursor", "project", join(cwd, ".cursorrules"), "cursor");
    for (const name of await mdcIn(join(cwd, ".cursor", "rules"))) {
      await text(
        "cursor",
        "project",
        join(cwd, ".cursor", "rules", name),
        `cursor-${name.replace(/\.mdc$/, "")}`,
        ruleOf,
      );
    }
    await servers("cursor", "user", join(home, ".cursor", "mcp.json"));
    await servers("cursor", "project", join(cwd, ".cursor", "mcp.json"));
  }
  return { pieces, problems };

  async function read(path: string, scope: Scope): Promise<string | undefined> {
    try {
      // A link of a stranger's may lead to the person's own files.
      if (scope === "project" && !isWithin(await files.resolve(path), [cwd])) {
        problems.push(`${path} is a link that leads out of the folder.`);
        return undefined;
      }
      return Buffer.from((await files.read(path, { maxBytes: MOST_BYTES })).bytes).toString("utf8");
    } catch (thrown) {
      if (!isGantryError(thrown)) throw thrown;
      if (thrown.code !== "GANTRY_FILES_ABSENT") problems.push(thrown.message);
      return undefined;
    }
  }

  async function mdcIn(folder: string): Promise<readonly string[]> {
    const listed = await files.list(folder).catch(() => []);
    return listed.filter(({ name, kind }) => kind === "file" && /^[\w. -]+\.mdc$/.test(name)).map(({ name }) => name);
  }

  function serversIn(from: string, said: string, parse: (said: string) => unknown): unknown {
    try {
      const { mcpServers = {} } = (parse(said) ?? {}) as { mcpServers?: unknown };
      return typeof mcpServers === "object" ? mcpServers : {};
    } catch {
      problems.push(`${from} is no JSON.`);
      return {};
    }
  }
}

/** Cursor's rules say for which files they hold as `globs`; here that is `paths`. */
function ruleOf(said: string): string {
  const [whole, head] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(said) ?? [];
  if (whole === undefined || head === undefined) return said;
  const globs = /^globs:\s*(.+)$/m
    .exec(head)?.[1]
    ?.trim()
    .replace(/^["'](.*)["']$/, "$1");
  const isAlways = /^alwaysApply:\s*true\b/m.test(head);
  const body = said.slice(whole.length);
  if (!globs || isAlways || globs === "[]") return body;
  const paths = globs
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map((glob) => glob.trim().replace(/^["'](.*)["']$/, "$1"))
    .filter(Boolean);
  return `---\npaths:\n${paths.map((path) => `  - ${JSON.stringify(path)}`).join("\n")}\n---\n${body}`;
}
