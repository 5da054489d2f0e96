/** What of git only looks, in a repository whose configuration runs nothing. */
import type { Look } from "./look.ts";

const FORMAT =
  "--oneline --stat? --shortstat --numstat --name-only --name-status --patch -p -u --no-patch -s -U? --unified? --color? --no-color --word-diff? --abbrev? --summary --dirstat --raw --minimal --patience --histogram --diff-algorithm: -w -b --ignore-all-space --ignore-space-change --ignore-blank-lines --find-renames? -M? --find-copies? -C? --diff-filter: -S: -G: --pickaxe-regex --full-index --binary --no-prefix --no-renames --check -z -R --relative? --no-ext-diff --no-textconv --exit-code --quiet -q --inter-hunk-context= -W --function-context --compact-summary --ws-error-highlight=";
const LOG =
  "--pretty? --format= --graph --all --branches? --tags? --remotes? --decorate? --no-decorate --author: --committer: --grep: --since: --until: --after: --before: -n: -# --max-count: --skip: --merges --no-merges --first-parent --reverse --follow --date: --date-order --topo-order --author-date-order --cherry-pick --cherry --left-right --left-only --right-only --ancestry-path --simplify-by-decoration --full-history --abbrev-commit --no-abbrev-commit -i -E -F -P --invert-grep --all-match --boundary --show-signature --source --no-notes --cc -m -c --parents --children --relative-date --no-color-moved --merge-base";

/** A subcommand, and which words may follow. */
export interface GitLook extends Look {
  /** Its own first word comes before all flags. */
  readonly isFirst?: boolean;
  readonly words?: (words: readonly string[], flags: ReadonlyMap<string, string | undefined>) => boolean;
}

/** Git reads these flags one by one, and a part of them twice: none are clustered. */
const REVISIONS = { style: { reads: "single" } } as const;
const GETS = ["--get", "--get-all", "--get-regexp"];
const SHOWN_VARIABLE = /^GIT_(?:AUTHOR_IDENT|COMMITTER_IDENT|EDITOR|SEQUENCE_EDITOR|PAGER|DEFAULT_BRANCH)$/;
/** One with a dot is no subcommand; what may hold a secret is asked for. */
const isPlainKey = (word: string) =>
  /^[a-z][\w-]*(?:\.[\w./-]+)?\.[a-z][\w-]*$/i.test(word) && !/header|token|pass|secret|cookie|key/i.test(word);
const nothing = (words: readonly string[]) => words.length === 0;

