import { join } from "node:path";
import { type HostInfo, rootOf, type SessionView } from "gantry/sdk";

/** Where the shells of a session and its agents keep their files: outputs that were too long to show, and `environment.sh`. May not exist yet. */
export function shellFolder(host: HostInfo, session: SessionView): string {
  return join(host.stateFolder, "shell", rootOf(session).id);
}

/**
 * The script that every shell command of the session reads first: the way for variables to outlive a command. Hook
 * scripts are told its path as `CLAUDE_ENV_FILE`.
 */
export function environmentFile(host: HostInfo, session: SessionView): string {
  return join(shellFolder(host, session), "environment.sh");
}
