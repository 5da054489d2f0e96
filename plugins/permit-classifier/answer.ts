import { type AssistantMessage, textOf, z } from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import { visibleLine } from "gantry/sdk/kit/visible";

const judgementSchema = z.strictObject({ decision: z.enum(["allow", "deny"]), reason: z.string().min(1).max(2_000) });

/** What the classifier has decided. */
export type Judgement = Readonly<z.infer<typeof judgementSchema>>;

const LONGEST_REASON = 400;

/** The judgement in a model's answer; `undefined` unless the answer is exactly that, whole and nothing around it. */
export function readJudgement({ content, stop_reason }: AssistantMessage): Judgement | undefined {
  if (stop_reason !== "end_turn" || content.some(({ type }) => type === "tool_use")) return undefined;
  try {
    const { decision, reason } = judgementSchema.parse(parseJsonText(textOf(content)));
    return { decision, reason: visibleLine(reason, LONGEST_REASON) };
  } catch {
    return undefined;
  }
}
