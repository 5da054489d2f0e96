/** Programs that write, remove or move what their words name. Rather one word too many. */
import { quotedForWriting } from "./code.ts";
import { findWords } from "./find.ts";
import { readFlags } from "./flags.ts";
import { lookingOf } from "./looking.ts";
import { attachedTo } from "./places.ts";
import { sedFiles } from "./sed.ts";
import { type ShellCommand, type ShellWord, wordFrom } from "./text.ts";
import { nameOf } from "./wrappers.ts";

/** Whatever they are given may be changed. */
const WRITERS = new Set(
  [
    "rm rmdir unlink shred mv cp install ln link touch mkdir mktemp mkfifo mknod truncate tee dd rsync scp chmod chown chgrp chattr setfacl",
    "sponge split csplit patch unzip tar gzip gunzip bzip2 xz zstd 7z zip ed ex vi vim nano emacs wget curl sort uniq xxd tree yq",
    "rename prename fallocate rustfmt black isort script ffmpeg convert magick ssh-keygen",
  ].flatMap((line) => line.split(" ")),
);
/** Those that change files in place when a flag says so. */
const IN_PLACE =
  /^(?:[gmn]?awk|perl|ruby|g?sed|prettier|eslint|biome|gofmt|goimports|gofumpt|ruff|autopep8|yapf|clang-format|shfmt|stylelint|dprint|standard|xo|jq|yq|npx|bunx|pnpm|yarn|uvx)$/;
const IN_PLACE_FLAG = /^(?:-[a-zA-Z]*[iw].*|--i[\w-]*(?:=.*)?|--write|--fix[\w-]*|--overwrite|inplace)$/;
/** Flags whose value is written, whatever the program. */
const OUTPUT_FLAG =
  /^(?:-[oO]|-out|--out[\w-]*|--dest[\w-]*|--pack-destination|--target-directory|-t|-fprintf?|-fprint0|-fls)$/;

const GIT_WRITES = new Set(
  "rm mv checkout restore apply clean reset stash init clone worktree bundle archive format-patch am sparse-checkout".split(
    " ",
  ),
);
/** Subcommands of git that change whatever lies in the folder. */
const GIT_SWEEPS = new Set(
  "checkout restore clean reset stash am apply pull merge rebase switch cherry-pick revert".split(" "),
);

/** The words of a command that may name what it changes; few of a program that is not known to write. */
export function writtenBy({ words, redirections }: ShellCommand): readonly ShellWord[] {
  const targets = redirections.flatMap(({ kind, target }) =>
    (kind === "write" || kind === "open") && target ? [target] : [],
  );
  return [...targets, ...writtenWords(words)];
}

function writtenWords([program, ...rest]: readonly ShellWord[]): readonly ShellWord[] {
  const name = nameOf(program?.text ?? "");
  const copied = copiedTo(name, rest);
  if (copied) return copied;
  if (program && lookingOf([{ ...program, text: name }, ...rest])) return [];
  if (name === "dd") return spread(rest.filter(({ text }) => !text.startsWith("if=")));
  const outputs = [...outputsOf(rest, name), ...quotedForWriting([program as ShellWord, ...rest])];
  if (name === "sed" || name === "gsed") return [...outputs, ...sedWrites(rest)];
  if (name === "git") return [...outputs, ...gitWrites(rest)];
  if (name === "find")
    return [...outputs, ...(deletes(rest) ? [...findWords(rest).paths, ...findWords(rest).names] : [])];
  if (/^python[\d.]*$/.test(name)) return rest.some(({ text }) => text === "json.tool") ? spread(rest) : outputs;
  if ((name === "docker" || name === "podman") && rest.some(({ text }) => text === "cp")) return spread(rest);
  if (IN_PLACE.test(name) && rest.some(({ text }) => IN_PLACE_FLAG.test(text))) return [...outputs, ...spread(rest)];
  if (!WRITERS.has(name)) return outputs;
  return [...outputs, ...spread(rest), ...copies(name, rest)];
}

