import { below, componentsOf, foldName } from "./paths.ts";

/** Folders whose content steers programs: version control, editors, build tools, this host and its like. */
const FOLDERS = [
  [".git"],
  [".config", "git"],
  [".config", "fish"],
  [".vscode"],
  [".idea"],
  [".husky"],
  [".cargo"],
  [".devcontainer"],
  [".yarn"],
  [".mvn"],
  [".bundle"],
  [".ssh"],
  [".gnupg"],
  [".claude"],
  [".gantry"],
];

/** Files that programs run or obey when they start. */
const FILES = new Set(
  [
    ".gitconfig .gitmodules .mcp.json .claude.json .devcontainer.json .ripgreprc pyrightconfig.json .netrc",
    ".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .inputrc .envrc .login .logout",
    ".zshrc .zprofile .zshenv .zlogin .zlogout .kshrc .mkshrc .cshrc .tcshrc .exrc .vimrc .nvimrc",
    ".npmrc .yarnrc .yarnrc.yml .pnpmrc .pnpmfile.cjs .pnpmfile.mjs bunfig.toml .bunfig.toml pip.conf .pypirc",
    ".condarc .gemrc .bazelrc .bazeliskrc gradle-wrapper.properties maven-wrapper.properties",
    ".pre-commit-config.yaml .pre-commit-config.yml",
  ].flatMap((line) => line.split(" ")),
);
const FILE_PATTERNS = [/^\.?lefthook(-local)?\.(ya?ml|toml|jsonc?)$/, /^gantry\.config\.\w+$/, /^\.gantryrc(\.\w+)?$/];

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

function isProtectedBelow(names: readonly string[]): boolean {
  for (let at = 0; at < names.length; at++) {
    const rest = names.slice(at);
    if (rest[0] === ".claude" && rest[1] === "worktrees" && rest.length > 3) {
      return isProtectedBelow(rest.slice(3));
    }
    if (FOLDERS.some((folder) => startsWith(rest, folder))) return true;
  }
  const last = names.at(-1) ?? "";
  return FILES.has(last) || FILE_PATTERNS.some((pattern) => pattern.test(last));
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
