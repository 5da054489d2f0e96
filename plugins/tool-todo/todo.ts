import {
  allow,
  perSession,
  type RenderedCall,
  type Renderer,
  type SessionView,
  type Setup,
  type StatusItem,
  ToolError,
  text,
} from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { pagePanel } from "gantry/sdk/kit/panels";
import { fieldOf } from "gantry/sdk/kit/tool-views";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type Todo, todoSchema, type toolTodo } from "./index.ts";
import { currentOf, doneOf, idOf, isOwnTool, keepList, listItems, listOf, listText, type Task } from "./list.ts";
import { taskTools } from "./tasks.ts";

/** A list that has not changed for so many calls may have been forgotten. */
const MANY_CALLS = 12;

const setup: Setup<typeof toolTodo> = ({ use, host, contribute }) => {
  const hasTasks = /^(1|true|yes|on)$/i.test(host.env.CLAUDE_CODE_ENABLE_TASKS ?? "");
  let contributed: Promise<void> | undefined;
  /** At how many calls the model was last reminded. */
  const reminded = perSession(() => ({ at: 0 }));

  async function write(todos: readonly Todo[], session: SessionView, signal: AbortSignal) {
    const { todos: oldTodos } = listOf(session);
    await keep(session, todos, signal);
    return {
      content: todos.length ? `The list is kept: ${doneOf(todos)} of ${todos.length} done.` : "The list is empty.",
      data: { oldTodos, newTodos: todos },
    };
  }

  async function keep(session: SessionView, tasks: readonly Task[], signal: AbortSignal): Promise<void> {
    await tellHooks(listOf(session).todos, tasks, session, signal);
    keepList(session, tasks);
    reminded(session).at = 0;
  }

  /** Hooks may refuse what is new, and that something is done: then the list stays as it was. */
  async function tellHooks(
    before: readonly Task[],
    after: readonly Task[],
    session: SessionView,
    signal: AbortSignal,
  ): Promise<void> {
    const hooks = await use.hooks?.();
    if (!hooks?.has("TaskCreated") && !hooks?.has("TaskCompleted")) return;
    const keyOf = ({ id, content }: Task) => id ?? `todo ${content}`;
    const known = new Map(before.map((task) => [keyOf(task), task.status]));
    for (const [index, task] of after.entries()) {
      const { content, status, description } = task;
      const isDone = status === "completed" && known.get(keyOf(task)) !== "completed";
      const events = [...(known.has(keyOf(task)) ? [] : ["TaskCreated"]), ...(isDone ? ["TaskCompleted"] : [])];
      for (const event of events) {
        const input = {
          task_id: idOf(task, index),
          task_subject: content,
          ...(description !== undefined && { task_description: description }),
        };
        const { decision, reason } = await hooks.fire(session, { event, input, signal });
        if (decision !== "deny") continue;
        const what = event === "TaskCreated" ? "may not be on the list" : "may not be marked as completed";
        throw new ToolError(`The list stays as it was: "${content}" ${what}. ${reason ?? "A hook says no."}`);
      }
    }
  }

  /** What the model is told behind a result, once the list may have been forgotten. */
  function reminder(session: SessionView): string | undefined {
    const { todos, calls } = listOf(session);
    const current = currentOf(todos);
    const state = reminded(session);
    if (calls < state.at) state.at = 0;
    if (!current || calls - state.at < MANY_CALLS) return undefined;
    state.at = calls;
    const how = `${doneOf(todos)} of ${todos.length} done, "${visibleLine(current.content, 100)}" is next`;
    return `<system-reminder>Your list of todos has not changed for ${calls} calls: ${how}. Where that is no longer so, say it with ${hasTasks ? "TaskUpdate" : "TodoWrite"}.</system-reminder>`;
  }

  return {
    renderers: { TodoWrite: todoRenderer },
    statusItems: { todos: statusItem },
    tools: { TodoWrite: ({ todos }, { session, signal }) => write(todos, session, signal) },
    commands: {
      todos: {
        run(args, session) {
          if (args.trim() !== "clear") return showList(session);
          keepList(session, []);
          return "The list is empty.";
        },
        complete: (args) => completions(args, ["clear"]),
      },
    },
    taps: {
      sessionStart() {
        if (hasTasks) contributed ??= contribute({ tools: taskTools(keep) });
        return contributed;
      },
      promptBuild(draft, { session }) {
        const { todos, isOutOfSight } = listOf(session);
        // One way to keep the list is enough for a model.
        const shown = hasTasks ? draft.filterTools(({ name }) => name !== "TodoWrite") : draft;
        if (!isOutOfSight || !currentOf(todos)) return hasTasks ? shown : undefined;
        return shown.with({ key: "todos", cache: "turn", text: `Your list of todos:\n${listText(todos)}` });
      },
      // It changes nothing but what the session remembers, so it may while planning, too.
      toolGate: () => ({ ...allow("it keeps the session's own list"), readsOnly: true }),
      postTool(result, { origin, tool }, { session }) {
        if (origin !== "model" || isOwnTool(tool.name)) return undefined;
        const said = reminder(session);
        return said === undefined ? undefined : { ...result, content: [...result.content, text(said)] };
      },
    },
  };
};

export default setup;

async function showList(session: SessionView) {
  const load = () => {
    const { todos } = listOf(session);
    if (!todos.length)
      return [
        { type: "text" as const, lines: ["There are no todos: the model keeps a list when there is much to do."] },
      ];
    return [
      { type: "list" as const, items: listItems(todos) },
      { type: "text" as const, lines: [[{ text: `${doneOf(todos)} of ${todos.length} done`, tone: "dim" as const }]] },
    ];
  };
  return { panel: await pagePanel({ title: "Todos", parts: [{ title: "Todos", load }], refreshMs: 1_000 }) };
}

const statusItem: StatusItem = (session) => {
  const { todos } = listOf(session);
  const current = currentOf(todos);
  if (!current) return undefined;
  const isNow = current.status === "in_progress";
  return [
    { text: isNow ? "▸ " : "· ", tone: "accent" },
    visibleLine((isNow && current.activeForm) || current.content, 120),
    { text: `  ${doneOf(todos)} of ${todos.length} done`, tone: "dim" },
  ];
};

/** How a written list looks: as it then was. */
const todoRenderer: Renderer = {
  title: (shown) => currentOf(todosIn(shown) ?? [])?.content,
  summary(shown) {
    const todos = todosIn(shown);
    return shown.result?.outcome === "ok" && todos ? `${doneOf(todos)} of ${todos.length} done` : undefined;
  },
  body(shown) {
    const todos = todosIn(shown);
    return todos?.length ? [{ type: "list", items: listItems(todos) }] : undefined;
  },
};

function todosIn({ call }: RenderedCall): readonly Todo[] | undefined {
  return todoSchema.array().safeParse(fieldOf(call.input, "todos")).data;
}
