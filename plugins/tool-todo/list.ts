/** A session's list of todos, as its log tells: so a resumed, a forked and a rewound session have the right one. */
import { type Line, type SessionView, z } from "gantry/sdk";
import { folded } from "gantry/sdk/kit/fold";
import { type Todo, todoSchema } from "./index.ts";

export const PLUGIN = "tool-todo";
const KIND = "todos";

const recordSchema = z.object({ todos: z.array(todoSchema) });

export interface TodoList {
  todos: readonly Todo[];
  /** Calls of other tools since it was written. */
  calls: number;
  /** What the model wrote may have been shortened away since. */
  isOutOfSight: boolean;
}

export const listOf = folded<TodoList>(
  () => ({ todos: [], calls: 0, isOutOfSight: false }),
  (list, entry) => {
    if (entry.type === "compaction") list.isOutOfSight = true;
    if (entry.type === "tool_result" && entry.tool !== "TodoWrite") list.calls++;
    if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== KIND) return;
    const { data } = recordSchema.safeParse(entry.data);
    if (data) Object.assign(list, { todos: data.todos, calls: 0, isOutOfSight: false });
  },
);

export function keepList(session: SessionView, todos: readonly Todo[]): void {
  session.record(PLUGIN, KIND, { todos });
}

export function doneOf(todos: readonly Todo[]): number {
  return todos.filter(({ status }) => status === "completed").length;
}

export function currentOf(todos: readonly Todo[]): Todo | undefined {
  return todos.find(({ status }) => status === "in_progress") ?? todos.find(({ status }) => status === "pending");
}

/** As a model reads it. */
export function listText(todos: readonly Todo[]): string {
  return todos.map(({ content, status }) => `- ${content} (${status})`).join("\n");
}

/** As people read it. */
export function listItems(todos: readonly Todo[]): readonly { readonly line: Line; readonly isDone: boolean }[] {
  return todos.map(({ content, status }) => {
    const isDone = status === "completed";
    const tone = isDone ? "dim" : status === "in_progress" ? "strong" : "plain";
    return {
      line: [
        { text: content, tone },
        ...(status === "in_progress" ? [{ text: "  now", tone: "accent" as const }] : []),
      ],
      isDone,
    };
  });
}
