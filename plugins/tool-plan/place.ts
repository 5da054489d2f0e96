import { basename, dirname, join } from "node:path";
import { type Files, type HostInfo, isGantryError, type SessionView, type Settings, z } from "gantry/sdk";
import { decodeText } from "gantry/sdk/kit/text-file";
import { inputPath } from "gantry/sdk/kit/tool-files";

/** More than this is no plan. */
const MOST_BYTES = 256 * 1024;

export interface PlanPlace {
  /** Absolute; nothing need be there yet. */
  file(session: SessionView): string;
  /** Whether this is where all places of a call lead. A link at the file's own place is not it. */
  isFile(session: SessionView, places: readonly string[]): Promise<boolean>;
  /** What has been written; empty where nothing has. */
  read(session: SessionView): Promise<string>;
  write(session: SessionView, plan: string): Promise<void>;
}

/** One file a session: a fork has one of its own, and a session that goes on finds its own again. */
export function createPlace(
  files: Files,
  settings: Settings | undefined,
  host: Pick<HostInfo, "claudeFolder" | "cwd">,
): PlanPlace {
  function file(session: SessionView): string {
    const set = settings?.get("plansDirectory", z.string());
    const folder = set ? inputPath(set, { cwd: host.cwd, home: session.home }) : join(host.claudeFolder, "plans");
    return join(folder, `${startOf(session)}-${session.id.slice(-8)}.md`);
  }

  async function isFile(session: SessionView, places: readonly string[]): Promise<boolean> {
    const path = file(session);
    if (places.length === 0) return false;
    const real = join(await files.resolve(dirname(path)), basename(path));
    return places.every((place) => place === path || place === real);
  }

  return {
    file,
    isFile,
    async read(session) {
      try {
        const { bytes } = await files.read(file(session), { maxBytes: MOST_BYTES });
        return decodeText(bytes)?.text ?? "";
      } catch (thrown) {
        if (isGantryError(thrown) && thrown.code === "GANTRY_FILES_ABSENT") return "";
        throw thrown;
      }
    },
    async write(session, plan) {
      const path = file(session);
      const real = await files.resolve(path);
      // Never through a link that somebody has put there.
      if (await isFile(session, [real])) await files.write(path, Buffer.from(plan), { realPath: real });
    },
  };
}

/** The day on which the session began. */
function startOf({ allEntries }: SessionView): string {
  return (allEntries[0]?.timestamp ?? new Date().toISOString()).slice(0, 10);
}
