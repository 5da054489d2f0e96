import type { Call } from "gantry/sdk";
import { patternFor } from "gantry/sdk/kit/path-rules";
import { isPlain } from "./command.ts";
import { type About, familyOf } from "./match.ts";

/** Programs whose next word says what they do, so that a rule may end after it. */
const WITH_SUBCOMMANDS = words(
  "git npm pnpm yarn bun cargo go gh pip pip3 poetry uv make gradle mvn dotnet docker kubectl helm terraform aws gcloud az",
  "composer bundle rails mix nx turbo brew apt systemctl rustup deno",
);
/** Subcommands that run what the words after them say, or change what the program runs. */
const RUN_ANYTHING = words(
  "exec x dlx run run-script eval config alias bisect filter-branch submodule install tool script",
);
/** `npm run build` is one thing, `npm run` is anything. */
const SCRIPT_RUNNERS = words("npm pnpm yarn bun");
/** Programs that run their words: a rule that begins with one allows everything. */
const INTERPRETERS = words(
  "sh bash dash zsh ksh fish python python2 python3 node deno bun ruby perl php lua tclsh awk gawk sed osascript pwsh powershell",
  "env sudo doas timeout nice nohup setsid stdbuf ionice xargs parallel watch time command builtin exec eval source . find",
  "npx bunx uvx pipx ssh su chroot unshare nsenter flock strace busybox script docker kubectl",
);

/**
 * The narrowest rule that is worth keeping for a call. For a command: the program and its subcommand, or the very command;
 * nothing for programs that run other programs, and nothing for a program alone.
 */
export function suggestRule(call: Pick<Call, "tool">, about: About, cwd: string): string | undefined {
  const family = familyOf(call);
  switch (about.kind) {
    case "nothing":
      return call.tool.name;
    case "path":
      return about.places[0] && pathRule(family, about.places[0], cwd);
    case "url":
      return URL.canParse(about.url) ? `${family}(domain:${new URL(about.url).hostname})` : undefined;
    case "command":
      return commandRule(family, about.command.trim());
  }
}

/** What would allow this one call, whatever it is: shown on a refusal. */
export function remedyFor(call: Pick<Call, "tool">, about: About, cwd: string): string {
  const family = familyOf(call);
  const exact = about.kind === "command" ? exactRule(family, about.command.trim()) : undefined;
  const rules =
    about.kind === "path"
      ? about.places.map((place) => pathRule(family, place, cwd))
      : [suggestRule(call, about, cwd) ?? exact];
  const useful = rules.every((rule) => rule !== undefined) ? rules : [call.tool.name];
  return `To allow it: --allowedTools ${useful.map(quote).join(" ")}`;
}

function commandRule(family: string, command: string): string | undefined {
  const [program = "", first = "", second = ""] = command.split(/ +/);
  if (!isPlain(command) || first === "") return undefined;
  const isName = /^[a-z][a-z0-9:_-]*$/i;
  if (SCRIPT_RUNNERS.has(program) && first === "run" && isName.test(second))
    return `${family}(${program} run ${second}:*)`;
  if (WITH_SUBCOMMANDS.has(program) && isName.test(first) && !RUN_ANYTHING.has(first)) {
    return `${family}(${program} ${first}:*)`;
  }
  const name = program.slice(program.lastIndexOf("/") + 1);
  return INTERPRETERS.has(name) ? undefined : exactRule(family, command);
}

/** `undefined` where the text would mean something else as a rule. */
function exactRule(family: string, command: string): string | undefined {
  const isLiteral = command !== "" && command.length <= 300 && !command.includes("*") && isWritable(command);
  return isLiteral ? `${family}(${command})` : undefined;
}

function pathRule(family: string, path: string, cwd: string): string | undefined {
  return isWritable(path) ? `${family}(${patternFor(path, cwd)})` : undefined;
}

/** Whether a text can stand within the brackets of a rule: brackets of its own in pairs, nothing that is not seen. */
function isWritable(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0 && !/\p{C}/u.test(text);
}

/** The rule as one word of a shell's command line. */
function quote(rule: string): string {
  return /["$`\\!]/.test(rule) ? `'${rule.replaceAll("'", "'\\''")}'` : `"${rule}"`;
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
