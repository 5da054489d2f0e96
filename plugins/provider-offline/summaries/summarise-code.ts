import type { FileView } from "../results.ts";
import { counted } from "../say.ts";

interface Language {
  readonly title: string;
  readonly name: RegExp;
  readonly isImport: RegExp;
  /** What is declared, line by line; the named group is the name. */
  readonly declarations: readonly { readonly label: string; readonly pattern: RegExp }[];
}

const NAME = "(?<name>[\\p{L}_$][\\p{L}\\p{N}_$]*)";
const declared = (label: string, ...before: string[]) =>
  before.map((start) => ({ label, pattern: new RegExp(`^\\s*${start}\\s+${NAME}`, "u") }));

const LANGUAGES: readonly Language[] = [
  {
    title: "TypeScript or JavaScript",
    name: /\.[cm]?[jt]sx?$/i,
    isImport: /^\s*import\b|\brequire\(/,
    declarations: [
      ...declared(
        "Exports",
        "export(?: default)?(?: declare)?(?: abstract)?(?: async)? (?:function\\*?|class|const|let|var|interface|type|enum|namespace)",
      ),
      ...declared("Functions", "(?:async )?function\\*?"),
      ...declared("Classes", "(?:abstract )?class"),
      ...declared("Types", "(?:interface|type|enum)"),
    ],
  },
  {
    title: "Python",
    name: /\.py$/i,
    isImport: /^\s*(?:import|from)\b/,
    declarations: [...declared("Classes", "class"), ...declared("Functions", "(?:async )?def")],
  },
  {
    title: "Go",
    name: /\.go$/i,
    isImport: /^\s*import\b/,
    declarations: [...declared("Types", "type"), ...declared("Functions", "func(?: \\([^)]*\\))?")],
  },
  {
    title: "Rust",
    name: /\.rs$/i,
    isImport: /^\s*use\b/,
    declarations: [
      ...declared("Types", "(?:pub(?:\\([^)]*\\))? )?(?:struct|enum|trait)"),
      ...declared("Functions", "(?:pub(?:\\([^)]*\\))? )?(?:async )?fn"),
    ],
  },
];

const OTHER: Language = {
  title: "Source code",
  name: /./,
  isImport: /^\s*(?:import|use|using|require|#include|source)\b/,
  declarations: [
    ...declared("Classes", "(?:(?:public|private|protected|static|final|abstract) )*(?:class|interface|struct|module)"),
    ...declared("Functions", "(?:(?:public|private|protected|static) )*(?:function|def|func|fun)"),
  ],
};

/** What a source file declares, and how long it is. */
export function summariseCode({ text, lines }: FileView, file: string): string {
  const { title, isImport, declarations } = LANGUAGES.find(({ name }) => name.test(file)) ?? OTHER;
  const found = new Map<string, Set<string>>();
  let imports = 0;
  for (const line of text.split("\n")) {
    if (isImport.test(line)) imports++;
    const match = firstMatch(declarations, line);
    if (!match) continue;
    const names = found.get(match.label) ?? new Set();
    found.set(match.label, names.add(match.name));
  }
  const opening = firstComment(text);
  return [
    `${title}, ${counted(lines, "line")}${imports ? `, ${counted(imports, "import")}` : ""}.${opening ? ` ${opening}` : ""}`,
    ...[...found].map(([label, names]) => `- ${label} (${names.size}): ${[...names].slice(0, 40).join(", ")}`),
  ].join("\n");
}

function firstMatch(declarations: Language["declarations"], line: string) {
  for (const { label, pattern } of declarations) {
    const name = pattern.exec(line)?.groups?.name;
    if (name !== undefined) return { label, name };
  }
  return undefined;
}

/** What the file says of itself before anything else. */
function firstComment(text: string): string {
  const [, block, lines, doc] =
    /^(?:#!.*\n)?\s*(?:\/\*\*?([\s\S]*?)\*\/|((?:(?:\/\/|#)[^\n]*\n)+)|"""([\s\S]*?)""")/.exec(text.slice(0, 2000)) ??
    [];
  const words = (block ?? lines ?? doc ?? "").replace(/^[ \t]*(?:\*|\/\/|#)+[ \t]?/gm, "").trim();
  const sentence = words.split(/\n\s*\n/)[0]?.replaceAll(/\s+/g, " ") ?? "";
  return sentence.length > 200 ? `${sentence.slice(0, 200)}…` : sentence;
}
