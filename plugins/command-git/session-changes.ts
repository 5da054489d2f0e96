/** What tools have changed in a session, as their results tell it. */
import type { Entry, SessionView } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";
import type { FileDiff } from "./diffs.ts";

/** One change of one file. */
export interface Change extends FileDiff {
  readonly tool: string;
  /** The first line of the prompt that it came of. */
  readonly prompt: string;
  /** Of that prompt, from 1. */
  readonly number: number;
}

interface PatchData {
  readonly filePath?: unknown;
  readonly file_path?: unknown;
  readonly type?: unknown;
  readonly content?: unknown;
  readonly structuredPatch?: readonly {
    readonly oldStart: number;
    readonly oldLines?: number;
    readonly newStart: number;
    readonly newLines?: number;
    readonly lines: readonly string[];
  }[];
}

/** Oldest first. */
export function changesIn({ entries }: Pick<SessionView, "entries">): readonly Change[] {
  let prompt = "";
  let number = 0;
  return entries.flatMap((entry): readonly Change[] => {
    if (isPrompt(entry)) {
      prompt = typedText(entry).trim().split("\n")[0] ?? "";
      number += 1;
    }
    if (entry.type !== "tool_result" || entry.outcome !== "ok") return [];
    const diff = diffOf(entry.data as PatchData | null | undefined);
    return diff ? [{ ...diff, tool: entry.tool, prompt, number }] : [];
  });
}

function isPrompt(entry: Entry): entry is Extract<Entry, { type: "user" }> {
  return (
    entry.type === "user" && entry.isMeta !== true && entry.message.content.some(({ type }) => type !== "tool_result")
  );
}

function diffOf(data: PatchData | null | undefined): FileDiff | undefined {
  const path = data?.filePath ?? data?.file_path;
  if (typeof path !== "string" || !Array.isArray(data?.structuredPatch)) return undefined;
  const hunks = data.structuredPatch;
  if (hunks.length === 0) return createdFile(path, data);
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart}${oldLines === undefined ? "" : `,${oldLines}`} +${newStart}${newLines === undefined ? "" : `,${newLines}`} @@`,
    ...lines,
  ]);
  return { path, kind: "changed", lines, added: count(lines, "+"), removed: count(lines, "-") };
}

function createdFile(path: string, { type, content }: PatchData): FileDiff | undefined {
  if (type !== "create" || typeof content !== "string") return undefined;
  const lines = content === "" ? [] : content.replace(/\n$/, "").split("\n");
  return {
    path,
    kind: "new",
    lines: [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)],
    added: lines.length,
    removed: 0,
  };
}

function count(lines: readonly string[], sign: string): number {
  return lines.filter((line) => line.startsWith(sign)).length;
}
