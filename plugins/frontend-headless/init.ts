import { type HostInfo, type HostReport, type McpServers, newId, type SessionView, type WireInit } from "gantry/sdk";
import { CAPABILITIES, PROTOCOL_VERSION } from "gantry/sdk/kit/protocol-version";

/** What a person has chosen for the session. */
interface Chosen {
  /** Of permissions. */
  readonly mode: string;
  /** Of answers. */
  readonly style: string;
}

/** What else it has, as far as somebody brings it. */
interface Brought {
  readonly mcp?: McpServers | undefined;
  /** By name. */
  readonly skills?: readonly string[] | undefined;
  readonly agents?: readonly string[] | undefined;
}

/** The first line of a turn: what the session has. */
export function initOf(
  session: SessionView,
  report: HostReport,
  info: HostInfo,
  chosen: Chosen,
  { mcp, skills = [], agents = [] }: Brought,
): WireInit {
  const contributed = (slot: string) => report.plugins.flatMap((plugin) => plugin.contributes[slot] ?? []);
  const prompt = session.entries.findLast((entry) => entry.type === "prompt");
  return {
    type: "system",
    subtype: "init",
    cwd: session.cwd,
    session_id: session.id,
    tools: prompt?.tools ?? contributed("tools"),
    mcp_servers: (mcp?.status() ?? []).map(({ name, status }) => ({ name, status })),
    model: session.model.id,
    permissionMode: chosen.mode,
    slash_commands: contributed("commands"),
    apiKeySource: info.env.ANTHROPIC_API_KEY ? "ANTHROPIC_API_KEY" : "none",
    output_style: chosen.style,
    agents,
    skills,
    plugins: report.plugins
      .filter((plugin) => plugin.from !== "built-in")
      .map(({ name, from }) => ({ name, path: from })),
    capabilities: CAPABILITIES,
    claude_code_version: PROTOCOL_VERSION,
    gantry_version: info.version,
    uuid: newId(),
  };
}
