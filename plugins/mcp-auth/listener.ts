/** Waits on this machine for the browser to come back, once. */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PluginError } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

/** What the browser brought. */
export interface Callback {
  readonly code: string;
  readonly iss?: string;
}

export interface Listener {
  /** Where the browser is sent back to, to the letter. */
  readonly redirectUrl: string;
  /** The first answer that knows the state. Rejects when it is a refusal. */
  readonly callback: Promise<Callback>;
  /** What a person has pasted: the address that the browser ended at, or the code. */
  take(pasted: string): void;
  close(): void;
}

const PATH = "/callback";
const CODE = /^[\x21-\x7e]{1,4096}$/;

/** `port`: where the client is registered with one; else any, preferably the one of last time. */
export async function listen(options: { state: string; port?: number; usual?: number }): Promise<Listener> {
  const { state, port, usual } = options;
  let [resolve, reject]: [(callback: Callback) => void, (why: unknown) => void] = [() => undefined, () => undefined];
  const callback = new Promise<Callback>((...both) => {
    [resolve, reject] = both;
  });
  // Whoever waits for it may come later.
  callback.catch(() => undefined);
  const server = createServer({ maxHeaderSize: 32 * 1024 });
  const bound = await bind(server, port ?? usual ?? 0, port === undefined);
  // People register clients of a fixed port with this name.
  const host = port === undefined ? "127.0.0.1" : "localhost";
  const redirectUrl = `http://${host}:${bound}${PATH}`;

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", redirectUrl);
    const isOurs = request.method === "GET" && request.headers.host === `${host}:${bound}` && url.pathname === PATH;
    if (!isOurs) return say(response, 404, "There is nothing here.");
    if (!isState(url.searchParams, state)) return say(response, 400, "This is not the answer that was waited for.");
    say(response, 200, "Gantry has the answer. You can close this window.");
    settle(url.searchParams);
  });

  return {
    redirectUrl,
    callback,
    take(pasted) {
      const text = pasted.trim();
      if (!text.includes("://")) return CODE.test(text) ? resolve({ code: text }) : undefined;
      const isOurs = text.startsWith(`${redirectUrl}?`) && URL.canParse(text);
      const params = isOurs ? new URL(text).searchParams : undefined;
      if (params && isState(params, state)) return settle(params);
      reject(refused("the address is not the one that this sign-in was to end at"));
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };

  function settle(params: URLSearchParams): void {
    const [code, error, iss] = ["code", "error", "iss"].map((name) => params.get(name) ?? undefined);
    server.close();
    if (code !== undefined && CODE.test(code)) resolve({ code, ...(iss !== undefined && { iss }) });
    else reject(refused(reasonIn(error, params.get("error_description"))));
  }
}

function bind(server: Server, port: number, mayMove: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const listening = () => {
      server.off("error", failed);
      resolve((server.address() as AddressInfo).port);
    };
    const failed = (thrown: NodeJS.ErrnoException) => {
      server.off("listening", listening);
      if (mayMove && port !== 0) return void bind(server, 0, false).then(resolve, reject);
      reject(
        new PluginError(
          "GANTRY_MCP_AUTH_PORT",
          `Nothing can listen on port ${port} of this machine: ${thrown.code ?? thrown.message}.`,
          "Close the program that uses the port, or change callbackPort of the server.",
          thrown,
        ),
      );
    };
    server.once("error", failed).once("listening", listening);
    server.listen({ host: "127.0.0.1", port, exclusive: true });
  });
}

function isState(params: URLSearchParams, state: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return params.getAll("state").length === 1 && timingSafeEqual(hash(params.get("state") ?? ""), hash(state));
}

/** Nothing of the request is in the answer. */
function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(`${text}\n`);
}

function reasonIn(error: string | undefined, description: string | null): string {
  if (error === undefined) return "the answer has no code";
  return visibleLine(description ? `${error} (${description})` : error, 300);
}

export function refused(why: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_AUTH_REFUSED",
    `Nobody was signed in: ${why}.`,
    "Sign in again: gantry mcp login.",
  );
}