/** What copies or packs its words into the last, or the first, when no flag says otherwise: those flags, and where it writes. */
const COPIES: Readonly<Record<string, readonly [flags: string, into: "last" | "first"]>> = Object.assign(
  Object.create(null),
  {
    cp: ["-r -R -a -f -n -i -v -u -p -d --recursive --archive --force --no-clobber --verbose --update", "last"],
    install: ["-D -v -p -m:", "last"],
    rsync: ["-a -v -z -r -n -P -h -u -t --progress --stats --dry-run --delete --exclude: --archive --verbose", "last"],
    scp: ["-r -p -q -C -P: -i:", "last"],
    zip: ["-r -q -9 -1 -j -y", "first"],
    gzip: ["-c -k -n -9 -1 --stdout --keep", "first"],
    tar: ["-c -z -j -J -v -f: --exclude:", "first"],
  },
);

/** The words that a copy writes; `undefined` where that cannot be told for sure. */
function copiedTo(name: string, words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const [spec, into] = COPIES[name] ?? [];
  const bundled = name === "tar" && /^c[zjJv]*f$/.test(words[0]?.text ?? "");
  const dashed = bundled ? [{ ...(words[0] as ShellWord), text: `-${words[0]?.text}` }, ...words.slice(1)] : words;
  const read = spec && readFlags(dashed, spec);
  if (!read || words.some(({ kind, text }) => kind === "open" || (kind === "glob" && /^[*?[]/.test(text))))
    return undefined;
  const { flags, rest } = read;
  if (name === "tar") {
    const archive = flags.get("-f");
    return flags.has("-c") && archive !== undefined ? [wordFrom(archive)] : undefined;
  }
  if (name === "gzip") {
    if (flags.has("-c") || flags.has("--stdout")) return [];
    return flags.has("-k") || flags.has("--keep")
      ? rest.map((word) => ({ ...word, text: `${word.text}.gz` }))
      : undefined;
  }
  const target = rest.at(into === "last" ? -1 : 0);
  return rest.length > 1 && target ? [target, ...copies(name, rest)] : undefined;
}

function outputsOf(words: readonly ShellWord[], name: string): readonly ShellWord[] {
  return words.flatMap((word, at) => {
    const { text } = word;
    const next = words[at + 1];
    if (OUTPUT_FLAG.test(text) && next && !(text === "-t" && !/^(?:cp|mv|ln|install)$/.test(name))) return [next];
    const value = /^--(?:out|dest|pack-destination|target-directory)[\w-]*=(.+)$/s.exec(text)?.[1];
    const attached = /^-[oO](.+)$/s.exec(text)?.[1];
    return [value, attached].filter((part) => part !== undefined).map((part) => wordFrom(part as string));
  });
}

/** Files in place, the copies that are kept of them, and what a script of sed writes. */
function sedWrites(words: readonly ShellWord[]): readonly ShellWord[] {
  const scripted = words.flatMap(({ text }) =>
    [...text.matchAll(/(?:^|[\s;{}\d/|,#$gpiI])w\s+([^\s;}]+)/g)].map(([, path]) => wordFrom(path as string)),
  );
  const flags = words.flatMap(({ text }) => /^(?:-[a-zA-Z]*i(.*)|--i[a-z-]*(?:=(.*))?)$/s.exec(text) ?? []);
  const isInPlace = words.some(({ text }) => /^(?:-[a-zA-Z]*i|--i[a-z-]*(?:=|$))/.test(text));
  if (!isInPlace) return scripted;
  const endings = flags.filter((part) => part !== undefined && part !== "" && !part.startsWith("-"));
  const files = spread(sedFiles(words));
  return [...scripted, ...files, ...withEndings(files, endings)];
}

function withEndings(files: readonly ShellWord[], endings: readonly string[]): readonly ShellWord[] {
  return endings.flatMap((ending) =>
    files.map((file) => ({
      ...file,
      text: ending.includes("*") ? ending.replaceAll("*", file.text) : file.text + ending,
    })),
  );
}

/** Where copies come to lie: in the last folder, under their own names; and the old ones, under a name with an ending. */
function copies(name: string, words: readonly ShellWord[]): readonly ShellWord[] {
  if (!/^(?:cp|mv|ln|install|rsync|scp)$/.test(name)) return [];
  const plain = words.filter(({ text }) => !text.startsWith("-"));
  const target = plain.at(-1);
  if (!target) return [];
  const isFile = plain.length === 2 && /[^/]\.(?:[cm]?[jt]sx?|json|md|txt|ya?ml|toml|bak|orig|old)$/.test(target.text);
  const named = isFile ? [] : plain.slice(0, -1).filter(({ text }) => name !== "rsync" || !text.endsWith("/"));
  const into = named.map((word) => {
    const base = word.text.replace(/\/+$/, "").split("/").at(-1) ?? "";
    return {
      ...target,
      text: `${target.text.replace(/\/+$/, "")}/${base}`,
      kind: word.kind === "literal" ? target.kind : word.kind,
    };
  });
  const endings = words.flatMap(({ text }, at) => {
    if (/^(?:-[a-zA-Z]*S|--suffix)$/.test(text)) return words[at + 1]?.text ?? [];
    return /^--suffix=(.+)$/s.exec(text)?.[1] ?? [];
  });
  return [...into, ...withEndings(plain, endings)];
}

function gitWrites(words: readonly ShellWord[]): readonly ShellWord[] {
  const subcommand = subcommandOf(words);
  if (subcommand === "config") {
    const isReading = words.some(({ text }) => /^(?:-l|--list|--get[\w-]*|get|list)$/.test(text));
    const values = words.filter(({ text }) => !text.startsWith("-"));
    if (isReading || values.length < 3) return [];
    return [wordFrom(words.some(({ text }) => text === "--global") ? "~/.gitconfig" : ".git/config")];
  }
  return GIT_WRITES.has(subcommand) ? spread(words) : [];
}

function subcommandOf(words: readonly ShellWord[]): string {
  return words.find(({ text }, at) => !text.startsWith("-") && !/^-[cC]$/.test(words[at - 1]?.text ?? ""))?.text ?? "";
}

/** Whether a command may change whatever lies in its folder, without naming it. */
export function sweeps({ words: [program, ...rest] }: ShellCommand): boolean {
  const name = nameOf(program?.text ?? "");
  if (name !== "git") return false;
  const subcommand = subcommandOf(rest);
  const others = rest.filter(({ text }) => text !== subcommand && !text.startsWith("-"));
  return GIT_SWEEPS.has(subcommand) && (others.length === 0 || others.some(({ text }) => text === "."));
}

/** Each word, and what follows a sign or a cluster of flags in it, as in `of=file` and `-tfolder`. */
function spread(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.flatMap((word) => {
    const isFlag = word.text.startsWith("-");
    const values = [/=(.+)$/s.exec(word.text)?.[1], ...attachedTo(word.text)].filter((part) => part !== undefined);
    return [
      ...(isFlag ? [] : [word]),
      ...values.map((text) => ({ ...wordFrom(text as string), ...(word.kind === "open" && { kind: word.kind }) })),
    ];
  });
}

// ---------------------------------------------------------------- what is removed

/** Tests of find that leave most of a folder alone. */
const SELECTS = /^-(?:i?name|i?path|i?wholename|i?regex|[acm]time|[acm]min|newer.*|empty|user|group|perm)$/;

/** The words of a command that name what it removes, and all that lies in it. */
export function removedBy({ words }: ShellCommand): readonly ShellWord[] {
  const [program, ...rest] = words;
  const name = nameOf(program?.text ?? "");
  if (/^(?:rm|rmdir|unlink|shred)$/i.test(name)) {
    const end = rest.findIndex(({ text }) => text === "--");
    return rest.filter(({ text }, at) => !text.startsWith("-") || (end >= 0 && at > end));
  }
  if (name !== "find" || !deletes(rest) || selects(rest)) return [];
  return findWords(rest).paths;
}

function deletes(words: readonly ShellWord[]): boolean {
  return words.some(
    ({ text }, at) =>
      text === "-delete" ||
      (/^-(?:exec|ok)/.test(text) &&
        /^(?:rm|sh|bash|sed|mv|shred|unlink|truncate|tee|perl)$/.test(nameOf(words[at + 1]?.text ?? ""))),
  );
}

/** A test counts only where it chooses: not behind `!`, not beside `-o`, and none that nearly everything passes. */
function selects(words: readonly ShellWord[]): boolean {
  if (words.some(({ text }) => /^(?:-o|-or|,)$/.test(text))) return false;
  return words.some(({ text }, at) => {
    const isNegated = /^(?:!|-not)$/.test(words[at - 1]?.text ?? "");
    const value = words[at + 1]?.text ?? "";
    return SELECTS.test(text) && !isNegated && !/^\*+$|^[+-]0+$/.test(value);
  });
}
