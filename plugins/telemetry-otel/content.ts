import type { Attributes } from "@opentelemetry/api";
import { createMask, maskedJson } from "./mask.ts";
import { type Environment, isYes } from "./switch.ts";

/** Texts, for who asks for them by name; `{}` for all others. */
export interface Content {
  prompt(text: string): Attributes;
  response(text: string): Attributes;
  toolInput(input: unknown): Attributes;
  toolOutput(text: string): Attributes;
  /** A name that somebody has chosen, sent where the input of calls is. */
  detail(attribute: string, name: string | undefined): Attributes;
}

export function createContent(env: Environment): Content {
  const mask = createMask(env);
  const asked = (name: string, attribute: string) => {
    const isWanted = isYes(env[name]);
    return (text: () => string): Attributes => (isWanted ? { [attribute]: text() } : {});
  };
  const prompt = asked("OTEL_LOG_USER_PROMPTS", "prompt");
  const response = asked("OTEL_LOG_ASSISTANT_RESPONSES", "response");
  const toolInput = asked("OTEL_LOG_TOOL_DETAILS", "tool_input");
  const toolOutput = asked("OTEL_LOG_TOOL_CONTENT", "tool_output");
  return {
    prompt: (text) => prompt(() => mask(text)),
    response: (text) => response(() => mask(text)),
    toolInput: (input) => toolInput(() => maskedJson(input, mask)),
    toolOutput: (text) => toolOutput(() => mask(text)),
    detail: (attribute, name) =>
      name === undefined ? {} : asked("OTEL_LOG_TOOL_DETAILS", attribute)(() => mask(name)),
  };
}
