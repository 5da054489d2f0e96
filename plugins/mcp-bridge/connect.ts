/** Speaks with one server by the official SDK: both eras of the protocol, whatever the transport. */
import {
  Client,
  type ClientOptions,
  type FetchLike,
  ProtocolError,
  SdkHttpError,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/client/validators/cf-worker";
import { messageOf, z } from "gantry/sdk";
import {
  type ClientSide,
  type Connection,
  type ListedTool,
  type RawResult,
  Refusal,
  SessionLost,
} from "./connection.ts";
import { PARSE_ERROR, REFUSED } from "./messages.ts";
import { followOldTask, followTask, type Send, TASKS_EXTENSION, taskHandleOf, withTaskHandle } from "./tasks.ts";

/** A transport that can say why it has ended. */
export type AnyTransport = Transport & { readonly problem?: string | undefined };

/** How a server is reached. */
export type Way =
  | { readonly kind: "http" | "sse"; readonly url: string; readonly fetch: FetchLike }
  /** A program or a carrier: made anew for each attempt. */
  | { readonly kind: "stdio" | "sdk" | "ws"; readonly make: () => AnyTransport };

/** Who connects, and for how long it may take. */
export interface ConnectOptions {
  readonly version: string;
  readonly side: ClientSide;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Programs of the older era may say nothing to a question that they do not know. */
const PROBE_MS = 3_000;
const MOST_PAGES = 1_000;
const anythingSchema = z.looseObject({});

export async function connect(way: Way, options: ConnectOptions): Promise<Connection> {
  // SSE, sockets and carriers belong to the older era.
  if (way.kind !== "http" && way.kind !== "stdio") return connectOnce(way, options, "older");
  try {
    return await connectOnce(way, options, "either");
  } catch (thrown) {
    // Some older programs end at a question from before the handshake.
    if (way.kind !== "stdio" || options.signal.aborted || !/exit code|SIG/.test(messageOf(thrown))) throw thrown;
    return connectOnce(way, options, "older");
  }
}

async function connectOnce(way: Way, options: ConnectOptions, era: "either" | "older"): Promise<Connection> {
  const { version, side, timeoutMs, signal } = options;
  const transport = transportOf(way);
  const client = new Client({ name: "gantry", title: "Gantry", version }, clientOptions(side));
  answerFor(client, side);
  let hasEnded: (reason: string | undefined) => void = () => undefined;
  const ended = new Promise<string | undefined>((resolve) => {
    hasEnded = resolve;
  });
  client.onclose = () => hasEnded(transport.problem);
  try {
    await client.connect(transport, {
      timeout: timeoutMs,
      signal,
      ...(era === "older" && { prior: { kind: "legacy" } }),
    });
  } catch (thrown) {
    await client.close().catch(() => undefined);
    await transport.close().catch(() => undefined);
    throw new Error(transport.problem ?? messageOf(thrown), { cause: thrown });
  }
  return connectionOf(client, transport, side, ended);
}

function transportOf(way: Way): AnyTransport {
  return carryingTasks(rawTransport(way));
}

function rawTransport(way: Way): AnyTransport {
  if ("make" in way) return way.make();
  if (way.kind === "http") return new StreamableHTTPClientTransport(new URL(way.url), { fetch: way.fetch });
  return new SSEClientTransport(new URL(way.url), { fetch: way.fetch });
}

/** What the transport hands on, with handles of tasks made into results. */
function carryingTasks(transport: AnyTransport): AnyTransport {
  let listener: AnyTransport["onmessage"];
  Object.defineProperty(transport, "onmessage", {
    configurable: true,
    get: () => {
      // Listeners are chained: each is bound to the one before it.
      const now = listener;
      return now && ((message: never, extra: never) => now(withTaskHandle(message), extra));
    },
    set: (given: AnyTransport["onmessage"]) => {
      listener = given;
    },
  });
  return transport;
}

function clientOptions(side: ClientSide): ClientOptions {
  const changed = (kind: "tools" | "prompts" | "resources") => ({
    autoRefresh: false,
    debounceMs: 0,
    onChanged: () => side.changed(kind),
  });
  return {
    capabilities: {
      roots: { listChanged: true },
      elicitation: { form: {}, url: {} },
      sampling: { tools: {} },
      extensions: { [TASKS_EXTENSION]: {} },
    },
    versionNegotiation: { mode: "auto", probe: { timeoutMs: PROBE_MS } },
    listChanged: { tools: changed("tools"), prompts: changed("prompts"), resources: changed("resources") },
    listMaxPages: MOST_PAGES,
    // It interprets schemas; the usual one makes code of them, and they come from servers.
    jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
  };
}

function answerFor(client: Client, side: ClientSide): void {
  client.setRequestHandler(REFUSED, { params: z.looseObject({ about: z.string() }) }, ({ about }) => {
    throw new ProtocolError(PARSE_ERROR, about);
  });
  client.setRequestHandler("roots/list", async () => ({ roots: [...side.roots().roots] }));
  client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq }) => {
    return (await side.elicit(params as never, mcpReq.signal)) as never;
  });
  client.setRequestHandler("sampling/createMessage", async ({ params }, { mcpReq }) => {
    return (await side.sample(params as never, mcpReq.signal)) as never;
  });
  client.setNotificationHandler("notifications/message", ({ params: { level, data, logger } }) => {
    side.log(
      level,
      `${logger === undefined ? "" : `${logger}: `}${typeof data === "string" ? data : JSON.stringify(data)}`,
    );
  });
}

