import { isMalformed, type Malformed, type Rule } from "gantry/sdk/kit/permission-rules";

/** Programs that run what the words after them say. */
const RUNNERS = new Set(
  [
    "sh bash dash zsh ksh fish busybox python python2 python3 node deno bun ruby perl php lua tclsh awk gawk sed osascript",
    "pwsh powershell env sudo doas su timeout nice nohup setsid stdbuf ionice xargs parallel watch time command builtin exec",
    "eval source . find npx bunx uvx pipx ssh chroot unshare nsenter flock strace script docker podman kubectl make",
  ].flatMap((line) => line.split(" ")),
);
/** Subcommands of package managers that run a package, or any script. */
const RUN_ANYTHING = /^(?:npm|pnpm|yarn|bun|uv|pipx|poetry|cargo|go|bundle|composer)\s+(?:exec|x|dlx|run|run-script)$/;
const MANAGERS = /^(?:npm|pnpm|yarn|bun|uv|poetry|cargo|go|bundle|composer)$/;

const SHELLS = new Set(["Bash", "PowerShell", "Monitor"]);

/** Whether an allow rule grants whatever somebody writes: a whole shell, an interpreter, a package runner, another agent. */
export function isSweeping(rule: Rule | Malformed): boolean {
  if (isMalformed(rule)) return false;
  const { tool, specifier } = rule;
  if (tool === "Agent" || tool === "Task") return true;
  if (!SHELLS.has(tool)) return false;
  if (specifier === undefined) return true;
  // Without a `*` a rule is one command, word for word.
  const star = specifier.indexOf("*");
  if (star < 0) return false;
  const fixed = specifier.slice(0, star).replace(/:$/, "").trim();
  const [program = ""] = fixed.split(/\s+/);
  const name = program.slice(program.lastIndexOf("/") + 1);
  const isOpenName = star <= program.length && !/[\s:]$/.test(specifier.slice(0, star));
  return isOpenName || RUNNERS.has(name) || RUN_ANYTHING.test(fixed) || MANAGERS.test(fixed);
}
