import type { ProviderManifest } from "gantry/sdk";
import { countClaims } from "gantry/sdk/kit/claims";
import type { Check, Patient } from "./doctor.ts";

type Env = Patient["host"]["info"]["env"];

export function configuration({ report, settings }: Patient): readonly Check[] {
  const problems = [...report.notices, ...(settings?.problems ?? [])].filter(({ level }) => level !== "info");
  if (problems.length === 0) return [{ name: "configuration", state: "ok", text: "Nothing is wrong with it." }];
  return problems.map(({ level, text }) => ({
    name: "configuration",
    state: level === "error" ? "fail" : "warn",
    text,
    remedy: "gantry config shows where each key is set.",
  }));
}

export function failedPlugins({ report: { plugins } }: Patient): readonly Check[] {
  const failed = plugins.filter(({ state }) => state === "failed");
  if (failed.length === 0) return [{ name: "plugins", state: "ok", text: `${plugins.length} loaded, none failed.` }];
  return failed.map(({ name, from }) => ({
    name: "plugins",
    state: "fail",
    text: `${name} (${from}) could not be set up and is off.`,
    remedy: `Correct it, or leave it out with "-${name}" in "plugins".`,
  }));
}

/** Whether a model can be asked, and what each provider would need. */
export function providers({ report, host }: Patient): readonly Check[] {
  const all = report.plugins.flatMap(({ manifest }) => Object.entries<ProviderManifest>(manifest.providers ?? {}));
  if (all.length === 0) {
    return [
      {
        name: "providers",
        state: "fail",
        text: "No plugin provides a model.",
        remedy: 'Load one, such as "provider-offline".',
      },
    ];
  }
  const isReady = all.some(([, { usable }]) => typeof usable === "object" && keyOf(usable.env, host.info.env));
  return all.map(([name, manifest]) => providerCheck(name, manifest, host.info.env, isReady));
}

function providerCheck(name: string, { title, usable, setup }: ProviderManifest, env: Env, isReady: boolean): Check {
  const check = (state: Check["state"], text: string, remedy?: string): Check => ({
    name: `provider ${name}`,
    state,
    text: `${title}: ${text}`,
    ...(remedy !== undefined && { remedy }),
  });
  if (usable === "always") return check("ok", "can always be used.");
  if (usable === "named") return check("ok", "is used when it is named.");
  const key = keyOf(usable.env, env);
  if (key) return check("ok", `can be used, ${key} is set.`);
  const text = usable.probe
    ? `${usable.env.join(", ")} not set; a local server is looked for at the start.`
    : `cannot be used, ${usable.env.join(", ")} not set.`;
  return isReady || usable.probe ? check("ok", text) : check("warn", text, setup);
}

function keyOf(names: readonly string[], env: Env): string | undefined {
  return names.find((name) => env[name]);
}

export async function trust({ host }: Patient): Promise<Check> {
  const name = "trust";
  const { claims, isTrusted } = await host.untrusted();
  const trusted = isTrusted ? "is trusted" : "is not trusted";
  if (claims.length === 0) {
    const text = isTrusted ? `${host.info.cwd} is trusted.` : "Nothing in this folder needs trust.";
    return { name, state: "ok", text };
  }
  return {
    name,
    state: "warn",
    text: `${host.info.cwd} ${trusted}, and this is left out: ${countClaims(claims)}.`,
    remedy: "gantry trust list shows it. Start gantry here and say yes, or give --trust.",
  };
}
