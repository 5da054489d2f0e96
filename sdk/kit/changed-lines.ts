import { z } from "gantry/sdk";

/** Lines that a call has put into a file and taken out of it. */
export interface ChangedLines {
  readonly added: number;
  readonly removed: number;
}

/** How many lines a tool says that it has changed, from the structured result of its call; `undefined` where it says nothing of that. */
export function changedLines(data: unknown): ChangedLines | undefined {
  const changed = changedSchema().safeParse(data);
  if (!changed.success) return undefined;
  const { type, content, structuredPatch } = changed.data;
  if (type === "create" && content) return { added: content.replace(/\n$/, "").split("\n").length, removed: 0 };
  const count = (sign: string) =>
    structuredPatch.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(sign)).length, 0);
  return { added: count("+"), removed: count("-") };
}

let made: ReturnType<typeof makeSchema> | undefined;

/** Made when there is a result to read: most starts have none. */
function changedSchema() {
  made ??= makeSchema();
  return made;
}

function makeSchema() {
  return z.object({
    type: z.string().optional(),
    content: z.string().optional(),
    structuredPatch: z.array(z.object({ lines: z.array(z.string()) })),
  });
}
