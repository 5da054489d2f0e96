/** Resources in prompts: `@server:scheme://path`. */
import { type MentionSource, ToolError, type Tools, textOf } from "gantry/sdk";
import type { Bridge } from "./bridge.ts";

export function resourceMentions(bridge: Bridge, tools: Tools): MentionSource {
  return {
    description: "resources of MCP servers",
    async bring(mention, { session, signal }) {
      const at = mention.indexOf(":");
      const [server, uri] = [mention.slice(0, at), mention.slice(at + 1)];
      if (!bridge.servers.has(server) || uri === "") return undefined;
      await bridge.servers.get(server)?.ready(signal);
      // As a call, so that rules and hooks see it.
      const name = "ReadMcpResourceTool";
      const { outcome, content } = await tools.call(session, { name, input: { server, uri }, origin: "user", signal });
      if (outcome !== "ok") throw new ToolError(textOf(content));
      return content;
    },
  };
}
