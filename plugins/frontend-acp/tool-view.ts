import { isAbsolute, relative } from "node:path";
import type { ToolCallContent, ToolCallLocation, ToolKind } from "@agentclientprotocol/sdk/unstable";
import { type SessionView, type ToolInfo, z } from "gantry/sdk";
import { exactText } from "gantry/sdk/kit/question";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { visibleLine } from "gantry/sdk/kit/visible";

/** A call as a client shows it. */
export interface ToolView {
  readonly title: string;
  readonly kind: ToolKind;
  readonly locations: ToolCallLocation[];
  /** What it would change. */
  readonly diff: ToolCallContent[];
  /** The file that it is about, absolute. */
  readonly path: string | undefined;
}

const LONGEST_TITLE = 200;

const subjectsSchema = z.record(z.string(), z.unknown()).catch({});
const replacingSchema = z.object({ old_string: z.string(), new_string: z.string() });
const writingSchema = z.object({ content: z.string() });
const patchSchema = z.object({
  structuredPatch: z.array(z.object({ newStart: z.number().int().min(0), lines: z.array(z.string()) })).min(1),
});

/** By what the tool says of itself, never by its name. */
export function toolView(
  tool: Pick<ToolInfo, "name" | "permission" | "traits">,
  input: unknown,
  session: SessionView,
  before?: string,
): ToolView {
  const fields = subjectsSchema.parse(input);
  const path = pathIn(tool, fields, session);
  const kind = kindOf(tool, fields);
  return {
    title: titleOf(tool, fields, path, session),
    kind,
    locations: path === undefined ? [] : [{ path, ...lineOf(fields) }],
    diff: kind === "edit" && path !== undefined ? diffOf(fields, path, before) : [],
    path,
  };
}

function pathIn({ permission }: Pick<ToolInfo, "permission">, fields: Fields, session: SessionView) {
  const written = permission && "path" in permission ? fields[permission.path] : undefined;
  return typeof written === "string" && written !== "" && !written.includes("\0")
    ? inputPath(written, session)
    : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function kindOf({ permission, traits }: Pick<ToolInfo, "permission" | "traits">, fields: Fields): ToolKind {
  if (!permission) return traits?.readOnly ? "read" : "other";
  if ("command" in permission) return "execute";
  if ("url" in permission) return "fetch";
  if (!("path" in permission)) return "other";
  if (permission.family === "Edit") return "edit";
  if (!traits?.readOnly) return "other";
  return "pattern" in fields ? "search" : "read";
}

function titleOf(
  { name, permission }: Pick<ToolInfo, "name" | "permission">,
  fields: Fields,
  path: string | undefined,
  { cwd }: SessionView,
): string {
  const subject = permission && "command" in permission ? fields[permission.command] : undefined;
  if (typeof subject === "string" && subject) return line(`\`${exactText(subject).replaceAll("\n", " ⏎ ")}\``);
  const address = permission && "url" in permission ? fields[permission.url] : undefined;
  const words = [fields.pattern, path === undefined ? address : shortPath(path, cwd)];
  return line([name, ...words.filter((word) => typeof word === "string" && word !== "")].join(" "));
}

function line(text: string): string {
  return visibleLine(exactText(text), LONGEST_TITLE);
}

function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === "" ? "." : short.startsWith("..") || isAbsolute(short) ? path : short;
}

function lineOf({ offset }: Fields): { line?: number } {
  return typeof offset === "number" && Number.isInteger(offset) && offset > 0 ? { line: offset } : {};
}

/** What an edit is about to do; `before` is the file that it would replace as a whole. */
function diffOf(fields: Fields, path: string, before: string | undefined): ToolCallContent[] {
  const replacing = replacingSchema.safeParse(fields);
  if (replacing.success) {
    const { old_string: oldText, new_string: newText } = replacing.data;
    return [{ type: "diff", path, oldText: oldText === "" ? null : oldText, newText }];
  }
  const writing = writingSchema.safeParse(fields);
  return writing.success ? [{ type: "diff", path, oldText: before ?? null, newText: writing.data.content }] : [];
}

/** What an edit has done, by the patch in its structured result. */
export function changeIn(
  data: unknown,
  path: string,
): { readonly content: ToolCallContent[]; readonly locations: ToolCallLocation[] } | undefined {
  const patch = patchSchema.safeParse(data);
  if (!patch.success) return undefined;
  const hunks = patch.data.structuredPatch;
  return {
    content: hunks.map(({ lines }) => ({
      type: "diff",
      path,
      oldText: side(lines, "-"),
      newText: side(lines, "+"),
    })),
    locations: hunks.map(({ newStart }) => ({ path, line: Math.max(1, newStart) })),
  };
}

function side(lines: readonly string[], sign: "-" | "+"): string {
  const kept = lines.filter((one) => one.startsWith(" ") || one.startsWith(sign));
  return kept.map((one) => `${one.slice(1)}\n`).join("");
}
