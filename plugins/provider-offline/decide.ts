import { capabilities } from "./capabilities.ts";
import type { Conversation } from "./conversation.ts";
import { planFor } from "./intents.ts";
import { type Ask, type Plan, Stopped } from "./plan.ts";

/** The next thing to do: one call, or the answer. */
export function decide(conversation: Conversation): { readonly ask: Ask } | { readonly say: string } {
  const plan = planFor(conversation.prompt, conversation);
  if (!plan) return { say: capabilities(conversation.prompt) };
  try {
    return proceed(plan, conversation);
  } catch (thrown) {
    if (thrown instanceof Stopped) return { say: thrown.message };
    throw thrown;
  }
}

function proceed(plan: Plan, { steps, tools }: Conversation): ReturnType<typeof decide> {
  let state = plan.next();
  for (const step of steps) {
    if (state.done) break;
    if (step.tool !== state.value.tool) {
      throw new Stopped(
        `I asked for ${state.value.tool}, and got a result of ${step.tool || "an unknown tool"}. I stop here.`,
      );
    }
    state = plan.next(step);
  }
  if (state.done) return { say: state.value.said };
  if (tools.has(state.value.tool)) return { ask: state.value };
  throw new Stopped(
    `For this I need the tool ${state.value.tool}, which is not offered in this session. Turn on the plugin that brings it, or allow it.`,
  );
}
