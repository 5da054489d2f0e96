import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type HostInfo, rootOf, type SessionView } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { environmentFile } from "gantry/sdk/kit/shell-folder";
import { rulesOf } from "./events.ts";
import type { Job } from "./job.ts";

/** What a script is told besides its input. */
export function environmentOf(
  { hook, session, input }: Pick<Job, "hook" | "session" | "input">,
  host: HostInfo,
  how: "run" | "look" = "run",
): Record<string, string> {
  const path = pathIn(input);
  return {
    ...withoutTelemetry(host),
    CLAUDE_PROJECT_DIR: session.cwd,
    CLAUDE_CODE_SESSION_ID: rootOf(session).id,
    CLAUDE_PID: String(process.pid),
    CLAUDECODE: "1",
    ...(rulesOf(hook.event).hasEnvironmentFile && { CLAUDE_ENV_FILE: fileFor(host, session, how) }),
    ...(path !== undefined && { CLAUDE_TOOL_FILE_PATH: path }),
  };
}

/** Where the host's own measurements go is nothing for scripts. The environment they start with can only be added to. */
function withoutTelemetry(host: HostInfo): Record<string, string> {
  const names = Object.keys(host.env).filter((name) => name.startsWith("OTEL_"));
  return Object.fromEntries(names.map((name) => [name, ""]));
}

function fileFor(host: HostInfo, session: SessionView, how: "run" | "look"): string {
  const file = environmentFile(host, session);
  if (how === "run") makeFolders(dirname(file), 0o700);
  return file;
}

/** The file that a call is about, as old scripts expect it in the environment. */
function pathIn(input: Readonly<Record<string, unknown>>): string | undefined {
  const given = input.tool_input as Readonly<Record<string, unknown>> | undefined;
  if (typeof given !== "object" || given === null) return undefined;
  return [given.file_path, given.notebook_path, given.path].find((path): path is string => typeof path === "string");
}

/** The folder that scripts run in; where that has gone, the nearest thing to it. */
export function folderFor(session: SessionView): string {
  return [session.cwd, session.home].find((folder) => existsSync(folder)) ?? resolve("/");
}
