/** The person's own program that finds files for what is typed behind an `@`. */
import { type Exec, type MentionSuggestion, type Session, type Settings, z } from "gantry/sdk";

const settingSchema = z.object({ type: z.literal("command"), command: z.string().min(1) });

/** A folder must not have a program run by being opened, trusted or not. */
const LAYERS: ReadonlySet<string> = new Set(["managed", "flag", "user"]);
const TIMEOUT_MS = 5000;
const MOST_BYTES = 200_000;
const MOST_FILES = 50;

export interface FileCommandParts {
  readonly exec: Exec | undefined;
  readonly settings: Settings | undefined;
}

/** What it finds, the best first; `undefined` where there is no such program, or it fails. May reject. */
export async function filesOfCommand(
  query: string,
  session: Session,
  { exec, settings }: FileCommandParts,
  signal: AbortSignal,
): Promise<readonly MentionSuggestion[] | undefined> {
  const setting = settings?.layers("fileSuggestion", settingSchema).find(({ layer }) => LAYERS.has(layer))?.value;
  if (!setting || !exec) return undefined;
  const { stdout, exitCode } = await exec.run({
    ...shell(setting.command),
    cwd: session.cwd,
    input: JSON.stringify({ query, cwd: session.cwd, session_id: session.id }),
    signal,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MOST_BYTES,
  });
  if (exitCode !== 0) return undefined;
  const files = stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return files.slice(0, MOST_FILES).map((mention) => ({ mention, kind: mention.endsWith("/") ? "folder" : "file" }));
}

function shell(command: string) {
  return process.platform === "win32"
    ? { file: "cmd.exe", args: ["/d", "/s", "/c", command] }
    : { file: "/bin/sh", args: ["-c", command] };
}
