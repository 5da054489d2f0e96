import type {
  AgentContext,
  ClientCapabilities,
  ContentBlock,
  PromptResponse,
  SessionUpdate,
} from "@agentclientprotocol/sdk/unstable";
import { methods } from "@agentclientprotocol/sdk/unstable";
import {
  type FolderHost,
  type FrontendHost,
  messageOf,
  type Notice,
  type OpenOptions,
  type Session,
  type SessionEvent,
  type TurnEnd,
  type UserContent,
} from "gantry/sdk";
import { createAsking } from "./asking.ts";
import { createCommands } from "./commands.ts";
import { userContent } from "./content.ts";
import { answerTo, usageOf } from "./ending.ts";
import { historyOf } from "./history.ts";
import type { Link } from "./link.ts";
import { setServers } from "./mcp.ts";
import { createOptions, type SessionState } from "./options.ts";
import type { ServeOptions } from "./serve.ts";
import { sessionPlugins } from "./session-plugin.ts";
import type { Place } from "./sessions.ts";
import { createTrusting } from "./trusting.ts";
import { createUpdates } from "./updates.ts";
import { createUsage } from "./usage.ts";

/** A session as a client drives it. */
export interface EditorSession {
  readonly id: string;
  /** Talks for one turn. A prompt that comes while another is at work waits for it. */
  prompt(blocks: readonly ContentBlock[], signal: AbortSignal): Promise<PromptResponse>;
  /** Stops the turn, and what waits behind it. */
  cancel(): void;
  state(): Promise<SessionState>;
  setMode(id: string): Promise<Record<string, never>>;
  setOption(id: string, value: string | boolean): Promise<Required<Pick<SessionState, "configOptions">>>;
  /** Tells the client the conversation so far. */
  replay(): void;
  /** Tells the client what may be called, once it knows of the session. */
  introduce(): void;
  onClosed(listener: () => void): void;
  close(): Promise<void>;
}

export interface OpenSessionOptions extends ServeOptions {
  readonly host: FrontendHost;
  readonly peer: AgentContext;
  readonly capabilities: ClientCapabilities;
  readonly place: Place;
  readonly which: OpenOptions;
}

/** What fills the window, or empties it. */
const FILLING: ReadonlySet<SessionEvent["type"]> = new Set(["assistant", "compacted", "rewound", "turn_end"]);

/** Opens a host in the session's folder, and the session on it. */
export async function openSession(options: OpenSessionOptions): Promise<EditorSession> {
  const { host, peer, capabilities, place, which, writesAll } = options;
  const tell = (update: SessionUpdate) => {
    const { session } = link;
    if (session) peer.notify(methods.client.session.update, { sessionId: session.id, update }).catch(() => undefined);
  };
  const log = (message: string) => void host.stderr.write(`gantry: ${message}\n`);
  const parts = { peer, capabilities, writesAll, terminals: new Map<string, string>(), tell, log };
  const link: Link = { ...parts, services: undefined, session: undefined };
  const folder = await host.openFolder({
    cwd: place.cwd,
    folders: [...(place.additionalDirectories ?? [])],
    plugins: sessionPlugins(link, createAsking(link)),
  });
  try {
    const notices = [...folder.notices, ...(await setServers(link, place.mcpServers ?? []))];
    const session = await folder.open({ ...which, isInteractive: true });
    link.session = session;
    return drive(folder, session, link, { place, notices });
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
}

function drive(
  folder: FolderHost,
  session: Session,
  link: Link,
  { place, notices }: { readonly place: Place; readonly notices: readonly Notice[] },
): EditorSession {
  const options = createOptions(folder, session, link);
  const commands = createCommands(session, link);
  const updates = createUpdates(session, link);
  const usage = createUsage(session, link);
  const settleTrust = createTrusting(folder, link, async () => {
    updates.notice(...(await setServers(link, place.mcpServers ?? [])));
    await watchServers();
  });
  const atWork = new Set<AbortController>();
  let last: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  // A command may end the session, too.
  session.scope.own(() => void leave());
  updates.notice(...notices);
  watchServers().catch((thrown) => link.log(messageOf(thrown)));
  session.watch((event) => {
    updates.event(event);
    if (FILLING.has(event.type)) tellUsage();
    if (event.type !== "turn_end" && event.type !== "tool_end") return;
    commands.tellChanges();
    options.tellChanges().catch((thrown) => link.log(messageOf(thrown)));
  });

  function tellUsage(): void {
    usage.tell().catch((thrown) => link.log(messageOf(thrown)));
  }

  /** What servers bring may be commands, too. */
  async function watchServers(): Promise<void> {
    const mcp = place.mcpServers?.length ? await link.services?.mcp?.() : undefined;
    if (mcp) session.scope.own(mcp.watch(commands.tellChanges));
  }

  async function prompt(blocks: readonly ContentBlock[], signal: AbortSignal): Promise<PromptResponse> {
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal.addEventListener("abort", stop, { once: true });
    atWork.add(controller);
    const turn = last.then(() => talk(blocks, controller.signal));
    last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      atWork.delete(controller);
      signal.removeEventListener("abort", stop);
    }
  }

  async function talk(blocks: readonly ContentBlock[], signal: AbortSignal): Promise<PromptResponse> {
    const content = userContent(blocks);
    if (!signal.aborted) await settleTrust(signal);
    if (signal.aborted) return { stopReason: "cancelled" };
    const stop = () => void session.interrupt();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const answer = answerTo(await sent(session, content), session, signal);
      await usage.tell().catch((thrown) => link.log(messageOf(thrown)));
      const meter = await link.services?.meter?.();
      return { ...answer, ...(meter && { usage: usageOf(meter.of(session)) }) };
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  function leave(): Promise<void> {
    closing ??= session.close().finally(() => folder.close());
    return closing;
  }

  function cancel(): void {
    for (const controller of atWork) controller.abort();
    // A turn that nobody sent, such as one that a background job's end has started, is stopped as well.
    void session.interrupt();
  }

  return {
    id: session.id,
    prompt,
    cancel,
    state: options.state,
    setMode: options.setMode,
    async setOption(id, value) {
      const state = await options.setOption(id, value);
      tellUsage();
      return state;
    },
    replay() {
      for (const update of historyOf(session, link)) link.tell(update);
    },
    introduce() {
      setImmediate(() => {
        commands.tell();
        tellUsage();
      });
    },
    onClosed(listener) {
      session.scope.own(listener);
    },
    close() {
      cancel();
      return leave();
    },
  };
}

/** Sends a prompt, and waits for the end of its turn. What happens meanwhile is told as it is watched. */
async function sent(session: Session, content: readonly UserContent[]) {
  let end: TurnEnd | undefined;
  for await (const event of session.send(content)) if (event.type === "turn_end") end = event.end;
  return end;
}