function connectionOf(
  client: Client,
  transport: AnyTransport,
  side: ClientSide,
  ended: Promise<string | undefined>,
): Connection {
  const { tools, prompts, resources, completions } = client.getServerCapabilities() ?? {};
  const info = client.getServerVersion();
  const send: Send = (method, params, signal) => client.request({ method, params }, anythingSchema, { signal });
  const said = <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown) => Promise.reject(explained(thrown, transport)));

  return {
    serverInfo: info && { name: info.name, version: info.version },
    protocolVersion: client.getNegotiatedProtocolVersion(),
    instructions: client.getInstructions(),
    offers: {
      tools: tools !== undefined,
      prompts: prompts !== undefined,
      resources: resources !== undefined,
      completions: completions !== undefined,
    },
    ended,
    listTools: () => said(client.listTools().then((list) => list.tools as readonly ListedTool[])),
    callTool: (tool, input, options) => said(callTool(tool, input, options)),
    listResources: () => said(client.listResources().then((list) => list.resources)),
    readResource: (uri, signal) =>
      said(client.readResource({ uri }, { ...(signal && { signal }) }).then(({ contents }) => contents as never)),
    listPrompts: () => said(client.listPrompts().then((list) => list.prompts)),
    getPrompt: (name, values) => said(client.getPrompt({ name, arguments: { ...values } })),
    complete: (params) => said(client.complete(params as never).then(({ completion }) => completion.values)),
    rootsChanged: () => void client.sendRootsListChanged().catch(() => undefined),
    async close() {
      await client.close().catch(() => undefined);
      await transport.close().catch(() => undefined);
    },
  };

  async function callTool(
    tool: ListedTool,
    input: Readonly<Record<string, unknown>>,
    options: Parameters<Connection["callTool"]>[2],
  ): Promise<RawResult> {
    const { signal, idleMs, totalMs, onProgress } = options;
    const params = { name: tool.name, arguments: { ...input } };
    const request = {
      signal,
      timeout: Math.min(idleMs, totalMs),
      maxTotalTimeout: totalMs,
      resetTimeoutOnProgress: true,
      onprogress: (progress: { progress: number; total?: number; message?: string }) =>
        onProgress(progress.message ?? `${progress.progress}${progress.total ? ` of ${progress.total}` : ""}`),
    };
    if (tool.execution?.taskSupport === "required" && client.getProtocolEra() === "legacy") {
      const task = { ttl: Math.min(totalMs, 24 * 60 * 60 * 1000) };
      const made = await client.request({ method: "tools/call", params: { ...params, task } }, anythingSchema, request);
      return followOldTask((made as { task: Record<string, unknown> }).task, send, options);
    }
    const result = (await client.callTool(params, request)) as RawResult;
    const handle = taskHandleOf(result);
    return handle ? followTask(handle, send, side, options) : result;
  }
}

/** What the server said against it, apart from what went wrong on the way. */
function explained(thrown: unknown, { problem, sessionId }: AnyTransport): unknown {
  if (thrown instanceof SdkHttpError && thrown.data?.status === 404 && sessionId !== undefined) {
    return new SessionLost("the server has forgotten the session", { cause: thrown });
  }
  if (thrown instanceof ProtocolError) return new Refusal(thrown.message, { cause: thrown });
  return problem === undefined ? thrown : new Error(problem, { cause: thrown });
}
