/**
 * Programs that only look, each with the flags that leave it so. What is not listed is not accepted: GNU programs take shortened long
 * flags, so a list of dangerous ones can always be got around.
 */

import type { Look } from "./look.ts";
import * as checks from "./looks-checks.ts";
import { TOOL_LOOKS, version } from "./looks-tools.ts";

const none: Look = { flags: "", rest: "none" };
const text = (flags = ""): Look => ({ flags, rest: "text", isTame: true });
const paths = (flags: string, more: Partial<Look> = {}): Look => ({ flags, isTame: true, ...more });
const flagless: Look = { flags: "", rest: "text", isTame: true, isFlagless: true };

const grep = paths(
  "-i -v -n -c -l -L -o -w -x -h -H -s -q -r -E -F -G -P -a -I -U -Z -z -b -T -A: -B: -C: -m: -e! -D: -d: -# --ignore-case --invert-match --line-number --count --files-with-matches --files-without-match --only-matching --word-regexp --line-regexp --no-filename --with-filename --no-messages --quiet --silent --recursive --extended-regexp --fixed-strings --basic-regexp --perl-regexp --text --null --after-context: --before-context: --context: --max-count: --regexp! --include: --exclude: --exclude-dir: --color? --colour? --binary-files:",
  { texts: 1, textFlags: "-e --regexp", isDeep: (flags) => flags.has("-r") || flags.has("--recursive") },
);

const listless: Partial<Look> = { isExact: true, check: (_flags, words) => checks.namesNoList(words) };
const SUMS = "-b -t -z --binary --text --tag --zero";

