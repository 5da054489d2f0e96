import type { Exec, Files, HostInfo, SessionView } from "gantry/sdk";
import type { Found } from "./repository.ts";

/** What the commands of this plugin work with. */
export interface Kit {
  readonly files: Files;
  readonly exec: Exec;
  readonly host: HostInfo;
  find(session: SessionView): Promise<Found>;
}