export const GIT_LOOKS: Readonly<Record<string, GitLook>> = Object.assign(Object.create(null), {
  status: {
    flags:
      "-s --short -b --branch --porcelain? --long -v --verbose -u? --untracked-files? --ignored? -z --show-stash --ahead-behind --no-ahead-behind --renames --no-renames",
  },
  log: { flags: `${LOG} ${FORMAT} -L:`, ...REVISIONS },
  show: { flags: `${LOG} ${FORMAT} -L:`, ...REVISIONS },
  diff: { flags: `${FORMAT} --cached --staged --merge-base`, ...REVISIONS },
  "diff-tree": { flags: `${FORMAT} -r -t --root --no-commit-id`, ...REVISIONS },
  "diff-files": { flags: FORMAT, ...REVISIONS },
  "diff-index": { flags: `${FORMAT} --cached`, ...REVISIONS },
  shortlog: {
    flags: "-s -n -e -c --summary --numbered --email --all --no-merges --since: --until: --author: --group:",
  },
  blame: {
    flags:
      "-L: -l -t -s -e -w -M? -C? -b --date: --show-email --show-name --show-number --porcelain --line-porcelain --since:",
    ...REVISIONS,
  },
  annotate: { flags: "-L: -l -t -s -e", ...REVISIONS },
  branch: {
    flags:
      "-a -r -v -vv --all --remotes --verbose --list --show-current --contains: --no-contains: --merged? --no-merged? --sort: --format: --points-at: --color? --column --no-column -i --ignore-case",
    // A name alone makes a branch.
    words: (words, flags) => nothing(words) || flags.has("--list") || flags.has("--merged") || flags.has("--no-merged"),
  },
  tag: {
    flags:
      "-l --list -n? --sort: --contains: --no-contains: --merged --no-merged --points-at: --format: --column --no-column",
    words: (words, flags) => nothing(words) || flags.has("-l") || flags.has("--list"),
  },
  remote: {
    flags: "-v --verbose",
    words: (words) => nothing(words) || (words.length === 2 && words[0] === "get-url"),
  },
  stash: {
    flags: `-p --stat --name-only --oneline --patch -u --include-untracked`,
    // Flags before make it `stash push`.
    isFirst: true,
    words: (words) => words[0] === "list" || words[0] === "show",
  },
  "rev-parse": {
    flags:
      "--show-toplevel --show-prefix --show-cdup --git-dir --git-common-dir --absolute-git-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --abbrev-ref? --short? --verify --quiet -q --symbolic --symbolic-full-name --all --branches --tags --remotes --show-object-format",
  },
  "rev-list": { flags: `${LOG} --count --objects --not`, ...REVISIONS },
  "ls-files": {
    flags:
      "-c -d -m -o -i -s -u -z -t -v --cached --deleted --modified --others --ignored --stage --unmerged --exclude-standard --error-unmatch --full-name -x: --exclude: --directory --no-empty-directory --abbrev --eol",
  },
  "ls-tree": { flags: "-d -r -t -l -z --name-only --name-status --full-name --full-tree --long --abbrev" },
  "cat-file": { flags: "-t -s -p -e", words: (words) => words.length <= 2 },
  "merge-base": { flags: "--all --is-ancestor --fork-point --octopus --independent" },
  "name-rev": { flags: "--name-only --tags --all --always" },
  describe: {
    flags:
      "--tags --all --long --always --dirty? --abbrev? --exact-match --match: --exclude: --contains --first-parent",
  },
  reflog: { flags: `${LOG} ${FORMAT} -L:`, ...REVISIONS, words: (words) => nothing(words) || words[0] === "show" },
  grep: {
    flags:
      "-i -v -n -c -l -L -o -w -h -H -E -F -G -P -I -a -q -A: -B: -C: -e! -m: --ignore-case --line-number --count --files-with-matches --name-only --word-regexp --extended-regexp --fixed-strings --perl-regexp --show-function --function-context -p -W --cached --untracked --break --heading --color? --no-color --max-depth: --and --or --not --all-match",
    texts: 1,
    textFlags: "-e",
  },
  "for-each-ref": { flags: "--format: --sort: --count: --points-at: --merged --contains: --no-merged" },
  "show-ref": { flags: "--head --tags --heads --branches --verify -q --quiet -s --hash -d --dereference --abbrev" },
  "symbolic-ref": { flags: "--short -q --quiet", words: (words) => words.length === 1 },
  "count-objects": { flags: "-v -H --verbose --human-readable", words: nothing },
  "check-ignore": { flags: "-v -q -n --verbose --quiet --non-matching --no-index" },
  whatchanged: { flags: `${LOG} ${FORMAT} -L:`, ...REVISIONS },
  worktree: { flags: "--porcelain -v", isFirst: true, words: (words) => words.join(" ") === "list" },
  config: {
    flags:
      "-l --list --get --get-all --get-regexp --local --global --system --worktree --show-origin --show-scope --name-only -z --null --bool --int --path",
    words: (words, flags) => {
      if (flags.has("-l") || flags.has("--list")) return nothing(words);
      return words.length === 1 && (isPlainKey(words[0] as string) || GETS.some((flag) => flags.has(flag)));
    },
  },
  cherry: { flags: "-v --abbrev?" },
  var: { flags: "", words: (words) => words.length === 1 && SHOWN_VARIABLE.test(words[0] as string) },
  version: { flags: "--build-options", words: nothing },
} satisfies Record<string, GitLook>);
