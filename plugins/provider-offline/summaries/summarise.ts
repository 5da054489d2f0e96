import type { FileView } from "../results.ts";
import { fenced } from "../say.ts";
import { summariseCode } from "./summarise-code.ts";
import { summariseJson, summarisePackage } from "./summarise-json.ts";
import { summariseMarkdown } from "./summarise-markdown.ts";

/** Says what is in a file, by its kind; `undefined` when it is not what its name says. */
type Summarise = (view: FileView, file: string) => string | undefined;

const KINDS: readonly { readonly name: RegExp; readonly summarise: Summarise }[] = [
  { name: /(^|[\\/])package\.json$/i, summarise: summarisePackage },
  { name: /\.(json|jsonc|webmanifest)$/i, summarise: summariseJson },
  { name: /\.(md|markdown|mdx)$|(^|[\\/])readme$/i, summarise: summariseMarkdown },
  { name: /\.([cm]?[jt]sx?|py|go|rs|java|kt|rb|php|cs|swift|c|h|cc|cpp|hpp|sh)$/i, summarise: summariseCode },
];

export function summarise(file: string, view: FileView): string {
  const heading = `**${file}**`;
  if (view.text.trim() === "") return `${heading} is empty.`;
  const kind = KINDS.find(({ name }) => name.test(file));
  const note = view.isPartial ? ` (only its beginning was read; it has ${view.lines} lines)` : "";
  return `${heading}${note}: ${kind?.summarise(view, file) ?? summariseText(view)}`;
}

function summariseText({ text, lines }: FileView): string {
  const first = text.split("\n").slice(0, 8).join("\n");
  return `${lines} ${lines === 1 ? "line" : "lines"}, ${text.length} characters. It begins:\n\n${fenced(first)}`;
}
