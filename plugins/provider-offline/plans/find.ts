import type { JsonObject } from "gantry/sdk";
import type { Answer, Plan, PlanContext } from "../plan.ts";
import { type Found, listedIn } from "../results.ts";
import { bullets, counted } from "../say.ts";
import { call, searchLines } from "../steps.ts";
import { scopeFor, type Words } from "../words.ts";

/** Finds text and tells where it stands. */
export function* find(what: string, where: string | undefined, words: Words, context: PlanContext): Plan {
  const scope = scopeFor(where, words);
  const { name, search } = meantBy(what, words);
  const all = yield* searchLines({ ...search, ...scope });
  const found = all.filter(({ path }) => path !== context.target);
  if (!found.length) return nothing(name, where, words);
  const files = new Set(found.map(({ path }) => path)).size;
  return {
    said: `Found ${counted(found.length, "line")} with \`${name}\` in ${counted(files, "file")}:\n\n${bullets(found.map(inMarkdown))}`,
    saved: asDocument(name, found, context.target),
  };
}

/** Tells which files hold a text. */
export function* findFilesWith(what: string, where: string | undefined, words: Words): Plan {
  const scope = scopeFor(where, words);
  const { name, search } = meantBy(what, words);
  const input = { ...search, ...scope, output_mode: "files_with_matches", head_limit: 0 };
  const { files } = listedIn(withoutNotice(yield* call("Grep", input)));
  if (!files.length) return nothing(name, where, words);
  return {
    said: `${counted(files.length, "file")} with \`${name}\`:\n\n${bullets(files.map((file) => `\`${file}\``))}`,
    saved: `${files.join("\n")}\n`,
  };
}

/**
 * A search as it was meant: `/…/` is a regular expression, all else is literal; letter case counts only where it was
 * typed; `TODOs` is the plural of `TODO`.
 */
export function meantBy(what: string, words: Words): { readonly name: string; readonly search: JsonObject } {
  const isQuoted = words.isQuoted(what);
  const typed = words.literal(what);
  const expression = /^\/(.+)\/$/.exec(typed)?.[1];
  if (expression) return { name: typed, search: { pattern: expression } };
  const name = isQuoted ? typed : typed.replace(/^([A-Z]{2,})s$/, "$1");
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const hasNoCase = !isQuoted && name === name.toLowerCase();
  return { name, search: hasNoCase ? { pattern, "-i": true } : { pattern } };
}

function nothing(name: string, where: string | undefined, words: Words): Answer {
  const place = where === undefined ? "in this folder" : `in ${words.literal(where)}`;
  const said = `There is no \`${name}\` ${place}.`;
  return { said, saved: "", isEmpty: true };
}

function inMarkdown({ path, line, text }: Found): string {
  return `\`${path}:${line}\` ${text}`;
}

function asDocument(name: string, found: readonly Found[], target: string | undefined): string {
  if (target?.endsWith(".md")) return `# ${name}\n\n${found.map((line) => `- ${inMarkdown(line)}\n`).join("")}`;
  return found.map(({ path, line, text }) => `${path}:${line}: ${text}\n`).join("");
}

function withoutNotice(result: string): string {
  return /^No matches found/.test(result) ? "" : result;
}
