/** A session's list of todos, as its log tells: so a resumed, a forked and a rewound session have the right one. */
import { type Line, type SessionView, z } from "gantry/sdk";
import { folded } from "gantry/sdk/kit/fold";
import { type Todo, todoSchema } from "./index.ts";

export const PLUGIN = "tool-todo";
const KIND = "todos";

const taskSchema = todoSchema.extend({
  id: z.string().optional(),
  description: z.string().optional(),
  blocks: z.array(z.string()).optional(),
  blockedBy: z.array(z.string()).optional(),
  owner: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** A todo, with what is known of one that is kept as a task. */
export type Task = z.output<typeof taskSchema>;

const recordSchema = z.object({ todos: z.array(taskSchema) });

const OWN = new Set(["TodoWrite", "TaskCreate", "TaskUpdate", "TaskGet", "TaskList"]);

export interface TodoList {
  todos: readonly Task[];
  /** Calls of other tools since it was written. */
  calls: number;
  /** What the model wrote may have been shortened away since. */
  isOutOfSight: boolean;
}

export const listOf = folded<TodoList>(
  () => ({ todos: [], calls: 0, isOutOfSight: false }),
  (list, entry) => {
    if (entry.type === "compaction") list.isOutOfSight = true;
    if (entry.type === "tool_result" && !OWN.has(entry.tool)) list.calls++;
    if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== KIND) return;
    const { data } = recordSchema.safeParse(entry.data);
    if (data) Object.assign(list, { todos: data.todos, calls: 0, isOutOfSight: false });
  },
);

export function keepList(session: SessionView, todos: readonly Task[]): void {
  session.record(PLUGIN, KIND, { todos });
}

/** Its own id, or its place in the list. */
export function idOf({ id }: Task, at: number): string {
  return id ?? String(at + 1);
}

export function isOwnTool(name: string): boolean {
  return OWN.has(name);
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
