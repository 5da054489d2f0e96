import { isAbsolute } from "node:path";
import {
  type AgentContext,
  type ClientCapabilities,
  type McpServer,
  type NewSessionResponse,
  RequestError,
} from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost, OpenOptions } from "gantry/sdk";
import { type EditorSession, openSession } from "./editor-session.ts";
import { invalid } from "./errors.ts";
import type { ServeOptions } from "./serve.ts";

/** What the requests that open a session have in common. */
export interface Place {
  readonly cwd: string;
  readonly additionalDirectories?: readonly string[];
  readonly mcpServers?: readonly McpServer[];
}

type Going = Place & { readonly sessionId: string };
type State = Omit<NewSessionResponse, "sessionId">;

/** The sessions of one client, each in a host of its own: a folder, its plugins, the client's servers. */
export interface Sessions {
  connect(peer: AgentContext): void;
  open(place: Place): Promise<NewSessionResponse>;
  /** Goes on with a session, and tells the client its conversation so far. */
  load(going: Going): Promise<State>;
  resume(going: Going): Promise<State>;
  fork(going: Going): Promise<NewSessionResponse>;
  find(id: string): EditorSession | undefined;
  /** Throws the protocol's error for a session that is not open. */
  get(id: string): EditorSession;
  close(id: string): Promise<void>;
  closeAll(): Promise<void>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createSessions(
  host: FrontendHost,
  client: { readonly capabilities: ClientCapabilities },
  options: ServeOptions,
): Sessions {
  const open = new Map<string, EditorSession>();
  /** What is being opened or closed, so that the end of the program waits for it. */
  const underWay = new Set<Promise<unknown>>();
  let peer: AgentContext;
  let isEnding = false;

  async function begin(place: Place, which: OpenOptions): Promise<EditorSession> {
    checkPaths(place);
    const { capabilities } = client;
    const session = await openSession({ host, peer, capabilities, place, which, ...options });
    open.set(session.id, session);
    session.onClosed(() => void (open.get(session.id) === session && open.delete(session.id)));
    if (isEnding) await session.close();
    return session;
  }

  /** A session that is open already goes on as it is. */
  async function goOn(going: Going): Promise<EditorSession> {
    checkId(going.sessionId);
    return open.get(going.sessionId) ?? begin(going, { resume: going.sessionId });
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    const done = () => void underWay.delete(work);
    work.then(done, done);
    return work;
  }

  return {
    connect(context) {
      peer = context;
    },
    open: (place) => tracked(begin(place, {}).then(introduced)),
    fork(going) {
      checkId(going.sessionId);
      return tracked(begin(going, { resume: going.sessionId, fork: true }).then(introduced));
    },
    async load(going) {
      const session = await tracked(goOn(going));
      session.replay();
      return stateOf(session);
    },
    resume: async (going) => stateOf(await tracked(goOn(going))),
    find: (id) => open.get(id),
    get(id) {
      const session = open.get(id);
      if (!session) throw RequestError.sessionNotFound(id);
      return session;
    },
    close: async (id) => tracked(open.get(id)?.close() ?? Promise.resolve()),
    async closeAll() {
      isEnding = true;
      await Promise.allSettled(underWay);
      await Promise.all([...open.values()].map((session) => session.close()));
    },
  };
}

/** What a client is told of a session: what may be called comes behind it, since the client knows the session only then. */
async function introduced(session: EditorSession): Promise<NewSessionResponse> {
  return { sessionId: session.id, ...(await stateOf(session)) };
}

async function stateOf(session: EditorSession): Promise<State> {
  const state = await session.state();
  session.introduce();
  return state;
}

function checkPaths({ cwd, additionalDirectories = [] }: Place): void {
  for (const folder of [cwd, ...additionalDirectories]) {
    if (!isAbsolute(folder)) throw invalid(`"${folder}" is not an absolute path.`);
  }
}

function checkId(id: string): void {
  if (!UUID.test(id)) throw RequestError.sessionNotFound(id);
}
