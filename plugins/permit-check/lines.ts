import { isAbsolute, resolve } from "node:path";
import { type HostInfo, messageOf, PERMISSION_MODES, z } from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import type { Supposed } from "./supposing.ts";

const rulesSchema = z.array(z.string());
const lineSchema = z.object({
  id: z.unknown().optional(),
  tool: z.string().min(1),
  input: z.unknown().optional(),
  rules: z
    .object({ allow: rulesSchema.optional(), ask: rulesSchema.optional(), deny: rulesSchema.optional() })
    .optional(),
  mode: z
    .enum([...PERMISSION_MODES, "manual"])
    .transform((mode) => (mode === "manual" ? ("default" as const) : mode))
    .optional(),
  cwd: z.string().refine(isAbsolute, "it is no absolute path").optional(),
  home: z.string().refine(isAbsolute, "it is no absolute path").optional(),
  interactive: z.boolean().default(true),
});

/** A line of `gantry permissions check --json`: what is supposed, or why it cannot be told. */
export type Line = { readonly id: unknown } & (Supposed | { readonly problem: string });

export function readLine(line: string, info: Pick<HostInfo, "cwd" | "home">): Line {
  let value: unknown;
  try {
    value = parseJsonText(line);
  } catch (thrown) {
    return { id: null, problem: `the line is not JSON: ${messageOf(thrown)}` };
  }
  const id = (value as { readonly id?: unknown } | null)?.id ?? null;
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { id, problem: `${issue?.path.join(".") || "the line"}: ${issue?.message}` };
  }
  const { tool, input, rules, mode, interactive, cwd, home } = parsed.data;
  return {
    id,
    tool,
    input,
    rules,
    mode,
    interactive,
    cwd: resolve(cwd ?? info.cwd),
    home: resolve(home ?? info.home),
  };
}
