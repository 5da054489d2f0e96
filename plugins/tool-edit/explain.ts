import { ToolError } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { linesOf, plainText } from "gantry/sdk/kit/text-file";
import type { Edit } from "./edit.ts";
import { lineAt, type Match } from "./replace.ts";

const MOST_LINES_NAMED = 10;
/** Enough for every file that people write; a comparison with more would take seconds. */
const MOST_LINES_COMPARED = 50_000;
const LONGEST_LINE_COMPARED = 400;
const MOST_LINES_TRIED = 3;

/** Why the text was not found, and the nearest thing to it. */
export function noMatch(original: string, edit: Edit, isKnown: boolean): ToolError {
  const text = plainText(original).text;
  const wanted = plainText(edit.before).text;
  const change = isKnown ? "" : " The file has changed since it was read: read it again.";
  const hint =
    nearMiss(text, wanted) ??
    similarLine(text, wanted) ??
    "Nothing in it is similar: check the path, or find the place with Grep.";
  return new ToolError(`old_string does not occur in "${edit.path}". ${hint}${change}`);
}

/** Where the text was found, more than once. */
export function tooManyMatches(original: string, edit: Edit, matches: readonly Match[]): ToolError {
  const lines = matches.slice(0, MOST_LINES_NAMED).map(({ start }) => lineAt(original, start));
  const more = matches.length > lines.length ? ", …" : "";
  return new ToolError(
    `old_string occurs ${matches.length} times in "${edit.path}", in lines ${lines.join(", ")}${more}. Add lines around the one you mean until it is unique, or set replace_all to change all of them.`,
  );
}

const NEAR_MISSES: readonly (readonly [
  loosen: (text: string) => string,
  isForWantedOnly: boolean,
  hint: (line: number) => string,
])[] = [
  [
    (wanted) => wanted.replace(/^ *\d+\t/gm, ""),
    true,
    (line) => `It begins with the line numbers that Read shows: leave them out (line ${line}).`,
  ],
  [
    (wanted) => wanted.replaceAll("\\n", "\n").replaceAll("\\t", "\t").replaceAll('\\"', '"'),
    true,
    (line) => `It has escapes such as \\n where line ${line} has the character itself.`,
  ],
  [
    straightQuotes,
    false,
    (line) => `Line ${line} differs in the kind of quotes, dashes or spaces: copy them as they are.`,
  ],
  [
    looseSpace,
    false,
    (line) => `From line ${line} it is there with other indentation or spaces: copy them as they are.`,
  ],
  [(text) => looseSpace(straightQuotes(text)).toLowerCase(), false, (line) => `Line ${line} differs in letter case.`],
];

/** The text, but for something that models often get wrong. Every loosening keeps the number of lines. */
function nearMiss(text: string, wanted: string): string | undefined {
  for (const [loosen, isForWantedOnly, hint] of NEAR_MISSES) {
    const loose = loosen(wanted).replace(/^\n+|\n+$/g, "");
    if (loose.trim() === "" || (isForWantedOnly && loose === wanted)) continue;
    const inText = isForWantedOnly ? text : loosen(text);
    const at = inText.indexOf(loose);
    if (at >= 0) return hint(inText.slice(0, at).split("\n").length);
  }
  return undefined;
}

/** The place that the longest lines of the wanted text come from, by all appearances. */
function similarLine(text: string, wanted: string): string | undefined {
  const lines = linesOf(text)
    .slice(0, MOST_LINES_COMPARED)
    .map((line) => line.trim());
  const telling = linesOf(wanted)
    .map((line) => line.trim())
    .filter((line) => line.length > 2 && line.length <= LONGEST_LINE_COMPARED)
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST_LINES_TRIED);
  const present = telling.find((line) => lines.includes(line));
  if (present !== undefined) {
    return `Line ${lines.indexOf(present) + 1} is there, but not with the lines around it: read that place again and copy it exactly.`;
  }
  const short = lines.filter((line) => line.length <= LONGEST_LINE_COMPARED);
  for (const line of telling) {
    const similar = nearest(line, short);
    if (similar === undefined) continue;
    return `Line ${lines.indexOf(similar) + 1} is similar: ${JSON.stringify(similar)}. Read that place again and copy it exactly.`;
  }
  return undefined;
}

function straightQuotes(text: string): string {
  return text
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u00a0\u2007\u202f]/g, " ");
}

function looseSpace(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .join("\n");
}
