import type { z } from "gantry/sdk";

/** What a request says. Throws what is wrong with it, in a sentence for its sender. */
export function read<T>(schema: z.ZodType<T>, request: unknown): T {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`"${issue?.path.join(".")}" of the request: ${issue?.message}`);
}
