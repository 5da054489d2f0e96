/** How many tokens the newest answer says the conversation has; what was shortened since counts as nothing. */
import type { Session } from "gantry/sdk";

export function lastUsage({ messages }: Pick<Session, "messages">): number {
  const last = messages.findLast((message) => message.role === "assistant");
  if (!last) return 0;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = last.usage;
  return input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}
