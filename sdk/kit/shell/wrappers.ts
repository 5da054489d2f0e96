/**
 * Programs that run what their words say: another program, or a script. For what forbids: where it cannot be told which word is the
 * program, each that may be is one.
 */
import { findWords } from "./find.ts";
import { type ShellWord, wordFrom } from "./text.ts";

interface Wrapper {
  /** How many words of its own may come before the program, such as the duration of `timeout`. */
  readonly skips?: number;
  /** Flags whose value is a script. */
  readonly script?: RegExp;
  /** All words together are a script. */
  readonly joins?: boolean;
  /** Any word that is no flag may be a script. */
  readonly anyScript?: boolean;
}

const SHELL_NAMES = "sh bash dash zsh ksh fish ash mksh";
const SHELL_WORDS = new Set(SHELL_NAMES.split(" "));
/** Shells that run what comes on their standard input when no word names a script; and what hands its input to one. */
export const SHELLS: ReadonlySet<string> = new Set(`${SHELL_NAMES} source . at batch crontab`.split(" "));

/** Programs that take programs of their own: no flag needs to be known, each word that is none may be where it begins. */
const PLAIN: readonly (readonly [skips: number, names: string])[] = [
  [
    0,
    "env sudo doas nice nohup setsid stdbuf ionice xargs parallel time command builtin exec noglob nocorrect strace ltrace unshare nsenter setpriv busybox toybox caffeinate fakeroot pkexec unbuffer chronic prlimit numactl systemd-run systemd-inhibit tini dumb-init valgrind rlwrap dbus-run-session firejail torsocks torify proxychains proxychains4 linux32 linux64 i386 x86_64 arch cpulimit entr ld.so chpst daemonize cross-env dotenv npx bunx pnpx uvx pipx watchexec nodemon coproc exec eatmydata softlimit setlock dircolors catchsegv rtkit gdb bwrap screen",
  ],
  [1, "timeout gtimeout chrt taskset flock chroot gosu su-exec setarch ssh runuser"],
  [2, "lxc-attach machinectl"],
];

/** Programs of which some subcommands run a program, behind so many words of their own. */
const SUBCOMMANDS: Readonly<Record<string, readonly [subcommand: RegExp, skips: number]>> = Object.assign(
  Object.create(null),
  Object.fromEntries(
    (
      [
        ["npm pnpm yarn bun", /^(?:exec|x|dlx)$/, 0],
        ["uv poetry pdm rye hatch pipx pixi op rtx", /^run$/, 0],
        ["bundle", /^exec$/, 0],
        ["asdf mise", /^(?:exec|x)$/, 1],
        ["direnv", /^exec$/, 1],
        ["docker podman nerdctl", /^(?:exec|run)$/, 1],
        ["kubectl", /^exec$/, 1],
        ["perf", /^(?:stat|record|trace)$/, 0],
        ["nix", /^(?:shell|run|develop)$/, 1],
      ] as const
    ).flatMap(([names, subcommand, skips]) => names.split(" ").map((name) => [name, [subcommand, skips]])),
  ),
);

const SPECIAL: Readonly<Record<string, Wrapper>> = {
  env: { skips: 0, script: /^(?:-[a-zA-Z]*S|--split-string)$/ },
  watch: { joins: true, skips: 0 },
  ssh: { skips: 1, joins: true },
  flock: { skips: 1, script: /^(?:-[a-z]*c|--command)$/ },
  script: { script: /^(?:-[a-z]*c|--command)$/ },
  su: { script: /^(?:-[a-z]*c|--command)$/ },
  runuser: { skips: 1, script: /^(?:-[a-z]*c|--command)$/ },
  capsh: { script: /^-c$/ },
  "nix-shell": { script: /^--(?:run|command)$/ },
  nix: { script: /^(?:-c|--command)$/ },
  tmux: { anyScript: true },
  screen: { skips: 0, anyScript: true },
  eval: { joins: true },
  trap: { anyScript: true },
  mapfile: { script: /^-C$/ },
  readarray: { script: /^-C$/ },
  compgen: { script: /^-C$/ },
  complete: { script: /^-C$/ },
  alias: { anyScript: true },
};

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ...PLAIN.flatMap(([skips, names]) => names.split(" ").map((name) => [name, { skips }] as const)),
  ...Object.entries(SPECIAL),
  ...SHELL_NAMES.split(" ").map((name) => [name, { script: /^[-+][a-zA-Z]*c[a-zA-Z]*$/ }] as const),
]);

