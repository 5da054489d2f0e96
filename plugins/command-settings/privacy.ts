import { type Block, type Command, type HostInfo, type HostReport, z } from "gantry/sdk";
import { hasLanguageModel } from "gantry/sdk/kit/background-model";
import { pagePanel } from "gantry/sdk/kit/panels";
import type { SaveParts } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

type Parts = SaveParts & { readonly host: HostInfo; readonly report: () => HostReport };

/** `/privacy-settings`: what leaves this machine, what stays on it, and what switches each. */
export function createPrivacy({ host, settings, report }: Parts): Command {
  return async (_, session) => {
    const plugins = new Set(report().plugins.map(({ name }) => name));
    const { env, stateFolder } = host;
    const days = settings.get("cleanupPeriodDays", z.number()) ?? 30;
    const isMemoryOn = settings.get("autoMemoryEnabled", z.boolean()) !== false;
    const leaves: Block = rows([
      [
        "The conversation",
        hasLanguageModel(session)
          ? `goes to ${addressOf(session.model.provider, env)}, with every request; /model chooses who`
          : `stays here: ${session.model.provider} works on this machine; /model chooses who`,
      ],
      ["MCP servers", plugins.has("mcp-bridge") ? "get what the model calls them with; /mcp lists them" : "none"],
      ["Telemetry", telemetry(env, plugins)],
      ["Crash reports", "none are sent"],
    ]);
    const stays: Block = rows([
      ["Sessions", session.transcriptPath ? `kept ${days} days; cleanupPeriodDays changes that` : "not kept"],
      ["Memory", isMemoryOn ? "kept in files; autoMemoryEnabled=false ends that" : "off"],
      ["Keys", `sealed in ${stateFolder}; /login shows them, /logout forgets one`],
    ]);
    return {
      panel: await pagePanel({
        title: "Privacy",
        parts: [
          { title: "Leaves this machine", load: () => [leaves] },
          { title: "Stays on it", load: () => [stays] },
        ],
      }),
    };
  };
}

function rows(all: readonly (readonly [name: string, value: string])[]): Block {
  return { type: "fields", fields: all.map(([name, value]) => ({ name, value: visibleLine(value) })) };
}

function addressOf(provider: string, env: HostInfo["env"]): string {
  const named = env[`${provider.toUpperCase().replaceAll("-", "_")}_BASE_URL`];
  return named && URL.canParse(named) ? `${provider} at ${new URL(named).host}` : provider;
}

function telemetry(env: HostInfo["env"], plugins: ReadonlySet<string>): string {
  const isAsked = [env.GANTRY_ENABLE_TELEMETRY, env.CLAUDE_CODE_ENABLE_TELEMETRY].some((value) =>
    /^(1|true|yes|on)$/i.test(value ?? ""),
  );
  if (!plugins.has("telemetry-otel") || env.OTEL_SDK_DISABLED === "true") return "off";
  if (!isAsked)
    return "off, unless your configuration says telemetry-otel.enabled; GANTRY_ENABLE_TELEMETRY=1 turns it on";
  return `on, to ${env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "the usual place on this machine"}, without what is said`;
}
