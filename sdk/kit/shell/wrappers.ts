/** Programs that run the program their words name, or a script that one of their words is. */
import type { ShellWord } from "./text.ts";

interface Wrapper {
  /** Short flags that take the next word, or the rest of theirs. */
  readonly values?: string;
  /** Long flags that take the next word where they have no `=`. */
  readonly longValues?: readonly string[];
  /** How many words of its own come before the program. */
  readonly skips?: number;
  /** Assignments may come before the program. */
  readonly assigns?: boolean;
  /** The flag whose word is a script. */
  readonly script?: RegExp;
  /** All words together are a script. */
  readonly joins?: boolean;
}

const SHELL: Wrapper = { script: /^-[a-zA-Z]*c[a-zA-Z]*$/, values: "oO", longValues: ["--rcfile", "--init-file"] };

const WRAPPERS: Readonly<Record<string, Wrapper>> = Object.assign(Object.create(null), {
  env: { values: "uC", longValues: ["--unset", "--chdir"], assigns: true, script: /^(?:-S|--split-string)$/ },
  sudo: {
    values: "ughpCrtTUDR",
    longValues: ["--user", "--group", "--host", "--prompt", "--chdir", "--role", "--type"],
    assigns: true,
  },
  doas: { values: "uC", assigns: true },
  timeout: { values: "sk", longValues: ["--signal", "--kill-after"], skips: 1 },
  nice: { values: "n", longValues: ["--adjustment"] },
  nohup: {},
  setsid: {},
  stdbuf: { values: "ioe", longValues: ["--input", "--output", "--error"] },
  ionice: { values: "cnp", longValues: ["--class", "--classdata"] },
  chrt: { skips: 1 },
  taskset: { skips: 1 },
  xargs: {
    values: "aEIiLlnPsd",
    longValues: ["--arg-file", "--replace", "--max-lines", "--max-args", "--max-procs", "--max-chars", "--delimiter"],
  },
  parallel: { values: "aIjnN" },
  watch: { values: "nq", longValues: ["--interval"], joins: true },
  time: { values: "fo", longValues: ["--format", "--output"] },
  command: {},
  builtin: {},
  exec: { values: "a" },
  noglob: {},
  nocorrect: {},
  strace: { values: "eopsuE" },
  ltrace: { values: "eopsu" },
  flock: { values: "wE", skips: 1, script: /^(?:-c|--command)$/ },
  chroot: { skips: 1 },
  unshare: {},
  nsenter: { values: "tSG" },
  setpriv: {},
  script: { script: /^(?:-[a-z]*c|--command)$/ },
  su: { script: /^(?:-[a-z]*c|--command)$/ },
  runuser: { values: "ugG", script: /^(?:-[a-z]*c|--command)$/ },
  ssh: { values: "bcDEeFIiJLlmOopQRSWw", skips: 1, joins: true },
  busybox: {},
  toybox: {},
  eval: { joins: true },
  trap: { joins: true },
  caffeinate: {},
  dbus_run_session: {},
  sh: SHELL,
  bash: SHELL,
  dash: SHELL,
  zsh: SHELL,
  ksh: SHELL,
  fish: SHELL,
  ash: SHELL,
} satisfies Record<string, Wrapper>);

/** Shells that run what comes on their standard input when no word names a script. */
export const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash", "zsh", "ksh", "fish", "ash"]);

/** What a command runs further: other programs with their words, and scripts. */
export interface Wrapped {
  readonly programs: readonly (readonly ShellWord[])[];
  readonly scripts: readonly string[];
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What the words of a command make it run. `words` begins with the program, by its bare name. */
export function wrappedBy(words: readonly ShellWord[]): Wrapped {
  const [program, ...rest] = words;
  const name = program ? nameOf(program.text) : "";
  const wrapper = WRAPPERS[name];
  const scripts = scriptsIn(name, rest);
  const programs = name === "find" ? findPrograms(rest) : [];
  if (!wrapper) return { programs, scripts };
  const found = unwrap(wrapper, rest);
  return {
    programs: [...programs, ...(found.program.length && !wrapper.joins ? [found.program] : [])],
    scripts: [
      ...scripts,
      ...found.scripts,
      ...(wrapper.joins ? [found.program.map(({ text }) => text).join(" ")] : []),
    ],
  };
}

function unwrap(wrapper: Wrapper, words: readonly ShellWord[]): { program: readonly ShellWord[]; scripts: string[] } {
  const scripts: string[] = [];
  let skips = wrapper.skips ?? 0;
  for (let at = 0; at < words.length; at++) {
    const { text } = words[at] as ShellWord;
    const next = words[at + 1]?.text;
    if (wrapper.script?.test(text) && next !== undefined) {
      scripts.push(next);
      at++;
    } else if (text === "--") continue;
    else if (/^-.|^\+[a-z]/.test(text)) {
      if (takesNext(wrapper, text)) at++;
    } else if (wrapper.assigns && /^\w+=/.test(text)) continue;
    else if (skips > 0) skips--;
    else return { program: words.slice(at), scripts };
  }
  return { program: [], scripts };
}

function takesNext({ values = "", longValues = [] }: Wrapper, flag: string): boolean {
  return flag.startsWith("--")
    ? longValues.includes(flag)
    : values.includes(flag.at(-1) as string) && !/^-\d/.test(flag);
}

function findPrograms(words: readonly ShellWord[]): (readonly ShellWord[])[] {
  return words.flatMap(({ text }, at) => {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(text)) return [];
    const rest = words.slice(at + 1);
    const end = rest.findIndex((word) => word.text === ";" || word.text === "+");
    return [end < 0 ? rest : rest.slice(0, end)];
  });
}

/** Scripts in words of programs that are no wrappers: an alias's value, git's own aliases. */
function scriptsIn(name: string, words: readonly ShellWord[]): string[] {
  if (name === "alias") return words.map(({ text }) => text.slice(text.indexOf("=") + 1));
  if (name === "git") return words.flatMap(({ text }) => /=!(.*)$/s.exec(text)?.[1] ?? []);
  return [];
}
