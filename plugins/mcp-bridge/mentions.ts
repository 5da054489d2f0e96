/** Resources in prompts: `@server:scheme://path`. */
import {
  type McpResource,
  type MentionSource,
  type MentionSuggestion,
  ToolError,
  type Tools,
  textOf,
} from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Bridge } from "./bridge.ts";

/** Servers are not asked again with every key. */
const FRESH_MS = 10_000;
const MOST = 20;

export function resourceMentions(bridge: Bridge, tools: Tools, clock = realClock): MentionSource {
  let listed: { readonly at: number; readonly resources: Promise<readonly McpResource[]> } | undefined;

  function resources(): Promise<readonly McpResource[]> {
    const now = clock.elapsed();
    if (!listed || now - listed.at > FRESH_MS) listed = { at: now, resources: bridge.resources() };
    return listed.resources;
  }

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
    async suggest(query) {
      const found = (await resources()).flatMap((resource) => suggestionOf(resource, query.toLowerCase()));
      return found.sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, MOST);
    },
  };
}

function suggestionOf({ server, uri, name, title }: McpResource, query: string): readonly MentionSuggestion[] {
  // What a server calls its own must not steer the screen, nor end the mention.
  const mention = `${server}:${uri}`;
  if (/\s|"/.test(mention) || visibleLine(mention) !== mention) return [];
  const detail = visibleLine(title ?? name, 80);
  const score = scoreOf(mention.toLowerCase(), detail.toLowerCase(), query);
  return score === 0 ? [] : [{ mention, kind: "resource", detail, score }];
}

function scoreOf(mention: string, detail: string, query: string): number {
  if (query === "") return 0.4;
  if (mention.startsWith(query)) return 0.95;
  if (detail.startsWith(query)) return 0.85;
  return mention.includes(query) || detail.includes(query) ? 0.65 : 0;
}
