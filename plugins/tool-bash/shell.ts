import { existsSync } from "node:fs";
import { join } from "node:path";
import { type HostInfo, ToolError } from "gantry/sdk";
import { programFolders, workspaceOf } from "gantry/sdk/kit/program-folders";

const USUAL = ["/usr/bin/bash", "/bin/bash", "/usr/local/bin/bash", "/opt/homebrew/bin/bash"];

/** The absolute path of bash, never one inside the workspace. Throws for the model when there is none. */
export function findBash(host: HostInfo): () => string {
  const fromPath = programFolders(host.env.PATH, workspaceOf(host)).map((folder) =>
    join(folder, process.platform === "win32" ? "bash.exe" : "bash"),
  );
  const bash = [...USUAL, ...fromPath].find((path) => existsSync(path));
  return () => {
    if (bash) return bash;
    throw new ToolError("There is no bash on this machine. Use another tool, or ask the person to install bash.");
  };
}

export interface Script {
  readonly command: string;
  /** Read before the command, if there is such a file. */
  readonly environmentFiles: readonly string[];
  /** Where the folder that the command ends in is written. */
  readonly folderFile: string | undefined;
}

/**
 * The arguments of bash. Everything added stands before the command on its first line, so that line numbers, here-documents
 * and syntax errors are the command's own, and a command that does not parse runs not at all.
 */
export function bashArguments({ command, environmentFiles, folderFile }: Script): string[] {
  const before = ["exec 2>&1"];
  if (folderFile) {
    before.push(`trap -- ${quote(`builtin pwd -P >|${quote(folderFile)} 2>/dev/null`)} EXIT`);
  }
  for (const file of environmentFiles) if (existsSync(file)) before.push(`. ${quote(file)} >/dev/null`);
  return ["--noprofile", "--norc", "-c", `${before.join("; ")}; ${command}`, "bash"];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
