/** Which addresses are spoken with, and opened. */
import { PluginError } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * An address that may be asked or opened: https; or http on this machine, and that only for a server on this machine, so that no
 * distant one has requests made here.
 */
export function safeAddress(address: string | URL, server: string): URL {
  const url = URL.canParse(String(address)) ? new URL(String(address)) : undefined;
  if (url && !url.username && !url.password) {
    if (url.protocol === "https:") return url;
    if (url.protocol === "http:" && isLoopback(url) && isLoopback(new URL(server))) return url;
  }
  throw new PluginError(
    "GANTRY_MCP_AUTH_ADDRESS",
    `"${visibleLine(String(address), 200)}" is no address to sign in at: only https is, and http on this machine.`,
    "Ask whoever runs the server: nothing was sent there, and nothing was opened.",
  );
}

export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}
