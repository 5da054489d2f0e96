/** The same list, kept task by task: for models and hooks that know `TaskCreate` and its companions. */
import { type Contribution, type SessionView, type ToolContext, ToolError, z } from "gantry/sdk";
import { idOf, listOf, type Task } from "./list.ts";

const idSchema = z.string().describe("id of the task");
const metadataSchema = z.record(z.string(), z.unknown());

const createSchema = z.object({
  subject: z.string().min(1).describe("what is to be done, in a few words"),
  description: z.string(),
  activeForm: z.string().optional().describe('such as "Running the tests"'),
  metadata: metadataSchema.optional(),
});

const updateSchema = z.object({
  taskId: idSchema,
  status: z.enum(["pending", "in_progress", "completed", "deleted"]).optional(),
  subject: z.string().min(1).optional(),
  description: z.string().optional(),
  activeForm: z.string().optional(),
  addBlocks: z.array(z.string()).optional().describe("tasks that cannot begin before this one is done"),
  addBlockedBy: z.array(z.string()).optional().describe("tasks that have to be done before this one"),
  owner: z.string().optional(),
  metadata: metadataSchema.optional().describe("joined with what is there; null takes a key away"),
});

type Keep = (session: SessionView, tasks: readonly Task[], signal: AbortSignal) => Promise<void>;

/** The four tools. `keep` asks the hooks, and may refuse. */
export function taskTools(keep: Keep): NonNullable<Contribution["tools"]> {
  return {
    TaskCreate: {
      description: "Add a task to the list, for work of three steps or more.",
      input: createSchema,
      run: async ({ subject, ...more }: z.output<typeof createSchema>, { session, signal }: ToolContext) => {
        const { todos } = listOf(session);
        const id = String(Math.max(0, ...todos.map((task, at) => Number(idOf(task, at)) || 0)) + 1);
        await keep(session, [...todos, { content: subject, status: "pending", id, ...more }], signal);
        return {
          content: `Task #${id} is on the list: ${subject}`,
          data: { task: { id, subject }, newTodos: listOf(session).todos },
        };
      },
    },
    TaskUpdate: {
      description:
        "Change a task: in_progress when you begin, completed as soon as it is done, deleted to take it away.",
      input: updateSchema,
      run: async (change: z.output<typeof updateSchema>, { session, signal }: ToolContext) => {
        const before = found(change.taskId, session);
        for (const id of [...(change.addBlocks ?? []), ...(change.addBlockedBy ?? [])]) found(id, session);
        await keep(session, changed(listOf(session).todos, change), signal);
        const { taskId, status, ...fields } = change;
        return {
          content: `Task #${taskId} is ${status ?? "changed"}: ${change.subject ?? before.content}`,
          data: {
            success: true,
            taskId,
            updatedFields: [...Object.keys(fields), ...(status ? ["status"] : [])],
            ...(status && { statusChange: { from: before.status, to: status } }),
            newTodos: listOf(session).todos,
          },
        };
      },
    },
    TaskGet: {
      description: "All of one task.",
      input: z.object({ taskId: idSchema }),
      traits: { readOnly: true },
      run: ({ taskId }: { readonly taskId: string }, { session }: ToolContext) => {
        const { todos } = listOf(session);
        const at = todos.findIndex((task, index) => idOf(task, index) === taskId);
        const task = todos[at] ? shown(todos[at], at) : null;
        return { content: task ? JSON.stringify(task) : `There is no task #${taskId}.`, data: { task } };
      },
    },
    TaskList: {
      description: "The list of tasks, in short.",
      input: z.object({}),
      traits: { readOnly: true },
      run: (_: unknown, { session }: ToolContext) => {
        const tasks = listOf(session).todos.map(shown);
        const lines = tasks.map(({ id, subject, status, blockedBy = [] }) => {
          const waits = blockedBy.length ? ` (after ${blockedBy.map((one) => `#${one}`).join(", ")})` : "";
          return `#${id} ${status}: ${subject}${waits}`;
        });
        return { content: lines.join("\n") || "There are no tasks.", data: { tasks } };
      },
    },
  };
}

function shown(task: Task, at: number) {
  const { content, ...more } = task;
  return { ...more, id: idOf(task, at), subject: content };
}

function found(id: string, session: SessionView): Task {
  const { todos } = listOf(session);
  const task = todos.find((one, at) => idOf(one, at) === id);
  if (task) return task;
  const known = todos.map((one, at) => `#${idOf(one, at)}`).join(", ") || "none";
  throw new ToolError(`There is no task #${id}. Tasks: ${known}.`);
}

function changed(tasks: readonly Task[], change: z.output<typeof updateSchema>): readonly Task[] {
  const { taskId, status, subject, addBlocks = [], addBlockedBy = [], metadata, ...more } = change;
  const isThis = (task: Task, at: number) => idOf(task, at) === taskId;
  if (status === "deleted") {
    return tasks
      .filter((task, at) => !isThis(task, at))
      .map((task) =>
        linked(task, { blocks: without(task.blocks, taskId), blockedBy: without(task.blockedBy, taskId) }),
      );
  }
  return tasks.map((task, at) => {
    const id = idOf(task, at);
    if (id === taskId) {
      const own = { ...task, ...more, ...(status && { status }), ...(subject && { content: subject }), id };
      const joined = metadata ? { ...own, metadata: withoutNull({ ...task.metadata, ...metadata }) } : own;
      return linked(joined, { blocks: union(task.blocks, addBlocks), blockedBy: union(task.blockedBy, addBlockedBy) });
    }
    return linked(task, {
      blocks: addBlockedBy.includes(id) ? union(task.blocks, [taskId]) : task.blocks,
      blockedBy: addBlocks.includes(id) ? union(task.blockedBy, [taskId]) : task.blockedBy,
    });
  });
}

function linked(task: Task, { blocks, blockedBy }: { blocks: Task["blocks"]; blockedBy: Task["blockedBy"] }): Task {
  return { ...task, ...(blocks && { blocks }), ...(blockedBy && { blockedBy }) };
}

function union(had: Task["blocks"], added: readonly string[]): string[] | undefined {
  return had || added.length ? [...new Set([...(had ?? []), ...added])] : undefined;
}

function without(had: Task["blocks"], id: string): string[] | undefined {
  return had?.filter((one) => one !== id);
}

function withoutNull(metadata: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}
