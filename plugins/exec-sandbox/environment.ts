import type { ExecSpec, HostInfo } from "gantry/sdk";

/** Where programs look for the machine's services, and for temporary files. */
const SERVICES = [
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "DOCKER_HOST",
  "GPG_AGENT_INFO",
  "SSH_AGENT_PID",
  "SSH_AUTH_SOCK",
  "WAYLAND_DISPLAY",
  "WSL_INTEROP",
  "XAUTHORITY",
  "XDG_RUNTIME_DIR",
];
const TEMPORARY = ["TMP", "TEMP", "TEMPDIR"];

export interface Environment {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** What changes of the environment for a confined program. */
export function confinedEnvironment(
  host: HostInfo,
  spec: ExecSpec,
  temporary: string,
  hasSockets: boolean,
): Environment {
  const libraries = spec.env?.LD_LIBRARY_PATH ?? host.env.LD_LIBRARY_PATH;
  return {
    set: { TMPDIR: temporary, ...(libraries && { LD_LIBRARY_PATH: libraries }) },
    unset: [...TEMPORARY, ...(hasSockets ? [] : SERVICES), ...(libraries ? [] : ["LD_LIBRARY_PATH"])],
  };
}
