import { definePlugin, HookEvents, later, lazy, manifest, optional, z } from "gantry/sdk";

export const todoSchema = z.object({
  content: z.string().min(1),
  status: z.enum(["pending", "in_progress", "completed"]),
  activeForm: z.string().optional().describe('such as "Running the tests"'),
});

export type Todo = z.output<typeof todoSchema>;

export const toolTodo = manifest({
  name: "tool-todo",
  description: "TodoWrite: the model keeps a list of what is to be done, and the person sees how far it is.",
  needs: { hooks: later(optional(HookEvents)) },
  tools: {
    TodoWrite: {
      description:
        "Keep the list of todos, for work of three steps or more: what you give replaces the whole list. Have one in_progress while you work, and mark each completed as soon as it is.",
      input: z.object({ todos: z.array(todoSchema) }),
    },
  },
  renderers: { TodoWrite: {} },
  statusItems: { todos: { description: "What the model is at, of its list of todos", side: "below" } },
  commands: {
    todos: {
      description: "Show the model's list of todos",
      argumentHint: "[clear]",
      group: "Session",
      isImmediate: true,
    },
  },
  taps: {
    sessionStart: true,
    promptBuild: true,
    toolGate: { only: ["TodoWrite", "TaskCreate", "TaskUpdate"] },
    postTool: true,
  },
});

export default definePlugin(
  toolTodo,
  lazy(() => import("./todo.ts")),
);
