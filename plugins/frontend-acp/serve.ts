import {
  type AgentApp,
  agent,
  type ClientCapabilities,
  type InitializeRequest,
  methods,
} from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost, LaterService, SessionStore } from "gantry/sdk";
import { createSignIn } from "./auth.ts";
import { answered } from "./errors.ts";
import { listSessions, removeSession } from "./list.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { claimStreams } from "./streams.ts";

/** The revision of the protocol that is spoken. */
const REVISION = 1;

export interface ServeOptions {
  readonly writesAll: boolean;
  readonly store: LaterService<SessionStore | undefined> | undefined;
}

/** Serves one client until it goes or the program shall end. */
export async function serve(host: FrontendHost, options: ServeOptions): Promise<number> {
  const streams = claimStreams(host);
  const client: { capabilities: ClientCapabilities } = { capabilities: {} };
  const sessions = createSessions(host, client, options);
  const app = agent({ name: "gantry" });
  register(app, host, sessions, options, (request) => {
    client.capabilities = request.clientCapabilities ?? {};
  });
  const connection = app.onConnect(({ client: peer }) => sessions.connect(peer)).connect(streams.stream);
  const stop = () => connection.close();
  host.signal.addEventListener("abort", stop, { once: true });
  if (host.signal.aborted) stop();
  try {
    await connection.closed;
    await sessions.closeAll();
    return 0;
  } finally {
    host.signal.removeEventListener("abort", stop);
    streams.release();
  }
}

function register(
  app: AgentApp,
  host: FrontendHost,
  sessions: Sessions,
  { store }: ServeOptions,
  onInitialize: (request: InitializeRequest) => void,
): void {
  const { initialize, authenticate, logout, session } = methods.agent;
  const signIn = createSignIn(host);
  /** For who is signed in. */
  const opening = <Params, Result>(open: (params: Params) => Promise<Result>) =>
    answered(({ params }: { readonly params: Params }) => {
      signIn.check();
      return open(params);
    });
  app
    .onRequest(initialize, ({ params }) => {
      onInitialize(params);
      return {
        protocolVersion: REVISION,
        agentInfo: { name: "gantry", title: "Gantry", version: host.info.version },
        agentCapabilities: {
          loadSession: true,
          promptCapabilities: { image: true, embeddedContext: true },
          mcpCapabilities: { http: true, sse: true },
          auth: { logout: {} },
          sessionCapabilities: { list: {}, delete: {}, resume: {}, fork: {}, close: {}, additionalDirectories: {} },
        },
        authMethods: signIn.methods,
      };
    })
    .onRequest(
      authenticate,
      answered(({ params }) => signIn.signIn(params)),
    )
    .onRequest(
      logout,
      answered(() => signIn.signOut()),
    )
    .onRequest(
      session.new,
      opening((params) => sessions.open(params)),
    )
    .onRequest(
      session.load,
      opening((params) => sessions.load(params)),
    )
    .onRequest(
      session.resume,
      opening((params) => sessions.resume(params)),
    )
    .onRequest(
      session.fork,
      opening((params) => sessions.fork(params)),
    )
    .onRequest(
      session.list,
      answered(({ params }) => listSessions(store, params)),
    )
    .onRequest(
      session.delete,
      answered(async ({ params: { sessionId } }) => {
        await sessions.close(sessionId);
        await removeSession(store, sessionId);
      }),
    )
    .onRequest(
      session.close,
      answered(({ params }) => sessions.close(params.sessionId)),
    )
    .onRequest(
      session.prompt,
      answered(({ params, signal }) => sessions.get(params.sessionId).prompt(params.prompt, signal)),
    )
    .onRequest(
      session.setMode,
      answered(({ params }) => sessions.get(params.sessionId).setMode(params.modeId)),
    )
    .onRequest(
      session.setConfigOption,
      answered(({ params }) => sessions.get(params.sessionId).setOption(params.configId, params.value)),
    )
    .onNotification(session.cancel, ({ params }) => sessions.find(params.sessionId)?.cancel());
}
