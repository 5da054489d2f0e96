/** Calls that a server carries out as a task: it gives a handle, and is asked again until the task has ended. */
import type { CallOptions, ClientSide, RawResult } from "./connection.ts";

/** The name under which a connection declares the extension of the revision 2026-07-28. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";
/** Where a task's handle stands in what {@link withTaskHandle} makes of it. */
const HANDLE = "gantry/task";

const [POLL_MS, SHORTEST_MS, LONGEST_MS] = [1_000, 50, 60_000];

type Fields = Readonly<Record<string, unknown>>;
/** Sends a request and gives its result, whatever it holds. */
export type Send = (method: string, params: Fields, signal: AbortSignal) => Promise<Fields>;

/**
 * A message whose result is a task's handle, as a tool's result that carries it: the SDK knows no third kind of result. Others are as
 * they were.
 */
export function withTaskHandle<T>(message: T): T {
  const result = (message as { result?: Fields }).result;
  if (result?.resultType !== "task") return message;
  const { resultType: _, ...handle } = result;
  const carried = { resultType: "complete", isError: true, content: [], _meta: { [HANDLE]: handle } };
  return { ...message, result: carried };
}

/** The handle that a result carries. */
export function taskHandleOf({ _meta }: RawResult): Fields | undefined {
  const handle = _meta?.[HANDLE];
  return typeof handle === "object" && handle !== null ? (handle as Fields) : undefined;
}

/** Follows a task of the extension to its end. What it asks for meanwhile is answered once. */
export async function followTask(
  handle: Fields,
  send: Send,
  side: ClientSide,
  options: CallOptions,
): Promise<RawResult> {
  const taskId = String(handle.taskId);
  const answered = new Set<string>();
  return whileFollowed(taskId, send, options, async (signal) => {
    for (let task = handle; ; task = await send("tasks/get", { taskId }, signal)) {
      tell(task, options);
      if (task.status === "completed") return task.result as RawResult;
      if (task.status === "failed") throw new Error(messageIn(task.error) ?? "the task failed");
      if (task.status === "cancelled") throw new Error("the server has cancelled the task");
      if (task.status === "input_required") {
        const inputResponses = await answersTo(task.inputRequests as Fields, answered, side, signal);
        if (Object.keys(inputResponses).length) await send("tasks/update", { taskId, inputResponses }, signal);
      }
      await pause(task.pollIntervalMs, signal);
    }
  });
}

/** Follows a task of the revision 2025-11-25, whose result is asked for apart; what it asks for comes as requests of its own. */
export async function followOldTask(task: Fields, send: Send, options: CallOptions): Promise<RawResult> {
  const taskId = String(task.taskId);
  return whileFollowed(taskId, send, options, async (signal) => {
    for (let now = task; now.status === "working"; now = await send("tasks/get", { taskId }, signal)) {
      tell(now, options);
      await pause(now.pollInterval, signal);
    }
    return (await send("tasks/result", { taskId }, signal)) as RawResult;
  });
}

/** A task goes on without anybody: whoever stops waiting says so. */
async function whileFollowed<T>(
  taskId: string,
  send: Send,
  { signal, totalMs }: CallOptions,
  follow: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("the task took too long")), Math.min(totalMs, 2 ** 31 - 1));
  const both = AbortSignal.any([signal, deadline.signal]);
  try {
    return await follow(both);
  } catch (thrown) {
    if (both.aborted) void send("tasks/cancel", { taskId }, AbortSignal.timeout(5_000)).catch(() => undefined);
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

async function answersTo(
  requests: Fields | undefined,
  answered: Set<string>,
  side: ClientSide,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = Object.create(null);
  for (const [key, request] of Object.entries(requests ?? {})) {
    if (answered.has(key)) continue;
    answered.add(key);
    const { method, params = {} } = request as { method?: string; params?: Fields };
    if (method === "elicitation/create") answers[key] = await side.elicit(params, signal);
    else if (method === "sampling/createMessage") answers[key] = await side.sample(params, signal);
    else if (method === "roots/list") answers[key] = side.roots();
  }
  return answers;
}

function tell({ status, statusMessage }: Fields, { onProgress }: CallOptions): void {
  onProgress(typeof statusMessage === "string" ? statusMessage : `The task is ${String(status)}.`);
}

function messageIn(error: unknown): string | undefined {
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : undefined;
}

function pause(wanted: unknown, signal: AbortSignal): Promise<void> {
  const ms = Math.min(Math.max(typeof wanted === "number" ? wanted : POLL_MS, SHORTEST_MS), LONGEST_MS);
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
