/** A prompt, prepared for patterns: what stands in quotes is one word, whatever it holds. */
export interface Words {
  readonly text: string;
  /** What a part of the text stands for, without the quotes around it. */
  literal(part: string): string;
  /** The same with the quotes, as it was typed. */
  raw(part: string): string;
  isQuoted(part: string): boolean;
  /** The part as content of a file: a full stop at the end of the prompt belongs to it. */
  content(part: string): string;
}

const MAX_LENGTH = 20_000;
// Private use: a prompt that holds them loses them.
const OPEN = "\ue000";
const CLOSE = "\ue001";
const MARK = /\ue000(\d+)\ue001/g;
const ONE_MARK = /^\ue000(\d+)\ue001$/;

const QUOTED =
  /```[^\n`]*\n([\s\S]*?)\n?```|`([^`\n]+)`|"([^"\n]*)"|“([^”\n]*)”|(?<=^|[\s(])'([^'\n]*)'(?=$|[\s,.;:!?)])/g;

export function readWords(prompt: string): Words {
  const quotes: { readonly raw: string; readonly inner: string }[] = [];
  const marked = prompt
    .slice(0, MAX_LENGTH)
    .replaceAll(/[\ue000\ue001]/g, "")
    .replace(QUOTED, (raw, ...groups) => {
      const inner = groups.slice(0, 5).find((group) => group !== undefined) ?? "";
      quotes.push({ raw, inner });
      return `${OPEN}${quotes.length - 1}${CLOSE}`;
    });
  const at = (index: string) => quotes[Number(index)] ?? { raw: "", inner: "" };
  const raw = (part: string) => part.replace(MARK, (_, index) => at(index).raw);
  const literal = (part: string) => {
    const index = ONE_MARK.exec(part)?.[1];
    return index === undefined ? raw(part) : at(index).inner;
  };
  const text = polished(marked);
  const stop = /(?<=[^\ue001\s])[.?!]+$/.exec(marked.trim())?.[0] ?? "";
  return {
    text,
    raw,
    literal,
    isQuoted: (part) => ONE_MARK.test(part),
    content: (part) => literal(part) + (text.endsWith(part) ? stop : ""),
  };
}

/** Without the politeness. */
function polished(text: string): string {
  return text
    .trim()
    .replace(/^(?:(?:hey|hi|hello|ok|okay|so|now|then|and|please|gantry)[,!]? )+(?=\S)/i, "")
    .replace(
      /^(?:(?:can|could|would|will) you|i(?:'d| would) like (?:you )?to|i want (?:you )?to|let's|help me(?: to)?) /i,
      "",
    )
    .replace(/^(?:please|kindly|just) /i, "")
    .replace(/,? (?:please|for me|thanks|thank you)[.!]?$/i, "")
    .replace(/(?<=\S)[.?!]+$/, "")
    .trim();
}

const KNOWN_FILES = /^(readme|license|licence|changelog|makefile|dockerfile|contributing|agents|claude)$/i;

/** Whether a word names a file: it is quoted, has a dot or a slash in it, or is one that every repository has. */
export function namesFile(part: string, words: Words): boolean {
  if (/\s/.test(part)) return false;
  return words.isQuoted(part) || /[./\\~]/.test(part) || isKnownFile(part);
}

/** A file that people call by half its name. */
export function isKnownFile(part: string): boolean {
  return KNOWN_FILES.test(part);
}

const LANGUAGES: Readonly<Record<string, string>> = {
  typescript: "*.{ts,tsx,mts,cts}",
  javascript: "*.{js,jsx,mjs,cjs}",
  python: "*.py",
  markdown: "*.{md,markdown}",
  rust: "*.rs",
  go: "*.go",
  java: "*.java",
  ruby: "*.rb",
  shell: "*.{sh,bash}",
  yaml: "*.{yml,yaml}",
  test: "*{.,_}{test,spec}.*",
  text: "*.txt",
};

/** The pattern for a kind of file: a language, an extension, or a pattern as it stands. */
export function patternFor(kind: string): string | undefined {
  if (/[*?{[]/.test(kind)) return kind;
  const language = LANGUAGES[kind.toLowerCase()];
  if (language) return language;
  return /^\.?[a-z0-9]{1,5}$/i.test(kind) ? `*.${kind.replace(/^\./, "")}` : undefined;
}

const EVERYWHERE =
  /^(?:(?:this|the|my|our|whole|entire|current) )*(?:repo|repository|project|codebase|code base|code|workspace|folder|directory|here|everywhere|all files|files)$/i;

/** Where to look, as search tools want it: nothing for everywhere. */
export function scopeFor(where: string | undefined, words: Words): { readonly path?: string; readonly glob?: string } {
  if (where === undefined || EVERYWHERE.test(where)) return {};
  const kind = /^(?:all |the |every )?(\S+) files?$/i.exec(where)?.[1];
  const glob = kind && patternFor(words.literal(kind));
  if (glob) return { glob };
  const place = words.literal(where.replace(/^(?:the )?(?:file|folder|directory) /i, ""));
  return /[*?{]/.test(place) ? { glob: place } : { path: place };
}
