import { isAbsolute, join } from "node:path";
import { type ModelRequest, type ToolResultBlock, type ToolUseBlock, textOf } from "gantry/sdk";
import { markdownPieces } from "gantry/sdk/kit/markdown";

/** A call that was made, and what came of it. */
export interface Step {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly isError: boolean;
}

/** What the planner knows: the newest thing a person said, and what was done about it. */
export interface Conversation {
  readonly prompt: string;
  /** Calls since the prompt, oldest first. */
  readonly steps: readonly Step[];
  /** Calls before it. */
  readonly earlier: readonly Step[];
  readonly tools: ReadonlySet<string>;
  /** The absolute path that tools want. */
  readonly resolve: (path: string) => string;
}

export function readConversation({ messages, tools }: ModelRequest, cwd: string | undefined): Conversation {
  const uses = new Map<string, ToolUseBlock>();
  let prompt = "";
  let steps: Step[] = [];
  const earlier: Step[] = [];
  for (const { role, content } of messages) {
    for (const block of content) {
      if (block.type === "tool_use") uses.set(block.id, block);
      if (block.type === "tool_result") steps.push(stepOf(uses.get(block.tool_use_id), block));
      if (block.type === "text" && role === "user" && isFromPerson(block.text)) {
        prompt = withoutMarks(block.text);
        earlier.push(...steps);
        steps = [];
      }
    }
  }
  const resolve = (path: string) =>
    cwd === undefined || isAbsolute(path) || path.startsWith("~") ? path : join(cwd, path);
  return { prompt, steps, earlier, tools: new Set(tools.map(({ name }) => name)), resolve };
}

/** What the host adds stands in tags, such as reminders and attached files; or in brackets, when a turn was interrupted. */
function isFromPerson(said: string): boolean {
  return said.trim() !== "" && !/^\s*(<[a-z][\w-]*[\s>]|\[Request interrupted)/i.test(said);
}

/** `@src/a.ts` is a path like any other to tools; code is left as it is. */
function withoutMarks(prompt: string): string {
  return markdownPieces(prompt)
    .map(({ kind, text }) => (kind === "prose" ? text.replace(/(?<=^|\s)@(?="|[\w~.-]*[./])/g, "") : text))
    .join("");
}

function stepOf(use: ToolUseBlock | undefined, { content, is_error }: ToolResultBlock): Step {
  const input = typeof use?.input === "object" && use.input !== null ? (use.input as Step["input"]) : {};
  return { tool: use?.name ?? "", input, text: textOf(content), isError: is_error === true };
}
