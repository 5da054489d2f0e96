import { type Block, type Command, type HostInfo, z } from "gantry/sdk";
import { pagePanel } from "gantry/sdk/kit/panels";
import type { SaveParts } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

/** What Gantry and its plugins read. */
const HEEDED =
  /^(?:GANTRY_|CLAUDE_|ANTHROPIC_|OPENAI_|OTEL_|MCP_|BASH_|(?:https?|no|all)_proxy$|NODE_EXTRA_CA_CERTS$|NO_COLOR$|COLORTERM$|TERM$|TERM_PROGRAM$|EDITOR$|VISUAL$|SHELL$|IS_SANDBOX$)/i;
/** Of these it is only said that they are there. */
const SECRET = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|HEADERS|PASSPHRASE|COOKIE/i;

/** `/env`: the variables that count, those of the settings too, and of secrets only that they are set. */
export function createEnv({ host, settings }: SaveParts & { readonly host: HostInfo }): Command {
  return async () => {
    const heeded = Object.entries(host.env).filter(([name, value]) => HEEDED.test(name) && value !== undefined);
    const own = settings.get("env", z.record(z.string(), z.unknown())) ?? {};
    return {
      panel: await pagePanel({
        title: "Environment",
        parts: [
          { title: "Heeded by Gantry", load: () => [table(heeded)] },
          { title: "For commands and hooks, from the settings", load: () => [table(Object.entries(own))] },
        ],
      }),
    };
  };
}

function table(entries: readonly (readonly [name: string, value: unknown])[]): Block {
  if (entries.length === 0) return { type: "text", lines: ["Nothing."] };
  const sorted = [...entries].sort(([a], [b]) => a.localeCompare(b));
  return {
    type: "fields",
    fields: sorted.map(([name, value]) => ({ name: visibleLine(name, 80), value: shown(name, String(value)) })),
  };
}

function shown(name: string, value: string): string {
  if (SECRET.test(name)) return value ? "set, not shown" : "empty";
  // An address may hold a password.
  return visibleLine(value.replace(/\/\/[^/@\s]*@/g, "//…@"), 120);
}
