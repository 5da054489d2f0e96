import type { Call, RuleSuggestion, SessionView } from "gantry/sdk";
import { patternFor } from "gantry/sdk/kit/path-rules";
import type { Subject } from "gantry/sdk/kit/permission-rules";
import type { Shell, ShellText } from "gantry/sdk/kit/shell";
import { inputPath } from "gantry/sdk/kit/tool-files";

/** Programs whose next word says what they do, so that a rule may end after it. */
const WITH_SUBCOMMANDS = words(
  "git npm pnpm yarn bun cargo go gh pip pip3 poetry uv make gradle mvn dotnet docker kubectl helm terraform aws gcloud az",
  "composer bundle rails mix nx turbo brew apt systemctl rustup deno",
);
/** Subcommands that run what the words after them say, or change what the program runs. */
const RUN_ANYTHING = words(
  "exec x dlx run run-script eval config alias bisect filter-branch submodule install tool script repl create init start",
);
/** `npm run build` is one thing, `npm run` is anything. */
const SCRIPT_RUNNERS = words("npm pnpm yarn bun");
/** Programs that run their words: a rule that begins with one allows everything. */
const INTERPRETERS = words(
  "sh bash dash zsh ksh fish ash python python2 python3 node deno bun ruby perl php lua tclsh awk gawk mawk sed osascript pwsh powershell",
  "env sudo doas timeout nice nohup setsid stdbuf ionice xargs parallel watch time command builtin exec eval source . find",
  "npx bunx uvx pipx ssh su chroot unshare nsenter flock strace busybox script docker kubectl tmux screen gdb vim vi ed ex tee dd",
);

const MOST_RULES = 5;
const LONGEST_RULE = 300;

/**
 * The narrowest rules that are worth keeping for a call, one for each part of a command: the program and its subcommand, or the very
 * command; nothing for programs that run other programs, and nothing for a program alone.
 */
export function suggestRules(call: Call, session: SessionView, shell: Shell | undefined): RuleSuggestion | undefined {
  const { permission = { family: call.tool.name } } = call.tool;
  const { family } = permission;
  const input = (call.input ?? {}) as Readonly<Record<string, unknown>>;
  const field = (key: string) => (typeof input[key] === "string" ? input[key] : "");
  if ("path" in permission) {
    const rule = pathRule(family, inputPath(field(permission.path) || ".", session), session.cwd);
    return rule === undefined ? undefined : { rules: [rule], covers: "this file, whichever tool of its kind is used" };
  }
  if ("url" in permission) {
    const url = field(permission.url);
    if (!URL.canParse(url)) return undefined;
    const { hostname } = new URL(url);
    return { rules: [`${family}(domain:${hostname})`], covers: `every address of ${hostname}` };
  }
  if ("name" in permission) {
    const name = field(permission.name).replace(/^\//, "");
    if (!/^[\w.:-]+$/.test(name)) return undefined;
    const isBare = permission.args === undefined || field(permission.args).trim() === "";
    return {
      rules: [`${family}(${name}${isBare ? "" : " *"})`],
      covers: `${name}${isBare ? "" : ", with any arguments"}`,
    };
  }
  if (!("command" in permission)) return { rules: [call.tool.name], covers: `every call of ${call.tool.name}` };
  return shell && commandRules(family, shell.readShell(field(permission.command)), shell);
}

/** What would allow this one call, whatever it is: shown on a refusal. */
export function remedyFor({ about, family, session }: Subject, call: Call): string {
  const shell = about.kind === "command" ? about.shell : undefined;
  const rules =
    about.kind === "path"
      ? about.places.map((place) => pathRule(family, place, session.cwd))
      : (suggestRules(call, session, shell)?.rules ?? [
          about.kind === "command" ? exactRule(family, about.text.text.trim()) : undefined,
        ]);
  const useful = rules.every((rule) => rule !== undefined) ? rules : [call.tool.name];
  return `To allow it: --allowedTools ${useful.map(quote).join(" ")}`;
}

function commandRules(family: string, text: ShellText, shell: Shell): RuleSuggestion | undefined {
  if (text.problem !== undefined || text.commands.some(({ after }) => after === undefined)) return undefined;
  const parts = text.commands.map(({ words: all, assignments }) => {
    const { words: inner } = shell.peel(all);
    if (assignments.length > 0 || inner.some(({ kind }) => kind === "open")) return { rule: undefined };
    const said = inner.map((word) => word.text);
    if (said[0] === "cd" || shell.lookingOf(inner)) return undefined;
    return { rule: commandRule(family, said, shell) };
  });
  const rules = new Set<string>();
  for (const part of parts) {
    if (!part) continue;
    if (part.rule === undefined) return undefined;
    rules.add(part.rule);
  }
  if (rules.size === 0 || rules.size > MOST_RULES) return undefined;
  return { rules: [...rules], covers: coveredBy([...rules]) };
}

function coveredBy(rules: readonly string[]): string {
  const open = rules.flatMap((rule) => /\((.+):\*\)$/s.exec(rule)?.[1] ?? []);
  return open.length
    ? `${open.map((start) => `"${start}"`).join(", ")} with any words after it`
    : "exactly this, nothing else";
}

function commandRule(family: string, said: readonly string[], shell: Shell): string | undefined {
  const [program = "", first = "", second = ""] = said;
  const isName = /^[a-z][a-z0-9:_-]*$/i;
  if (first === "" || INTERPRETERS.has(program.slice(program.lastIndexOf("/") + 1))) return undefined;
  if (SCRIPT_RUNNERS.has(program) && first === "run" && isName.test(second)) {
    return `${family}(${program} run ${second}:*)`;
  }
  if (WITH_SUBCOMMANDS.has(program) && isName.test(first)) {
    return RUN_ANYTHING.has(first) ? undefined : `${family}(${program} ${first}:*)`;
  }
  return exactRule(family, shell.lineOf(said));
}

/** `undefined` where the text would mean something else as a rule. */
function exactRule(family: string, command: string): string | undefined {
  const isLiteral = command !== "" && command.length <= LONGEST_RULE && !command.includes("*") && isWritable(command);
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
