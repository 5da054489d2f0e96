/** One offer as a server of the protocol, of either era. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputResponses,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isGantryError, type JsonObject, messageOf } from "gantry/sdk";
import type { Caller, Change, ClientAnswer, ClientQuestion, Offer } from "./offer.ts";
import type { Parking, Round } from "./parking.ts";

export interface ServingParts {
  readonly offer: Offer;
  readonly version: string;
  /** Calls that wait for an answer from one request to the next, as the newer era asks. */
  readonly parking: Parking;
}

const ANSWER = "answer";
/** A person may take as long as they like; who gives up is the client. */
const ASK_MS = 24 * 60 * 60 * 1000;

/** A server, and the way to tell its client what has changed. */
export interface Serving {
  readonly server: Server;
  tell(change: Change): void;
}

/** How many resources a client may be told of. */
const MOST_SUBSCRIPTIONS = 1_000;

export function buildServer({ offer, version, parking }: ServingParts, era: "legacy" | "modern"): Serving {
  const subscribed = new Set<string>();
  const server = new Server(
    { name: "gantry", title: "Gantry", version },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      instructions: "Tools of the Gantry host in its folder. Its permission rules hold for every call.",
    },
  );
  server.setRequestHandler("tools/list", async () => ({ tools: [...(await offer.tools())] as never }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { name, arguments: input = {} } = params;
    return (era === "legacy" ? callAtOnce(name, input, context) : callInRounds(name, input, context)) as never;
  });
  server.setRequestHandler("prompts/list", async () => ({ prompts: [...(await offer.prompts())] as never }));
  server.setRequestHandler("prompts/get", async ({ params }) => ({
    messages: [...(await told(offer.prompt(params.name, params.arguments ?? {})))] as never,
  }));
  server.setRequestHandler("resources/list", async () => ({ resources: [...(await offer.resources())] as never }));
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: [...(await offer.templates())] as never,
  }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }) => {
    const contents = await told(offer.read(uri));
    if (!contents) throw new ResourceNotFoundError(uri);
    return { contents: [...contents] as never };
  });
  server.setRequestHandler("completion/complete", async ({ params: { ref, argument } }) => ({
    completion: { values: [...(await told(offer.complete({ ...ref } as JsonObject, argument)))] },
  }));
  if (era === "legacy") {
    // In the newer era a client says what it wants to hear of where it begins to listen.
    server.setRequestHandler("resources/subscribe", async ({ params: { uri } }) => {
      if (!(await told(offer.read(uri)))) throw new ResourceNotFoundError(uri);
      if (subscribed.size >= MOST_SUBSCRIPTIONS) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${MOST_SUBSCRIPTIONS} subscriptions are enough.`);
      }
      subscribed.add(uri);
      return {};
    });
    server.setRequestHandler("resources/unsubscribe", async ({ params: { uri } }) => {
      subscribed.delete(uri);
      return {};
    });
  }
  return { server, tell: (change) => void send(change)?.catch(() => undefined) };

  function send(change: Change): Promise<void> | undefined {
    if ("uri" in change) {
      const isWanted = era === "modern" || subscribed.has(change.uri);
      return isWanted ? server.sendResourceUpdated({ uri: change.uri }) : undefined;
    }
    if (change.kind === "tools") return server.sendToolListChanged();
    return change.kind === "prompts" ? server.sendPromptListChanged() : server.sendResourceListChanged();
  }

  /** The older era: the client is asked while its request waits. */
  async function callAtOnce(name: string, input: unknown, context: ServerContext) {
    const caller: Caller = {
      ...heard(context),
      signal: context.mcpReq.signal,
      async ask(question) {
        const params = elicitation(question, server.getClientCapabilities());
        if (!params) return undefined;
        // On the line of this very request: the client may have no other one yet.
        const { signal, id: relatedRequestId } = context.mcpReq;
        const options = { signal, relatedRequestId, timeout: ASK_MS };
        // An answer that does not fit what was asked for is none.
        return context.mcpReq.elicitInput(params as never, options).catch(() => undefined) as Promise<ClientAnswer>;
      },
    };
    return offer.call(name, input, caller);
  }

  /** The newer era: a question ends the request, and the next one brings the answer. The call itself waits meanwhile. */
  async function callInRounds(name: string, input: unknown, context: ServerContext) {
    const { requestState, inputResponses, signal, envelope } = context.mcpReq;
    const said = envelope as Readonly<Record<string, unknown>> | undefined;
    const capabilities = said?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
    const ticket = requestState();
    const caller = { ...heard(context), signal };
    const parked =
      typeof ticket === "string"
        ? parking.resume(ticket, name, answerIn(inputResponses as InputResponses), caller)
        : parking.start(name, caller, (one) => offer.call(name, input, one));
    if (!parked) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no call that waits for this.");
    let next = await parked;
    while (next.kind === "asks") {
      const params = elicitation(next.question, capabilities);
      if (params) {
        const inputRequests = { [ANSWER]: { method: "elicitation/create", params } as never };
        return inputRequired({ inputRequests, requestState: next.ticket });
      }
      next = await (parking.resume(next.ticket, name, undefined, caller) as Promise<Round>);
    }
    return next.result;
  }

  function heard({ mcpReq }: ServerContext): Pick<Caller, "progress" | "log"> {
    const token = mcpReq._meta?.progressToken;
    let progress = 0;
    return {
      progress(message) {
        if (token === undefined) return;
        const params = { progressToken: token, progress: ++progress, message };
        void mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
      },
      log: (level, text) => void mcpReq.log(level, text, "gantry").catch(() => undefined),
    };
  }
}

/** `undefined` where the client cannot put it to anybody. */
function elicitation({ message, schema, url }: ClientQuestion, capabilities: ClientCapabilities | undefined) {
  const can = capabilities?.elicitation;
  if (!can) return undefined;
  if (url !== undefined) return can.url ? { mode: "url", message, url, elicitationId: crypto.randomUUID() } : undefined;
  const isFormless = can.url !== undefined && can.form === undefined;
  return schema && !isFormless ? { mode: "form", message, requestedSchema: schema } : undefined;
}

function answerIn(responses: InputResponses | undefined): ClientAnswer | undefined {
  const given = responses?.[ANSWER] as ClientAnswer | undefined;
  return given && ["accept", "decline", "cancel"].includes(given.action) ? given : undefined;
}

/** What the host says against it is the client's to know; anything else is a fault. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (isGantryError(thrown)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, messageOf(thrown));
    throw thrown;
  }
}