/** What a command runs further. */
export interface Wrapped {
  readonly programs: readonly (readonly ShellWord[])[];
  readonly scripts: readonly string[];
}

/** A program by its bare name, however it is spelt. */
export function nameOf(path: string): string {
  if (path === "/proc/self/exe") return "bash";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return /^ld-[\w.-]+\.so[.\d]*$/.test(name) ? "ld.so" : name.replace(/\.exe$/i, "");
}

/** What the words of a command make it run. */
export function wrappedBy(words: readonly ShellWord[]): Wrapped {
  const [program, ...rest] = words;
  const name = program ? nameOf(program.text) : "";
  // It says where a program lies, and runs none.
  if (name === "command" && /^-[vV]$/.test(rest[0]?.text ?? "")) return { programs: [], scripts: [] };
  const wrapper = WRAPPERS.get(name);
  const found = { programs: [...ownPrograms(name, rest)], scripts: [...ownScripts(name, rest)] };
  const [subcommand, skips = 0] = SUBCOMMANDS[name] ?? [];
  const at = subcommand ? rest.findIndex(({ text }) => subcommand.test(text)) : -1;
  if (at >= 0) found.programs.push(...programsIn(rest.slice(at + 1), skips));
  if (!wrapper) return found;
  if (SHELL_WORDS.has(name)) found.programs.push(...scriptFile(rest));
  if (wrapper.script) found.scripts.push(...scriptsBehind(wrapper.script, rest));
  if (wrapper.anyScript) found.scripts.push(...rest.map(({ text }) => text.replace(/^[\w-]+=/, "")));
  const starts = wrapper.skips === undefined && !wrapper.joins ? [] : startsIn(rest, wrapper.skips ?? 0);
  if (wrapper.joins) found.scripts.push(...starts.map((at) => textOf(rest.slice(at))));
  else found.programs.push(...starts.map((at) => rest.slice(at)));
  return found;
}

/** `sh ./deploy.sh` runs what `./deploy.sh` runs. */
function scriptFile(words: readonly ShellWord[]): readonly (readonly ShellWord[])[] {
  if (words.some(({ text }) => /^[-+][a-zA-Z]*[cs]/.test(text))) return [];
  const at = words.findIndex(({ text }) => !isFlag(text));
  const script = words[at];
  return script?.kind === "literal" ? [words.slice(at)] : [];
}

const isFlag = (text: string | undefined) => text !== undefined && /^[-+]/.test(text);

/** Where the program of a wrapper may begin: at the first word that is no flag, or, where a flag may take that one, behind it. */
function startsIn(words: readonly ShellWord[], skips: number): readonly number[] {
  const starts = new Set<number>();
  let own = skips + 1;
  for (let at = 0; at < Math.min(words.length, 60); at++) {
    const { text } = words[at] as ShellWord;
    if (text === "--") {
      for (let next = at + 1; next <= at + 1 + skips && next < words.length; next++) starts.add(next);
      break;
    }
    if (isFlag(text) || /^\w+=/.test(text)) continue;
    starts.add(at);
    const mayBeValue = isFlag(words[at - 1]?.text) && !words[at - 1]?.text.includes("=");
    if (!mayBeValue && --own === 0) break;
  }
  return [...starts];
}

/** The scripts behind a flag such as `-c`: attached to it, behind `=`, or one of the next words that are no flags. */
function scriptsBehind(pattern: RegExp, words: readonly ShellWord[]): readonly string[] {
  return words.flatMap(({ text }, at) => {
    const [, long, value] = /^(--[\w-]+)=(.*)$/s.exec(text) ?? [];
    if (long !== undefined && pattern.test(long)) return [value ?? ""];
    const attached = /^-[a-zA-Z]*?([Sc])(.+)$/s.exec(text);
    const isAttached =
      attached?.[2] !== undefined && pattern.test(`-${attached[1]}`) && !/^[a-zA-Z]+$/.test(attached[2]);
    if (isAttached) return [[attached[2], textOf(words.slice(at + 1))].join(" ")];
    if (!pattern.test(text)) return [];
    const behind = words.slice(at + 1).filter((word) => !isFlag(word.text));
    return behind.slice(0, 3).map((word, index) => withArguments(word.text, behind.slice(index + 1)));
  });
}

