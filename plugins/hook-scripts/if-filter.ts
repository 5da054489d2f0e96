import type { Call, Files, LaterService, SessionView } from "gantry/sdk";
import { isMalformed, mentions, parseRule } from "gantry/sdk/kit/permission-rules";

/**
 * Whether a call is what a permission rule speaks of: the `if` of a hook. It only saves runs, it protects nothing, so what cannot be
 * told runs the hook.
 */
export async function mayMean(
  rule: string,
  call: Call,
  session: SessionView,
  files: LaterService<Files>,
): Promise<boolean> {
  if (isMalformed(parseRule(rule))) return true;
  try {
    return await mentions(rule, call, session, await files());
  } catch {
    return true;
  }
}
