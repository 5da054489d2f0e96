/** The server behind `/bridge`: the page, what happens as a stream, and what the person says. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  PERMISSION_MODES,
  type Permissions,
  type RememberedAnswers,
  type SessionView,
  type Slots,
  type Tools,
  type Turns,
} from "gantry/sdk";
import { listenLocally, strangerProblem } from "gantry/sdk/kit/local-server";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { createDevices } from "./devices.ts";
import { createLive, type Live } from "./live.ts";
import { fileAt } from "./page.ts";
import { createQuestions, type Questions } from "./questions.ts";
import { HEADERS, Refused, send } from "./reply.ts";
import { createRoutes } from "./routes.ts";
import { createStreams } from "./streams.ts";

export interface BridgeParts {
  readonly session: SessionView;
  readonly port: number;
  /** Further host names that lead here. */
  readonly names: readonly string[];
  readonly tools: Tools;
  readonly slots: Slots;
  readonly turns: Turns;
  readonly permissions: Permissions | undefined;
  readonly remembered: RememberedAnswers | undefined;
}

export interface Bridge {
  readonly port: number;
  /** With the token in its fragment, which no browser sends anywhere. */
  readonly address: string;
  readonly session: SessionView;
  readonly live: Live;
  readonly questions: Questions;
  /** Who is connected. */
  devices(): readonly string[];
  /** Goes on with another session. */
  show(session: SessionView): void;
  close(): Promise<void>;
}

export async function serveBridge(parts: BridgeParts): Promise<Bridge> {
  const { names, tools, slots, turns, permissions, remembered } = parts;
  const streams = createStreams(snapshot);
  const questions = createQuestions({ remembered, slots }, streams.send);
  let session = parts.session;
  let live = begin();

  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000, headersTimeout: 10_000 });
  server.maxConnections = 128;
  const port = await listenLocally(server, parts.port);
  const devices = createDevices(port);
  const routes = createRoutes({
    session: () => session,
    isBusy: () => live.isBusy(),
    devices,
    questions,
    turns,
    permissions,
    streams,
    onMode: () => streams.send({ mode: permissions?.mode(session) }),
  });
  server.on("request", (request, response) => {
    answer(request, response).catch((thrown) => {
      const { status, message } = thrown instanceof Refused ? thrown : new Refused(500, "It failed.");
      if (response.headersSent) response.destroy();
      else send(response, status, { problem: message });
    });
  });
  server.on("clientError", (_, socket) => void socket.destroy());

  return {
    port,
    address: `${names[0] === undefined ? `http://127.0.0.1:${port}` : `https://${names[0]}`}/#${devices.token}`,
    get session() {
      return session;
    },
    get live() {
      return live;
    },
    questions,
    devices: streams.who,
    show(next) {
      if (next === session) return;
      session = next;
      live = begin();
      streams.all();
    },
    close: () =>
      new Promise((resolve) => {
        streams.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function begin(): Live {
    const shown = session;
    shown.scope.own(() => streams.send({ isEnded: true }));
    return createLive({
      session,
      tools,
      slots,
      tell: (change) => {
        if (shown !== session) return;
        if ("all" in change) streams.all();
        else streams.send(change);
        if ("isBusy" in change) streams.send({ mode: permissions?.mode(session) });
      },
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const problem = strangerProblem(request.headers, port, names);
    if (problem) throw new Refused(...problem);
    const { method = "", url = "" } = request;
    // An address is kept in histories and logs, so nothing is ever taken from behind its question mark.
    if (url.includes("?")) throw new Refused(400, "Nothing is taken from the address.");
    const file = fileAt(url);
    if (!file) return routes(request, response);
    if (method !== "GET" && method !== "HEAD") throw new Refused(405, "This is only read.");
    response.writeHead(200, { ...HEADERS, "content-type": file.type });
    response.end(method === "HEAD" ? undefined : file.text);
  }

  function snapshot() {
    const { id, cwd, model } = session;
    const title = session.entries.findLast((entry) => entry.type === "title");
    return {
      session: { id, cwd: visibleLine(cwd), model: visibleLine(`${model.provider}/${model.id}`) },
      title: visible((title?.type === "title" && title.title) || ""),
      items: live.items(),
      questions: questions.shown(),
      isBusy: live.isBusy(),
      isEnded: session.scope.signal.aborted,
      mode: permissions?.mode(session),
      modes: permissions ? PERMISSION_MODES : [],
    };
  }
}
