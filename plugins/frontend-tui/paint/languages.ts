/** The languages that are highlighted, and the names that fences and files have for them. */
const NAMES: Readonly<Record<string, string>> = {
  bash: "sh shell zsh console shellsession",
  c: "h",
  cpp: "c++ cc cxx hpp hh",
  csharp: "cs c#",
  css: "",
  diff: "patch",
  dockerfile: "docker",
  go: "golang",
  graphql: "gql",
  ini: "toml conf cfg properties",
  java: "",
  javascript: "js jsx mjs cjs",
  json: "jsonc json5 jsonl webmanifest",
  kotlin: "kt kts",
  lua: "",
  makefile: "make mk",
  markdown: "md",
  php: "",
  powershell: "ps1 pwsh ps",
  python: "py pyi python3",
  ruby: "rb",
  rust: "rs",
  scss: "",
  sql: "",
  swift: "",
  typescript: "ts tsx mts cts",
  xml: "html htm svg vue xhtml plist",
  yaml: "yml",
};

const BY_NAME = new Map(
  Object.entries(NAMES).flatMap(([language, others]) =>
    [language, ...others.split(" ")].map((name) => [name, language]),
  ),
);

/** What a fence calls `ts`, `TypeScript {1,3}` or `file.ts`; `undefined` where it is not highlighted. */
export function languageOf(info: string): string | undefined {
  const word = /^[^\s{,:(]+/.exec(info.trim().toLowerCase())?.[0] ?? "";
  return word === "" ? undefined : (BY_NAME.get(word) ?? BY_NAME.get(word.slice(word.lastIndexOf(".") + 1)));
}
