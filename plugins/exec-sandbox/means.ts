import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { HostInfo } from "gantry/sdk";
import { probeArguments } from "./bubblewrap.ts";
import { findBwrap } from "./bwrap-program.ts";
import type { Policy } from "./policy.ts";

/** What this machine confines with, or why it cannot. */
export type Means =
  | { readonly kind: "bubblewrap" | "seatbelt"; readonly program: string }
  | { readonly problem: string };

const SEATBELT = "/usr/bin/sandbox-exec";
const PROBE_MS = 5000;

/** Looks for the program and runs it once. */
export async function findMeans(
  host: HostInfo,
  policy: Policy,
  workspace: readonly string[],
  platform: NodeJS.Platform = process.platform,
): Promise<Means> {
  if (platform === "darwin") {
    if (!existsSync(SEATBELT)) return { problem: `There is no ${SEATBELT} on this machine.` };
    const problem = await probe(SEATBELT, ["-p", "(version 1)(allow default)", "/usr/bin/true"]);
    return problem === undefined ? { kind: "seatbelt", program: SEATBELT } : { problem };
  }
  if (platform !== "linux") return { problem: `Commands cannot be confined on ${platform}; in WSL 2 they can.` };
  const program = findBwrap(host.env.PATH, workspace, policy.bwrapPath);
  if (program === undefined) return { problem: absent(policy.bwrapPath) };
  const problem = await probe(program, [...probeArguments(policy.isWeaker), "--", program, "--version"]);
  return problem === undefined ? { kind: "bubblewrap", program } : { problem };
}

/** Without the service for programs, which a session would else set up before it has to. */
function probe(file: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: "/", env: {}, timeout: PROBE_MS }, (error, _, stderr) => {
      if (!error) return resolve(undefined);
      const said = error.killed ? "it did not answer" : stderr.trim().split("\n").at(-1) || error.message;
      resolve(`${file} cannot confine commands on this machine (${said.slice(0, 300)}). ${remedyFor(said)}`);
    });
  });
}

function absent(given: string | undefined): string {
  if (given !== undefined) return `sandbox.bwrapPath names ${given}, which is no program that can be run.`;
  return "bubblewrap is not installed. Install it, for example with: apt install bubblewrap (dnf, pacman and apk have it by the same name).";
}

function remedyFor(said: string): string {
  if (/proc/i.test(said)) {
    return "In a container that may not mount /proc, set sandbox.enableWeakerNestedSandbox, which lets commands see other processes.";
  }
  return (
    "User namespaces have to be on: see the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and, on Ubuntu, " +
    "kernel.apparmor_restrict_unprivileged_userns; a container needs a seccomp profile that lets it make them."
  );
}
