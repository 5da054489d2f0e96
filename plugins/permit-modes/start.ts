import { type HostInfo, PERMISSION_MODES, type PermissionMode, PluginError, type Settings, z } from "gantry/sdk";
import { createAuto } from "./auto.ts";

const modeSchema = z
  .enum([...PERMISSION_MODES, "manual"])
  .transform((mode): PermissionMode => (mode === "manual" ? "default" : mode));

export interface Start {
  readonly mode: PermissionMode;
  /** The command line names the mode, so it counts even where a session remembers another. */
  readonly isAsked: boolean;
  /** Throws a coded error when a session may not enter the mode. */
  check(mode: PermissionMode): void;
  readonly notices: readonly string[];
}

/**
 * The mode that sessions start in. A mode that the command line asks for and that cannot be had is an error; one that a file
 * names is passed over, so that settings made for another machine do no harm.
 */
export function modeAtStart(
  settings: Settings,
  host: Pick<HostInfo, "env">,
  uid = process.getuid?.(),
  checkAuto: () => void = createAuto(settings, undefined).check,
): Start {
  const isSet = (key: string) => settings.get(`permissions.${key}`, z.boolean()) === true;
  const isForbidden = settings
    .layers("permissions.disableBypassPermissionsMode", z.unknown())
    .some(({ value }) => value === "disable" || value === true);
  const given = settings.layers("permissions.defaultMode", modeSchema);
  const flag = isSet("dangerouslySkip") ? "bypassPermissions" : given.find(({ layer }) => layer === "flag")?.value;
  const isBypassOffered =
    isSet("allowDangerouslySkip") ||
    isSet("dangerouslySkip") ||
    given.some(({ value }) => value === "bypassPermissions");

  const check = (mode: PermissionMode) => {
    if (mode === "auto") checkAuto();
    if (mode !== "bypassPermissions") return;
    if (isForbidden) throw forbidden();
    if (!isBypassOffered) throw notOffered();
    if (uid === 0 && host.env.IS_SANDBOX !== "1") throw asRoot();
  };

  if (flag !== undefined) {
    check(flag);
    return { mode: flag, isAsked: true, check, notices: [] };
  }
  const [nearest] = given;
  if (!nearest) return { mode: "default", isAsked: false, check, notices: [] };
  try {
    check(nearest.value);
    return { mode: nearest.value, isAsked: false, check, notices: [] };
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    const notice = `${nearest.source} sets permissions.defaultMode to ${nearest.value}, which does not count: ${error.message}`;
    return { mode: "default", isAsked: false, check, notices: [notice] };
  }
}

function asRoot(): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_ROOT",
    'The permission mode "bypassPermissions" is refused for root: whatever a model calls would run with all rights.',
    "Run as another user, or, in a container or sandbox, set IS_SANDBOX=1.",
  );
}

function notOffered(): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_BYPASS",
    'The permission mode "bypassPermissions" was not enabled when the program was started.',
    "Start with --allow-dangerously-skip-permissions.",
  );
}

function forbidden(): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_DISABLED",
    'The settings forbid the permission mode "bypassPermissions" (permissions.disableBypassPermissionsMode).',
    "Use --permission-mode acceptEdits, or add rules with --allowedTools.",
  );
}
