import {
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
import { currentOf, doneOf, keepList, listItems, listOf, listText } from "./list.ts";

/** A list that has not changed for so many calls may have been forgotten. */
const MANY_CALLS = 12;

const setup: Setup<typeof toolTodo> = ({ use }) => {
  /** At how many calls the model was last reminded. */
  const reminded = perSession(() => ({ at: 0 }));

  async function write(todos: readonly Todo[], session: SessionView, signal: AbortSignal) {
    const { todos: oldTodos } = listOf(session);
    await tellHooks(oldTodos, todos, session, signal);
    keepList(session, todos);
    reminded(session).at = 0;
    return {
      content: todos.length ? `The list is kept: ${doneOf(todos)} of ${todos.length} done.` : "The list is empty.",
      data: { oldTodos, newTodos: todos },
    };
  }

  /** Hooks may refuse what is new, and that something is done: then the list stays as it was. */
  async function tellHooks(
    before: readonly Todo[],
    after: readonly Todo[],
    session: SessionView,
    signal: AbortSignal,
  ): Promise<void> {
    const hooks = await use.hooks?.();
    if (!hooks?.has("TaskCreated") && !hooks?.has("TaskCompleted")) return;
    const known = new Map(before.map(({ content, status }) => [content, status]));
    for (const [index, { content, status }] of after.entries()) {
      const isDone = status === "completed" && known.get(content) !== "completed";
      const events = [...(known.has(content) ? [] : ["TaskCreated"]), ...(isDone ? ["TaskCompleted"] : [])];
      for (const event of events) {
        const input = { task_id: String(index + 1), task_subject: content };
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
    return `<system-reminder>Your list of todos has not changed for ${calls} calls: ${how}. Where that is no longer so, say it with TodoWrite.</system-reminder>`;
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
      promptBuild(draft, { session }) {
        const { todos, isOutOfSight } = listOf(session);
        if (!isOutOfSight || !currentOf(todos)) return undefined;
        return draft.with({
          key: "todos",
          cache: "turn",
          text: `Your list of todos, kept with TodoWrite:\n${listText(todos)}`,
        });
      },
      postTool(result, { origin, tool }, { session }) {
        if (origin !== "model" || tool.name === "TodoWrite") return undefined;
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
