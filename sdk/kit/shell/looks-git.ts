/** What of git only looks, in a repository whose configuration runs nothing. */
import type { Look } from "./looks.ts";

const FORMAT =
  "--oneline --stat --stat? --shortstat --numstat --name-only --name-status --patch -p -u --no-patch -s -U: --unified: --color --color? --no-color --word-diff --word-diff? --abbrev --abbrev? --summary --dirstat --raw --minimal --patience --histogram --diff-algorithm: -w -b --ignore-all-space --ignore-space-change --ignore-blank-lines --find-renames --find-renames? -M --find-copies -C --diff-filter: -S: -G: --pickaxe-regex --full-index --binary --no-prefix --no-renames --check -z -R --relative --relative? --no-ext-diff --no-textconv --exit-code --quiet -q --inter-hunk-context: -W --function-context --compact-summary --ws-error-highlight:";
const LOG =
  "--pretty --pretty? --format: --graph --all --branches --branches? --tags --tags? --remotes --remotes? --decorate --decorate? --no-decorate --author: --committer: --grep: --since: --until: --after: --before: -n: -# --max-count: --skip: --merges --no-merges --first-parent --reverse --follow --date: --date-order --topo-order --author-date-order --cherry-pick --cherry --left-right --left-only --right-only --ancestry-path --simplify-by-decoration --full-history --abbrev-commit --no-abbrev-commit --no-pager -L: -i -E -F -P --invert-grep --all-match --boundary --show-signature --source --no-notes --cc -m -c --parents --children --relative-date --no-color-moved --merge-base";

/** A subcommand, and which words may follow. */
export interface GitLook extends Look {
  readonly words?: (words: readonly string[], flags: ReadonlyMap<string, string | undefined>) => boolean;
}

const nothing = (words: readonly string[]) => words.length === 0;

export const GIT_LOOKS: Readonly<Record<string, GitLook>> = Object.assign(Object.create(null), {
  status: {
    flags:
      "-s --short -b --branch --porcelain --porcelain? --long -v --verbose -u: -u --untracked-files --untracked-files? --ignored --ignored? -z --show-stash --ahead-behind --no-ahead-behind --renames --no-renames",
  },
  log: { flags: `${LOG} ${FORMAT}` },
  show: { flags: `${LOG} ${FORMAT}` },
  diff: {
    flags: `${FORMAT} --cached --staged --merge-base --no-index`,
    words: (_words, flags) => !flags.has("--no-index"),
  },
  "diff-tree": { flags: `${FORMAT} -r -t --root --no-commit-id` },
  "diff-files": { flags: FORMAT },
  "diff-index": { flags: `${FORMAT} --cached` },
  shortlog: {
    flags: "-s -n -e -c --summary --numbered --email --all --no-merges --since: --until: --author: --group:",
  },
  blame: {
    flags:
      "-L: -l -t -s -e -w -M -C -b --date: --show-email --show-name --show-number --porcelain --line-porcelain --since:",
  },
  annotate: { flags: "-L: -l -t -s -e" },
  branch: {
    flags:
      "-a -r -v -vv --all --remotes --verbose --list --show-current --contains: --no-contains: --merged --merged? --no-merged --no-merged? --sort: --format: --points-at: --color? --column --no-column -i --ignore-case",
    // A name alone makes a branch.
    words: (words, flags) => nothing(words) || flags.has("--list") || flags.has("--merged") || flags.has("--no-merged"),
  },
  tag: {
    flags:
      "-l --list -n -n: -# --sort: --contains: --no-contains: --merged --no-merged --points-at: --format: --column --no-column",
    words: (words, flags) => nothing(words) || flags.has("-l") || flags.has("--list"),
  },
  remote: {
    flags: "-v --verbose",
    words: (words) => nothing(words) || (words.length === 2 && words[0] === "get-url"),
  },
  stash: {
    flags: `-p --stat --name-only --oneline --patch -u --include-untracked`,
    words: (words) => words[0] === "list" || words[0] === "show",
  },
  "rev-parse": {
    flags:
      "--show-toplevel --show-prefix --show-cdup --git-dir --git-common-dir --absolute-git-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --abbrev-ref --abbrev-ref? --short --short? --verify --quiet -q --symbolic --symbolic-full-name --all --branches --tags --remotes --show-object-format",
  },
  "rev-list": { flags: `${LOG} --count --objects --left-right --not` },
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
      "--tags --all --long --always --dirty --dirty? --abbrev? --abbrev: --exact-match --match: --exclude: --contains --first-parent",
  },
  reflog: { flags: `${LOG} ${FORMAT}`, words: (words) => nothing(words) || words[0] === "show" },
  grep: {
    flags:
      "-i -v -n -c -l -L -o -w -h -H -E -F -G -P -I -a -q -A: -B: -C: -e: -m: --ignore-case --line-number --count --files-with-matches --name-only --word-regexp --extended-regexp --fixed-strings --perl-regexp --show-function --function-context -p -W --cached --untracked --break --heading --color? --no-color --max-depth: --and --or --not --all-match",
    texts: 1,
    textFlags: "-e",
  },
  "for-each-ref": { flags: "--format: --sort: --count: --points-at: --merged --contains: --no-merged" },
  "show-ref": { flags: "--head --tags --heads --branches --verify -q --quiet -s --hash -d --dereference --abbrev" },
  "symbolic-ref": { flags: "--short -q --quiet", words: (words) => words.length === 1 },
  "count-objects": { flags: "-v -H --verbose --human-readable", words: nothing },
  "check-ignore": { flags: "-v -q -n --verbose --quiet --non-matching --no-index" },
  whatchanged: { flags: `${LOG} ${FORMAT}` },
  worktree: { flags: "--porcelain -v", words: (words) => words.join(" ") === "list" },
  config: {
    flags:
      "-l --list --get: --get-all: --get-regexp: --local --global --system --worktree --show-origin --show-scope --name-only -z --null --bool --int --path",
    words: (words, flags) =>
      nothing(words) && ["-l", "--list", "--get", "--get-all", "--get-regexp"].some((flag) => flags.has(flag)),
  },
  version: { flags: "--build-options", words: nothing },
} satisfies Record<string, GitLook>);
