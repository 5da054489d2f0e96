import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { mcpName } from "gantry/sdk/kit/mcp-config";

/** Model APIs take no longer names. */
const LONGEST = 128;
const DESCRIPTION_BYTES = 2_048;

/** The name of a tool as models call it; of two that come to the same, the first counts. */
export function toolName(server: string, tool: string): string {
  return shortened(`mcp__${mcpName(server)}__${mcpName(tool)}`, `${server} ${tool}`);
}

/** A prompt's command. */
export function promptName(server: string, prompt: string): string {
  return `mcp__${mcpName(server)}__${mcpName(prompt)}`;
}

/** What a server says of itself or of a tool, cut: every byte is sent with every request. */
export function cutText(text: string): string {
  if (Buffer.byteLength(text) <= DESCRIPTION_BYTES) return text;
  const cut = Buffer.from(text)
    .subarray(0, DESCRIPTION_BYTES - 20)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return `${cut}… (cut off)`;
}

function shortened(name: string, unique: string): string {
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - 9)}_${sha256Of(unique).slice(0, 8)}`;
}
