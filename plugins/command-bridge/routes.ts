/** What devices may ask for, each with what it has to bring. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isGantryError, PERMISSION_MODES, type Permissions, type SessionView, type Turns, text, z } from "gantry/sdk";
import type { Devices } from "./devices.ts";
import type { Questions } from "./questions.ts";
import { Refused, send } from "./reply.ts";
import type { Streams } from "./streams.ts";

export interface RouteParts {
  readonly session: () => SessionView;
  readonly isBusy: () => boolean;
  readonly devices: Devices;
  readonly questions: Questions;
  readonly turns: Turns;
  readonly permissions: Permissions | undefined;
  readonly streams: Streams;
  readonly onMode: () => void;
}

const MOST_BODY = 256 * 1024;

const enterSchema = z.strictObject({ token: z.string().max(200) });
const promptSchema = z.strictObject({ text: z.string().trim().min(1).max(100_000) });
const modeSchema = z.strictObject({ mode: z.enum(PERMISSION_MODES) });
const answerSchema = z.strictObject({
  id: z.string().max(100),
  answer: z.enum(["once", "session", "always", "no"]),
  reason: z.string().trim().max(4_000).optional(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional(),
});
const nothingSchema = z.strictObject({});

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createRoutes(parts: RouteParts): Route {
  const { session, isBusy, devices, questions, turns, permissions, streams, onMode } = parts;

  const posts: Readonly<
    Record<string, (body: unknown, request: IncomingMessage, response: ServerResponse) => unknown>
  > = {
    "/api/enter"(body, { headers }, response) {
      const isSecure = headers.origin?.startsWith("https:") === true;
      const entered = devices.enter(fitting(enterSchema, body).token, isSecure);
      if (!entered) throw new Refused(401, "The token is wrong, or the bridge has been turned off since.");
      send(response, 200, { key: entered.key }, { "set-cookie": entered.cookie });
    },
    "/api/leave"(body, { headers }) {
      fitting(nothingSchema, body);
      devices.leave(headers);
    },
    "/api/prompt"(body) {
      const said = fitting(promptSchema, body).text;
      if (session().scope.signal.aborted) throw new Refused(409, "The session has ended.");
      const isQueued = isBusy();
      session().enqueue({ content: [text(said)], origin: "person" });
      return { isQueued };
    },
    "/api/interrupt"(body) {
      fitting(nothingSchema, body);
      void turns.interrupt(session()).catch(() => undefined);
    },
    async "/api/mode"(body) {
      const { mode } = fitting(modeSchema, body);
      try {
        await permissions?.setMode(session(), mode);
      } catch (thrown) {
        if (!isGantryError(thrown)) throw thrown;
        throw new Refused(409, [thrown.message, thrown.remedy].filter(Boolean).join(" "));
      }
      onMode();
    },
    async "/api/answer"(body, _, response) {
      const taken = await questions.answer(fitting(answerSchema, body));
      if (taken.kind === "gone") throw new Refused(410, "Somebody else has answered already.");
      if (taken.kind === "wrong") send(response, 422, { problem: taken.problem, fields: taken.fields ?? {} });
    },
  };

  return async (request, response) => {
    const { method = "", url = "", headers } = request;
    const isEvents = url === "/api/events";
    const post = Object.hasOwn(posts, url) ? posts[url] : undefined;
    if (!post && !isEvents) throw new Refused(404, "There is nothing here.");
    if (url !== "/api/enter" && !devices.knows(headers)) throw new Refused(401, "Open the address that /bridge shows.");
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin") throw new Refused(403, "Pages of the web are not served here.");
    if (method !== (isEvents ? "GET" : "POST"))
      throw new Refused(405, `This takes ${isEvents ? "GET" : "POST"} alone.`);
    if (!post) {
      if (streams.isFull()) throw new Refused(503, "Too many are connected.");
      streams.add(request, response);
      return;
    }
    const said = await post(await readBody(request), request, response);
    if (!response.headersSent) send(response, 200, (said as object | undefined) ?? {});
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  // A form of a page cannot say this without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
    throw new Refused(415, "JSON alone is taken.");
  const tooLarge = new Refused(413, `More than ${MOST_BODY} bytes are not taken.`);
  if (Number(request.headers["content-length"]) > MOST_BODY) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refused(400, "That is no JSON.");
  }
}

function fitting<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const { path = [], message = "" } = read.error.issues[0] ?? {};
  throw new Refused(400, `That does not fit: ${path.join(".") || "the body"}: ${message}`);
}