export const LOOKS: Readonly<Record<string, Look>> = Object.assign(Object.create(null), {
  // ---- text and numbers
  echo: flagless,
  printf: { ...text(), texts: 1, check: (_flags, [format]) => format !== undefined && checks.isPlainFormat(format) },
  true: flagless,
  false: flagless,
  ":": flagless,
  seq: { flags: "-w -s: -f:", rest: "text", isTame: false },
  expr: flagless,
  basename: text("-a -z -s:"),
  dirname: text("-z"),
  sleep: text(),
  factor: text(),
  numfmt: text("--to: --from: --suffix: --padding: --format:"),
  bc: { flags: "-l -q -s", rest: "none" },
  /** Without a program it shows what it is given. */
  xargs: { flags: "-0 -r -n: -L: -d:", rest: "none" },
  // ---- the shell itself
  exit: { ...flagless, check: (_flags, words) => words.length <= 1 && /^\d*$/.test(words[0] ?? "") },
  ulimit: { flags: "-a", rest: "none", check: (flags) => flags.has("-a") },
  jobs: { flags: "-l -p -r -s", rest: "none" },
  tput: { ...text(), check: (_flags, words) => /^(?:cols|lines|colors)$/.test(words.join(" ")) },
  // ---- files
  ls: paths(
    "-a -A -l -h -1 -R -r -t -S -d -F -p -i -s -n -o -g -G -c -u -U -x -C -m -q -Q -b -B -k -H -N -X -Z -v --all --almost-all --human-readable --color? --recursive --reverse --size --directory --group-directories-first --classify? --full-time --time: --time? --sort? --sort: --inode --no-group --numeric-uid-gid --ignore: --hide: --time-style: --format? --si --quoting-style: -I? -w? -T?",
  ),
  cat: paths(
    "-n -b -s -A -E -T -v -e -t -u --number --number-nonblank --squeeze-blank --show-all --show-ends --show-tabs",
  ),
  tac: paths("-b -s: --separator:"),
  nl: paths("-b: -n: -w: -s: -v: -i: -h: -f: -l: -d: -p"),
  head: paths("-n: -c: -q -v -z -# --lines: --bytes: --quiet --verbose"),
  tail: paths("-n: -c: -q -v -z -f -F -# --lines: --bytes: --quiet --verbose"),
  wc: paths("-l -w -c -m -L --lines --words --bytes --chars --max-line-length"),
  stat: paths("-c: -f -L -t --format: --printf: --terse --dereference"),
  file: { flags: "-b -i -k -L -h -p -r -s -0 --brief --mime --mime-type --mime-encoding --dereference", isTame: false },
  du: paths(
    "-a -h -s -c -k -m -b -x -0 -d: --max-depth: --human-readable --summarize --total --all --apparent-size --si --exclude:",
  ),
  df: paths("-h -H -k -T -i -a -l -P --human-readable --total --type: --si -t:"),
  tree: {
    flags:
      "-a -d -f -i -s -h -D -F -p -u -g -L: -I: -P: -C -n -J -X --dirsfirst --noreport --gitignore --du --prune --charset:",
    style: { reads: "next" },
    isTame: false,
  },
  realpath: paths(
    "-e -m -q -s -z -L -P --relative-to@ --relative-base@ --canonicalize-existing --canonicalize-missing --no-symlinks",
  ),
  readlink: paths("-f -e -m -n -q -v -z --canonicalize"),
  cmp: paths("-b -l -s -n: -i: --silent --quiet --verbose"),
  diff: paths(
    "-u -U: -c -C: -r -q -s -b -B -w -i -y -a -N -p -t -W: -x: -d -E -Z --brief --unified? --recursive --side-by-side --color? --ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-case --suppress-common-lines --exclude: --strip-trailing-cr --new-file --report-identical-files --minimal --no-dereference --width:",
    // Links in folders lead elsewhere.
    { check: (flags) => !(flags.has("-r") || flags.has("--recursive")) || flags.has("--no-dereference") },
  ),
  comm: paths("-1 -2 -3 -i -z --nocheck-order --check-order --total --output-delimiter:"),
  cut: paths(
    "-d: -f: -c: -b: -s -z --delimiter: --fields: --characters: --bytes: --complement --only-delimited --output-delimiter:",
  ),
  paste: paths("-d: -s -z --delimiters: --serial"),
  join: paths("-1: -2: -t: -o: -a: -e: -j: -v: -i --nocheck-order --header"),
  column: paths("-t -s: -n -c: -x -o: -J -N: -R: --table --separator: --output-separator:"),
  fold: paths("-w: -s -b --width: --spaces"),
  shuf: paths("-n: -e -i: -r -z"),
  fmt: paths("-w: -s -u -t -c"),
  expand: paths("-t: -i"),
  unexpand: paths("-t: -a"),
  rev: paths(""),
  awk: {
    flags: "-F:",
    texts: 1,
    style: { isOrdered: true },
    isTame: false,
    isExact: true,
    check: (_flags, [program = "", ...files]) => checks.isLookingAwk(program, files),
  },
  gzip: {
    flags: "-l -t -v --list --test --verbose",
    isExact: true,
    check: (flags) => ["-l", "-t", "--list", "--test"].some((flag) => flags.has(flag)),
  },
  zipinfo: {
    flags: "-1 -2 -s -m -l -h -t -z",
    isExact: true,
    check: (_flags, words) => words.length === 1 && /^[^*?[]+\.(?:zip|jar|whl)$/.test(words[0] as string),
  },
  zcat: { flags: "", isExact: true, check: (_flags, words) => words.every((word) => /\.(?:gz|tgz|Z)$/.test(word)) },
  tar: {
    ...flagless,
    texts: 1,
    rest: "paths",
    isExact: true,
    check: (_flags, words) => checks.isListingArchive(words),
  },
  unzip: {
    flags: "-l",
    isExact: true,
    check: (flags, words) =>
      flags.has("-l") && words.length === 1 && /^[^*?[]+\.(?:zip|jar|whl)$/.test(words[0] as string),
  },
  tee: {
    flags: "-a",
    rest: "text",
    isExact: true,
    check: (_flags, words) => words.every((word) => word === "/dev/null"),
  },
  tr: text("-d -s -c -C -t --delete --squeeze-repeats --complement"),
  sort: {
    flags:
      "-n -r -u -k: -t: -f -h -V -b -d -g -i -M -R -s -z -c -C -m --numeric-sort --reverse --unique --key: --field-separator: --ignore-case --human-numeric-sort --version-sort --stable --check",
    isTame: false,
  },
  uniq: {
    flags: "-c -d -u -i -f: -s: -w: -D -z --count --repeated --unique --ignore-case --skip-fields: --skip-chars:",
    style: { isOrdered: true },
    isTame: false,
    isExact: true,
    // A second file is written.
    check: (_flags, words) => words.length <= 1,
  },
  // A word with `@` names a file of further words.
  strings: paths("-a -n: -t: -e: -f -#", listless),
  nm: paths("-a -A -g -u -C -D -n -p -r -S", listless),
  size: paths("-A -B -d -o -x -t", listless),
  readelf: paths("-h -l -S -s -e -n -r -d -V -a -W -x: -p:", listless),
  objdump: paths("-a -C -d -D -f -h -j: -M: -p -r -R -s -t -T -w -x", listless),
  od: paths("-A: -t: -N: -j: -c -x -b -d -o -v -w?"),
  hexdump: paths("-C -n: -s: -v -c -x -b -d -o"),
  xxd: {
    flags: "-l: -s: -c: -g: -p -ps -b -u -e -i",
    style: { reads: "single", isOrdered: true },
    isTame: false,
    isExact: true,
    check: (_flags, words) => words.length <= 1,
  },
  base64: paths("-d -w: -i --decode --wrap: --ignore-garbage"),
  md5sum: paths(SUMS),
  sha1sum: paths(SUMS),
  sha224sum: paths(SUMS),
  sha256sum: paths(SUMS),
  sha384sum: paths(SUMS),
  sha512sum: paths(SUMS),
  b2sum: paths(SUMS),
  cksum: paths(""),
  shasum: paths("-a: -b -t"),
  sum: paths("-r -s"),
  jq: {
    flags:
      "-r -c -n -s -e -S -M -C -a -j -R --raw-output --compact-output --null-input --slurp --exit-status --sort-keys --monochrome-output --color-output --ascii-output --join-output --raw-input --tab --indent: --arg:: --argjson::",
    texts: 1,
    isTame: false,
    check: (_flags, words) =>
      !/\b(?:input_filename|env|\$ENV|\$__prog|import|include|modulemeta|get_search_list)\b/.test(words[0] ?? "") &&
      !/\$ENV/.test(words[0] ?? ""),
  },
  // ---- searching
  grep,
  egrep: grep,
  fgrep: grep,
  rg: {
    flags:
      "-i -v -n -c -l -o -w -x -H -I -s -S -q -F -P -U -a -N -L -u -uu -uuu -. -0 -p -A: -B: -C: -m: -e! -g: -t: -T: -d: -M: -j: -r: --ignore-case --invert-match --line-number --no-line-number --count --count-matches --files-with-matches --files-without-match --only-matching --word-regexp --line-regexp --no-filename --with-filename --case-sensitive --smart-case --quiet --fixed-strings --pcre2 --multiline --multiline-dotall --text --hidden --no-ignore --no-ignore-vcs --files --type-list --json --vimgrep --heading --no-heading --column --no-column --trim --stats --null --pretty --sort: --sortr: --color: --colors: --after-context: --before-context: --context: --max-count: --regexp! --glob: --iglob: --type: --type-not: --max-depth: --max-columns: --max-filesize: --threads: --replace: --no-messages --no-config --unrestricted --passthru",
    texts: 1,
    textFlags: "-e --regexp --files --type-list",
    isTame: false,
    isDeep: (flags) => ["--hidden", "-.", "-uu", "-uuu"].some((flag) => flags.has(flag)),
    check: (flags) => !flags.has("-L"),
  },
  fd: {
    flags:
      "-H -I -u -s -i -g -F -a -l -L -p -0 -e: -t: -E: -d: -c: --hidden --no-ignore --glob --extension: --type: --exclude: --max-depth: --absolute-path --full-path --color:",
    texts: 1,
    isTame: false,
    check: (flags) => !flags.has("-L"),
  },
  which: text("-a -s"),
  type: text("-a -t -p -P -f"),
  whereis: text("-b -m -s"),
  locale: version("-a", ""),
  // ---- the machine
  pwd: { flags: "-P -L", rest: "none" },
  whoami: none,
  id: { flags: "-u -g -G -n -r -z", rest: "text" },
  groups: text(),
  hostname: { flags: "-s -f -i -I -d", rest: "none" },
  uname: { flags: "-a -s -n -r -v -m -p -i -o --all --kernel-name --kernel-release --machine", rest: "none" },
  arch: none,
  nproc: { flags: "--all --ignore:", rest: "none" },
  uptime: { flags: "-p -s --pretty --since", rest: "none" },
  free: { flags: "-h -b -k -m -g -t -w --human --mega --giga --total --si", rest: "none" },
  date: {
    flags: "-u -R -I? --utc --iso-8601? --rfc-3339: --rfc-email -d: --date: -r@ --reference@",
    rest: "text",
    check: (_flags, words) => words.every((word) => word.startsWith("+")),
  },
  cal: text("-1 -3 -y -m -j"),
  ps: {
    flags:
      "-e -f -a -x -A -l -w -H -o: -p: -C: -u: -U: -ef -aux -auxw -auxww --sort: --forest --no-headers --pid: --format: -ww",
    // A list that it cannot read makes it read all flags anew in another way.
    style: { reads: "next" },
    rest: "text",
    check: (flags, words) => checks.isTameForPs(words, `${flags.get("-o")} ${flags.get("--format")}`),
  },
  pstree: text("-p -a -s -u -n"),
  pgrep: { flags: "-f -l -a -n -o -x -c -i -u: -d: -P:", rest: "text" },
  pidof: text("-s -x"),
  vmstat: { flags: "-s -a -w", rest: "text" },
  who: { flags: "-a -b -H -m -q -r -u", rest: "none" },
  w: { flags: "-h -s -f -i", rest: "none" },
  last: { flags: "-n: -# -a -d -F -w -x", rest: "text" },
  lsof: {
    flags: "-i? -n -P -t -a -l -p: -u: -c:",
    rest: "text",
    check: (_flags, words) =>
      words.length === 1 && /^(?:TCP|UDP|tcp|udp)?@?[\w.-]*:\d[\d,-]*$/.test(words[0] as string),
  },
  ss: { flags: "-t -u -l -n -p -a -x -s -e -i -m -o -4 -6 -H", rest: "none" },
  netstat: { flags: "-t -u -l -n -p -a -r -i -s -e -x -4 -6 -v -W", rest: "none" },
  ip: {
    flags: "-4 -6 -br -brief -j -json -s -d -o -c -color",
    style: { reads: "single" },
    rest: "text",
    check: (_flags, words) => checks.isShowingAddresses(words),
  },
  ifconfig: { flags: "-a", rest: "text", check: (_flags, words) => words.length <= 1 },
  lscpu: none,
  lsblk: { flags: "-a -f -l -o: -J -p", rest: "none" },
  tty: { flags: "-s", rest: "none" },
  getconf: text(),
  // ---- tests
  test: { ...flagless, isTame: false, check: (_flags, words) => checks.isTest(words) },
  "[": {
    ...flagless,
    isTame: false,
    check: (_flags, words) => words.at(-1) === "]" && checks.isTest(words.slice(0, -1)),
  },
  ...TOOL_LOOKS,
} satisfies Record<string, Look>);
