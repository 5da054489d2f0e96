/** Versions and lists of tools; none whose start obeys a file of the folder, as that of yarn, mvn and cargo does. */
import type { Look } from "./look.ts";
import * as checks from "./looks-checks.ts";

const SHOW_NAME = /^show \w[\w.-]*$/;

/** Its version by these flags, besides `--version`; or only these words, in this order. */
export const version = (flags = "", ...lines: readonly (string | RegExp)[]): Look => ({
  flags: `--version --help ${flags}`,
  rest: "text",
  check: (given, words) => {
    const said = words.join(" ");
    if (given.size > 0) return words.length === 0 && given.size === 1;
    return lines.some((line) => (typeof line === "string" ? line === said : line.test(said)));
  },
});

export const TOOL_LOOKS: Readonly<Record<string, Look>> = {
  node: version("-v"),
  npm: {
    flags: "-g -a -l -p --all --depth: --json --long --parseable --global --prod --omit: --version -v",
    rest: "text",
    check: (flags, [asked, ...words]) => {
      if (asked === undefined) return flags.has("--version") || flags.has("-v");
      if (asked === "config") return flags.size === 0 && checks.isPlainSetting(words);
      return /^(?:ls|list)$/.test(asked) || (/^(?:root|prefix|bin)$/.test(asked) && words.length === 0);
    },
  },
  npx: version(),
  bun: version("-v"),
  deno: version("-V"),
  tsc: version("-v"),
  eslint: version("-v"),
  prettier: version(),
  vitest: version("-v"),
  jest: version(),
  python: version("-V -VV"),
  python3: version("-V -VV"),
  pip: version("-V", "list", "freeze", SHOW_NAME),
  pip3: version("-V", "list", "freeze", SHOW_NAME),
  ruby: version("-v"),
  gem: version("-v", "list"),
  php: version("-v"),
  java: version("-version"),
  javac: version("-version"),
  go: version("", "version", "env", /^env [A-Z][A-Z0-9_]*$/),
  gofmt: version(),
  gcc: version("-v"),
  "g++": version("-v"),
  clang: version("-v"),
  make: version("-v"),
  cmake: version(),
  kubectl: {
    ...version("--client"),
    check: (flags, words) => words.join() === "version" && [...flags.keys()].join() === "--client",
  },
  terraform: version("-v -version", "version"),
  gh: version(),
  brew: version("", "list", "ls"),
  dpkg: {
    flags: "-l -L -s -S --list --listfiles --status --search --version",
    rest: "text",
    isTame: true,
    check: (flags) => flags.size === 1,
  },
  apt: {
    flags: "--installed --upgradable --version",
    rest: "text",
    check: (flags, words) => words.join(" ") === "list" || (words.length === 0 && flags.has("--version")),
  },
  systemctl: {
    flags: "--no-pager --user --all -a --failed --version",
    rest: "text",
    check: (_flags, [asked = "", ...units]) =>
      (/^(?:status|is-active|is-enabled)$/.test(asked) &&
        units.length <= 1 &&
        units.every((unit) => /^\w[\w@.:-]*$/.test(unit))) ||
      (/^list-(?:units|timers|unit-files)$/.test(asked) && units.length === 0),
  },
  curl: version("-V"),
  wget: version("-V"),
  bash: version(),
  docker: {
    flags:
      "-a -q -l -n: -s --all --quiet --no-trunc --format: --filter: -f: --version -v --size --latest --last: --digests --tail: --since: --until: -t --timestamps",
    rest: "text",
    check: (flags, words) => {
      const asked = words.join(" ");
      if (asked === "") return flags.has("--version") || flags.has("-v");
      if (words[0] === "logs") return words.length === 2 && /^\w[\w.-]*$/.test(words[1] as string);
      return [
        "ps",
        "images",
        "version",
        "info",
        "container ls",
        "image ls",
        "volume ls",
        "network ls",
        "compose ls",
      ].includes(asked);
    },
  },
} satisfies Record<string, Look>;
