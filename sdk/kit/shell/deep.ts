import type { ShellCommand, ShellWord } from "./text.ts";
import { nameOf } from "./wrappers.ts";

/** A command that reads what lies in folders. */
export interface DeepRead {
  /** The folders; none named means the one it runs in. */
  readonly words: readonly ShellWord[];
  /** It leaves out names that begin with a dot, or that nobody has put under version control. */
  readonly isVisibleOnly: boolean;
}

/** Whether a command reads whatever lies in a folder, and in which; `undefined` for one that reads what it names. */
export function deepReadOf({ words: [program, ...rest] }: ShellCommand): DeepRead | undefined {
  const name = nameOf(program?.text ?? "");
  const has = (pattern: RegExp) => rest.some(({ text }) => pattern.test(text));
  const plain = rest.filter(({ text }) => !text.startsWith("-"));
  const all = (words = plain): DeepRead => ({ words, isVisibleOnly: false });
  switch (name) {
    case "grep":
    case "egrep":
    case "fgrep":
    case "zgrep":
    case "ggrep": {
      const isDeep = has(/^-[a-zA-Z]*[rR]/) || has(/^--(?:r|der)/) || has(/^(?:-d|--dir)/);
      return isDeep ? all(plain.slice(1)) : undefined;
    }
    case "rgrep":
      return all(plain.slice(1));
    case "rg":
    case "ag":
    case "ack":
    case "ug":
      return { words: plain.slice(1), isVisibleOnly: !has(/^--hid|^--no-ig|^--unr|^-[a-zA-Z]*[.u]/) };
    case "diff":
      return has(/^-[a-zA-Z]*r|^--rec/) ? all() : undefined;
    case "git": {
      const subcommand = plain[0]?.text ?? "";
      const isLog = /^(?:log|whatchanged|reflog)$/.test(subcommand) && has(/^-[pu]|^--patch|^-[SGL]/);
      const isWhole = isLog || /^(?:grep|diff|show|stash|archive|bundle)$/.test(subcommand);
      return isWhole ? { words: [], isVisibleOnly: true } : undefined;
    }
    case "tar":
    case "gtar":
    case "bsdtar":
      return rest.some(({ text }, at) =>
        (at === 0 ? /^-?[a-zA-Z]*[cru]/ : /^-[a-zA-Z]*[cru]|^--(?:create|append|update)/).test(text),
      )
        ? all()
        : undefined;
    case "zip":
    case "7z":
    case "rsync":
    case "cpio":
      return all();
    case "cp":
    case "scp":
      return has(/^-[a-zA-Z]*[rRa]|^--(?:rec|arch)/) ? all(plain.slice(0, -1)) : undefined;
    case "find":
      return has(/^-(?:exec|ok)/) && !has(/^-i?(?:name|path|regex)/) ? all(plain.slice(0, 1)) : undefined;
    case "cat":
    case "head":
    case "tail":
      return plain.some(({ text }) => text === ".") ? all() : undefined;
    default:
      return undefined;
  }
}
