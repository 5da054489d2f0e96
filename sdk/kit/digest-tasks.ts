/** Open tasks, as the tools that keep them left them, and as lists with boxes say. */
import type { CallMade, Moment } from "./moments.ts";

/** Something that was begun or planned and is not done. */
export interface Task {
  /** As it was written. */
  readonly text: string;
  readonly status: "pending" | "in_progress";
}

interface Known {
  readonly text: string;
  readonly status: string;
}

/**
 * The open tasks at the end of a conversation. Three ways to keep them are known: a list that is written whole
 * (`todos` of `content` and `status`), tasks that are made (`subject`) and changed (`taskId`) one by one, and `- [ ]` in texts.
 */
export function openTasks(moments: readonly Moment[]): readonly Task[] {
  let list: readonly Known[] = [];
  const made = new Map<string, Known>();
  const boxes = new Map<string, boolean>();
  for (const moment of moments) {
    if (moment.by === "call") {
      if (moment.isError !== false) continue;
      list = wholeList(moment) ?? list;
      applyChange(made, moment);
    } else {
      for (const [, mark, text = ""] of moment.text.matchAll(/^[ \t]*[-*] \[([ xX])\] +(.+)$/gm)) {
        boxes.set(text.trim(), mark === " ");
      }
    }
  }
  const boxed = [...boxes].flatMap(([text, isOpen]) => (isOpen ? [{ text, status: "pending" }] : []));
  const open = [...list, ...made.values(), ...boxed].filter(
    ({ status }) => status === "pending" || status === "in_progress",
  );
  return [...new Map(open.map((task) => [task.text, task as Task])).values()];
}

function wholeList({ input: { todos } }: CallMade): readonly Known[] | undefined {
  if (!Array.isArray(todos)) return undefined;
  return todos.flatMap((todo: unknown) => {
    const { content, status } = (todo ?? {}) as { readonly content?: unknown; readonly status?: unknown };
    return typeof content === "string" ? [{ text: content, status: String(status ?? "pending") }] : [];
  });
}

function applyChange(made: Map<string, Known>, call: CallMade): void {
  const { taskId, subject, description, status } = call.input;
  if (typeof taskId === "string" || typeof taskId === "number") {
    const known = made.get(String(taskId));
    if (!known) return;
    made.set(String(taskId), {
      text: typeof subject === "string" ? subject : known.text,
      status: typeof status === "string" ? status : known.status,
    });
  } else if (typeof subject === "string" && typeof description === "string") {
    made.set(idOf(call) ?? String(made.size + 1), { text: subject, status: "pending" });
  }
}

/** The id that the tool gave the task: in its structured result, or behind a `#` in what it said. */
function idOf({ data, text }: CallMade): string | undefined {
  const result = (data ?? {}) as {
    readonly id?: unknown;
    readonly taskId?: unknown;
    readonly task?: { readonly id?: unknown };
  };
  const id = result.task?.id ?? result.taskId ?? result.id;
  if (typeof id === "string" || typeof id === "number") return String(id);
  return /#([\w-]+)/.exec(text)?.[1];
}
