import { dirname, join } from "node:path";
import type { HostInfo, SessionView } from "gantry/sdk";

/**
 * Where a session keeps files beside its transcript: in a folder named after it, so that they are removed with it and the model may
 * read them. `isLasting` says whether anybody will: files of a session that leaves no transcript are their owner's to remove. May
 * not exist yet; make it with mode 0700.
 *
 * @example
 * const outputs = (host: HostInfo) => `${sessionFolder(host, session).path}/outputs`;
 */
export function sessionFolder(
  host: HostInfo,
  { id, transcriptPath }: Pick<SessionView, "id" | "transcriptPath">,
): { readonly path: string; readonly isLasting: boolean } {
  if (!transcriptPath?.startsWith(host.stateFolder) || !transcriptPath.endsWith(`${id}.jsonl`)) {
    return { path: join(host.stateFolder, "temporary", id), isLasting: false };
  }
  return { path: join(dirname(transcriptPath), id), isLasting: true };
}
