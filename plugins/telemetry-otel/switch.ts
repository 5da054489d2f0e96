import { isAbsolute } from "node:path";
import { type Settings, type SetupContext, z } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import type { telemetryOtel } from "./index.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Switch {
  readonly isOn: boolean;
  /** The environment with what the person's own settings add to it. */
  readonly env: Environment;
  /** Something that was asked for where nobody may ask for it. */
  readonly problem?: string;
}

type Context = Pick<SetupContext<typeof telemetryOtel>, "config" | "use" | "host">;

const environmentSchema = z.record(z.string(), z.coerce.string());

/** Whether the person, or the administrator, wants telemetry. Nothing of a folder is heeded, trusted or not. */
export async function readSwitch({ config, use, host }: Context): Promise<Switch> {
  const settings = await use.settings?.().catch(() => undefined);
  const env = { ...host.env, ...personalEnvironment(settings) };
  if (isYes(env.OTEL_SDK_DISABLED)) return { isOn: false, env };
  const asked = env.GANTRY_ENABLE_TELEMETRY || env.CLAUDE_CODE_ENABLE_TELEMETRY;
  if (asked) return { isOn: isYes(asked), env };
  if (!config.enabled) return { isOn: false, env };

  const { report } = await use.inspector();
  const origins = report().config["telemetry-otel.enabled"] ?? [];
  const isPersonal = (from: string) => !isAbsolute(from) || isWithin(from, [host.stateFolder]);
  const isOn = origins.find(({ from }) => isPersonal(from))?.value === true;
  const [nearest] = origins;
  if (isOn || !nearest) return { isOn, env };
  const remedy = "Set it in your own configuration, or set GANTRY_ENABLE_TELEMETRY=1.";
  return { isOn, env, problem: `"telemetry-otel.enabled" does not count in ${nearest.from}. ${remedy}` };
}

export function isYes(value: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(value?.trim() ?? "");
}

/** What `env` of the settings adds, but for what a folder's files say; nearest first in `layers`. */
function personalEnvironment(settings: Settings | undefined): Environment {
  const layers = settings?.layers("env", environmentSchema) ?? [];
  const personal = layers.filter(({ layer }) => layer !== "project" && layer !== "local");
  return Object.assign({}, ...personal.map(({ value }) => value).reverse());
}
