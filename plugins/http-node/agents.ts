import * as http from "node:http";
import type * as Https from "node:https";
import type { Duplex } from "node:stream";
import type * as Tls from "node:tls";
import { nameOf } from "./failure.ts";
import { basic, hostOf } from "./proxy.ts";

/** Kept connections are let go after a minute: a firewall in between may have forgotten them. */
const OPTIONS: http.AgentOptions = {
  keepAlive: true,
  maxFreeSockets: 8,
  scheduling: "lifo",
  timeout: 60_000,
};

/** The pools of kept connections: one for plain HTTP, one for TLS, one for each proxy. Idle ones keep no process alive. */
export function createAgents() {
  const plain = new http.Agent(OPTIONS);
  let direct: Https.Agent | undefined;
  const tunnels = new Map<string, Https.Agent>();
  const asked = new Set<http.ClientRequest>();

  function agentFor(url: URL, proxy: URL | undefined): http.Agent {
    if (url.protocol === "http:") return plain;
    if (!proxy) {
      direct ??= new (https().Agent)(OPTIONS);
      return direct;
    }
    const tunnel = tunnels.get(proxy.href) ?? createTunnel(proxy);
    tunnels.set(proxy.href, tunnel);
    return tunnel;
  }

  /** An agent whose connections are tunnels that the proxy opens. */
  function createTunnel(proxy: URL): Https.Agent {
    const agent = new (https().Agent)(OPTIONS);
    const create = (target: Tls.ConnectionOptions, done: (error: Error | null, socket?: Duplex) => void) => {
      const address = `${target.host?.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
      const ask = client(proxy).request({
        method: "CONNECT",
        host: hostOf(proxy),
        port: proxy.port,
        path: address,
        headers: { host: address, ...(proxy.username && { "proxy-authorization": basic(proxy) }) },
        agent: false,
      });
      asked.add(ask);
      ask.once("close", () => asked.delete(ask));
      ask.setTimeout(30_000, () => ask.destroy(new Error("the proxy does not answer")));
      ask.once("error", (error) => done(error));
      ask.once("connect", (answer, socket) => {
        if (answer.statusCode === 200) {
          const tls = process.getBuiltinModule("node:tls");
          done(null, tls.connect({ ...target, socket, servername: target.servername ?? target.host }));
        } else {
          socket.destroy();
          done(new Error(`the proxy ${nameOf(proxy)} refused with ${answer.statusCode} ${answer.statusMessage}`));
        }
      });
      ask.end();
    };
    agent.createConnection = create as never;
    return agent;
  }

  return {
    for: agentFor,
    https,
    client,
    destroy() {
      for (const ask of asked) ask.destroy();
      for (const agent of [plain, direct, ...tunnels.values()]) agent?.destroy();
    },
  };
}

/** The module that speaks to a server of this scheme. */
function client(url: URL): typeof http | typeof Https {
  return url.protocol === "https:" ? https() : http;
}

/** Loaded at the first address that needs it: TLS costs a plain start some milliseconds. */
function https(): typeof Https {
  return process.getBuiltinModule("node:https");
}
