import { type HostInfo, type HostReport, newId, type SessionView, type WireInit } from "gantry/sdk";

// The version of the field's protocol that this output keeps to; clients refuse much older ones.
const PROTOCOL_VERSION = "2.1.330";

/** What a person has chosen for the session. */
interface Chosen {
  /** Of permissions. */
  readonly mode: string;
  /** Of answers. */
  readonly style: string;
}

/** The first line of a turn: what the session has. */
export function initOf(session: SessionView, report: HostReport, info: HostInfo, chosen: Chosen): WireInit {
  const contributed = (slot: string) => report.plugins.flatMap((plugin) => plugin.contributes[slot] ?? []);
  const prompt = session.entries.findLast((entry) => entry.type === "prompt");
  return {
    type: "system",
    subtype: "init",
    cwd: session.cwd,
    session_id: session.id,
    tools: prompt?.tools ?? contributed("tools"),
    mcp_servers: [],
    model: session.model.id,
    permissionMode: chosen.mode,
    slash_commands: contributed("commands"),
    apiKeySource: info.env.ANTHROPIC_API_KEY ? "ANTHROPIC_API_KEY" : "none",
    output_style: chosen.style,
    agents: [],
    skills: [],
    plugins: report.plugins
      .filter((plugin) => plugin.from !== "built-in")
      .map(({ name, from }) => ({ name, path: from })),
    claude_code_version: PROTOCOL_VERSION,
    gantry_version: info.version,
    uuid: newId(),
  };
}
