import type { FileView } from "../results.ts";
import { counted } from "../say.ts";

/** A document's title, how it begins, and its headings. */
export function summariseMarkdown({ text, lines }: FileView): string {
  const prose = withoutCode(withoutFrontmatter(text)).split("\n");
  const headings = prose.flatMap((line) => {
    const [, marks, title] = /^(#{1,4}) +(.+?)(?: +#+)?$/.exec(line.trimEnd()) ?? [];
    return marks && title ? [{ level: marks.length, title }] : [];
  });
  const title = headings.find(({ level }) => level === 1)?.title ?? headings[0]?.title;
  const rest = headings.filter((heading) => heading.title !== title);
  const top = Math.min(...rest.map(({ level }) => level));
  return [
    `${title ? `"${title}", a` : "a"} document of ${counted(lines, "line")}.`,
    ...[firstParagraph(prose)].filter(Boolean),
    ...(rest.length
      ? [
          ["Headings:", ...rest.slice(0, 40).map(({ level, title }) => `${"  ".repeat(level - top)}- ${title}`)].join(
            "\n",
          ),
        ]
      : []),
  ].join("\n\n");
}

function firstParagraph(lines: readonly string[]): string {
  const start = lines.findIndex((line) => /^[^\s#<>|![\-*=`]/.test(line));
  if (start < 0) return "";
  const length = lines.slice(start).findIndex((line) => line.trim() === "");
  const paragraph = lines.slice(start, length < 0 ? undefined : start + length).join(" ");
  return paragraph.length > 400 ? `${paragraph.slice(0, 400)}…` : paragraph;
}

function withoutFrontmatter(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---\n/, "");
}

function withoutCode(text: string): string {
  let isCode = false;
  const kept = text.split("\n").filter((line) => {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    return !isFence && !isCode;
  });
  return kept.join("\n");
}