/** A script with what `$0`, `$1` and `$@` stand for put in their places. */
function withArguments(script: string, values: readonly ShellWord[]): string {
  if (!/\$[\d@*{]/.test(script)) return script;
  const put = script
    .replace(/\$\{?(\d)\}?/g, (_, index) => values[Number(index)]?.text ?? "")
    .replace(/\$\{?[@*]\}?/g, textOf(values.slice(1)));
  return `${script}\n${put}`;
}

function programsIn(words: readonly ShellWord[], skips: number): readonly (readonly ShellWord[])[] {
  return startsIn(words, skips).map((start) => words.slice(start));
}

function textOf(words: readonly ShellWord[]): string {
  return words.map(({ text }) => text).join(" ");
}

/** Programs named in the words of `find`, `fd` and `git`. */
function ownPrograms(name: string, words: readonly ShellWord[]): readonly (readonly ShellWord[])[] {
  if (name === "find" || name === "gfind") return findPrograms(words);
  if (name === "fd" || name === "fdfind") {
    const at = words.findIndex(({ text }) => /^(?:-[xX]|--exec(?:-batch)?)$/.test(text));
    return at < 0 ? [] : [words.slice(at + 1)];
  }
  if (name === "source" || name === ".") return words.length ? [words] : [];
  if (name !== "git") return [];
  const aliased = words.flatMap(({ text }) => {
    const body = /(?:^|^-c)alias\.[^=]*=(?!!)(.*)$/s.exec(text)?.[1];
    return body ? [[GIT, ...body.split(/\s+/).map(wordFrom)]] : [];
  });
  const subcommands = ["foreach", "run"].flatMap((word) => {
    const at = words.findIndex(({ text }) => text === word);
    return at > 0 ? [words.slice(at + 1).filter(({ text }) => !/^--(?:recursive|quiet)$/.test(text))] : [];
  });
  return [...aliased, ...subcommands];
}

const GIT = wordFrom("git");

function findPrograms(words: readonly ShellWord[]): (readonly ShellWord[])[] {
  const { paths, names } = findWords(words);
  const found = [...new Map((names.length ? names : paths).map((word) => [word.text, word])).values()];
  return words.flatMap(({ text }, at) => {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(text)) return [];
    const rest = words.slice(at + 1);
    const end = rest.findIndex((word) => word.text === ";" || word.text === "+");
    return [(end < 0 ? rest : rest.slice(0, end)).flatMap((word) => (word.text === "{}" ? found : [word]))];
  });
}

/** Scripts in words of programs that are no wrappers. */
function ownScripts(name: string, words: readonly ShellWord[]): readonly string[] {
  const behind = (pattern: RegExp) =>
    words.flatMap(({ text }, at) => {
      const value = pattern.exec(text);
      return value ? [value[1] ?? words[at + 1]?.text ?? ""] : [];
    });
  switch (name) {
    case "git":
      return [
        ...behind(/=!(.*)$/s),
        ...behind(/^(?:-c)?(?:core|diff|pager|credential|sequence|gpg)[\w.-]*=(.+)$/is),
        ...behind(/^(?:--exec=(.*)|--exec|-x)$/s),
        ...behind(/^foreach$/),
      ];
    case "tar":
    case "gtar":
    case "bsdtar":
      return [
        ...behind(/^--[\w-]+=(?:exec=)?(.*\s.*)$/s),
        ...behind(/^(?:-I|-F|--use-compress-prog\w*|--to-command)$/),
      ];
    case "let":
    case "read":
    case "test":
    case "[":
    case "printf":
    case "declare":
    case "local":
    case "typeset":
    case "unset":
    case "mapfile":
    case "readarray":
    case "wait":
    case "export":
      // An index of an array is evaluated, whatever quotes it stood in.
      return words.flatMap(({ text }) =>
        [...text.matchAll(/\$\(([^()]*)\)|`([^`]*)`/g)].map(([, a, b]) => a ?? b ?? ""),
      );
    case "make":
    case "gmake":
      return behind(/^SHELL=(.*)$/s);
    default:
      return [];
  }
}
