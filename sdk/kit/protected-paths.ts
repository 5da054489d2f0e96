import { below, componentsOf, foldName } from "./paths.ts";
import { matchText } from "./stars.ts";

/** Folders whose content steers programs: version control, editors, build tools, this host and its like. */
const PROJECT_FOLDERS = ".git .vscode .idea .husky .cargo .devcontainer .yarn .mvn .bundle .claude .gantry".split(" ");
const HOME_FOLDERS = ".config/git .config/fish .ssh .gnupg".split(" ");
const FOLDERS = [...PROJECT_FOLDERS, ...HOME_FOLDERS].map((folder) => folder.split("/"));

/** Files that editors, shells that enter a folder, and hosts like this one obey wherever they find them. */
const PROJECT_FILES = ".mcp.json .claude.json .devcontainer.json .envrc .exrc .vimrc .nvimrc".split(" ");
/** Files that programs obey at their start when they lie in the home folder. */
const HOME_FILES = [
  ".gitconfig .ripgreprc .netrc .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .inputrc",
  ".login .logout .zshrc .zprofile .zshenv .zlogin .zlogout .kshrc .mkshrc .cshrc .tcshrc",
  ".npmrc .yarnrc .yarnrc.yml .pnpmrc .bunfig.toml .pypirc .condarc .gemrc .bazelrc .bazeliskrc",
].flatMap((line) => line.split(" "));
/** Files that the project's own tools obey. */
const TOOL_FILES = [
  ".gitmodules pyrightconfig.json .pnpmfile.cjs .pnpmfile.mjs bunfig.toml pip.conf",
  "gradle-wrapper.properties maven-wrapper.properties .pre-commit-config.yaml .pre-commit-config.yml",
].flatMap((line) => line.split(" "));
const FILES = new Set([...PROJECT_FILES, ...HOME_FILES, ...TOOL_FILES]);
const FILE_PATTERNS = [/^\.?lefthook(-local)?\.(ya?ml|toml|jsonc?)$/, /^gantry\.config\.\w+$/, /^\.gantryrc(\.\w+)?$/];

const CONFIGURATION = [
  ...["ts", "mts", "js", "mjs", "cjs", "json", "yaml", "yml"].map((ending) => `gantry.config.${ending}`),
  ...["", ".json", ".yaml", ".yml", ".ts", ".js"].map((ending) => `.gantryrc${ending}`),
];

/**
 * Protected names that must not come into being in a folder worked in, as paths relative to it: version control, editors and
 * hosts obey them although nobody has run anything of the project; in the home folder, all that starts does.
 */
export function namesNotToMake(isHome: boolean): readonly string[] {
  const everywhere = [...PROJECT_FOLDERS, ...PROJECT_FILES, ...CONFIGURATION];
  return isHome ? [...everywhere, ...HOME_FOLDERS, ...HOME_FILES] : everywhere;
}

/** Every protected name, or one like it. */
const NAMES: readonly string[] = [
  ...FOLDERS.flat().filter((name) => name.startsWith(".")),
  ...FILES,
  ...["lefthook.yml", ".lefthook.yml", "lefthook.toml", "lefthook.json", "lefthook-local.yml"],
  ...["ts", "js", "mjs", "cjs", "mts", "json", "yaml", "yml"].map((ending) => `gantry.config.${ending}`),
  ...["", ".json", ".yaml", ".yml", ".ts", ".js"].map((ending) => `.gantryrc${ending}`),
];

/**
 * Whether a path is one that only a person may have written: it steers what other programs, or this host, run. Names count,
 * whether or not anything is there, in any letter case and composition, and as Windows and macOS may spell them.
 *
 * `roots` are the folders worked in: what leads to them does not count, so that a working folder inside `.claude/worktrees`
 * can be worked in. `state` are folders that are protected wherever they lie.
 */
export function isProtectedPath(path: string, roots: readonly string[], state: readonly string[] = []): boolean {
  const names = componentsOf(path).map(plainName);
  if (state.some((folder) => startsWith(names, componentsOf(folder).map(plainName)))) return true;
  const inside = roots.map((root) => below(path, root)).filter((parts) => parts !== undefined);
  const nearest = inside.sort((a, b) => a.length - b.length)[0];
  return isProtectedBelow(nearest ? nearest.map(plainName) : names);
}

/**
 * Whether a name with signs that stand for others (`*`, `?`, `[a-z]`) may stand for a protected one. A sign at the start stands for no
 * dot.
 */
export function mayNameProtected(glob: string): boolean {
  // All files of a kind: that one of them steers programs is not meant by who says so.
  if (!/[*?[]/.test(glob) || /^\*+(?:\.[\w.]+)?$/.test(glob)) return false;
  const pattern = plainName(glob).replace(/\[[^\]]*\]|\?/g, "*");
  const isDotless = /^\*/.test(pattern);
  return NAMES.some((name) => !(isDotless && name.startsWith(".")) && matchText(pattern, name));
}

function isProtectedBelow(names: readonly string[]): boolean {
  for (let at = 0; at < names.length; at++) {
    const rest = names.slice(at);
    if (rest[0] === ".claude" && rest[1] === "worktrees" && rest.length > 3) {
      return isProtectedBelow(rest.slice(3));
    }
    if (isMemory(rest)) return false;
    if (FOLDERS.some((folder) => startsWith(rest, folder))) return true;
  }
  const last = names.at(-1) ?? "";
  return FILES.has(last) || FILE_PATTERNS.some((pattern) => pattern.test(last));
}

/** Notes of the project's memory are text that is read, like a CLAUDE.md: they run nothing and allow nothing. */
function isMemory(names: readonly string[]): boolean {
  const [folder, memory, name = ""] = names;
  return names.length === 3 && folder === ".claude" && memory === "memory" && /^[^.].*\.md$/.test(name);
}

function startsWith(names: readonly string[], start: readonly string[]): boolean {
  return start.every((name, index) => isSpelling(names[index], name));
}

/** `git~1` is what Windows may call `.git`. */
function isSpelling(name: string | undefined, of: string): boolean {
  return name === of || /^([^.~]{1,6})~\d$/.exec(name ?? "")?.[1] === of.slice(1, 7);
}

/** Folded, without what file systems ignore: signs without ink, a Windows stream's name, dots and blanks at the end. */
function plainName(name: string): string {
  const visible = name.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "");
  return foldName(visible.replace(/(?<=.):.*$/s, "").replace(/(?<=[^. ])[. ]+$/, ""));
}
