import { AsyncLocalStorage } from "node:async_hooks";
import { type FrontendHost, PluginError, type Setup, type SubcommandFlags } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { createHostOffer } from "./host-offer.ts";
import type { mcpServe } from "./index.ts";
import type { Caller } from "./offer.ts";
import { createParking } from "./parking.ts";
import { answerOf, clientQuestion } from "./questions.ts";

const SHORTEST_TOKEN = 16;

const setup: Setup<typeof mcpServe> = ({ config, use, host: info, log }) => {
  const calling = new AsyncLocalStorage<Caller>();

  return {
    services: { serve: { serve } },
    taps: {
      async ask(question, turn) {
        const caller = calling.getStore();
        if (!caller) return undefined;
        return answerOf(question, await caller.ask(clientQuestion(question, turn.session.cwd)));
      },
    },
  };

  async function serve([word]: readonly string[], flags: SubcommandFlags, host: FrontendHost): Promise<number> {
    if (word !== undefined) throw badInput(`"${visibleLine(word, 80)}" is one word too many.`);
    for (const { text } of host.notices) host.stderr.write(`${visibleLine(text)}\n`);
    const parking = createParking(config.questionTimeoutMs);
    const offer = () => createHostOffer({ ...use, host, calling });
    const parts = { version: info.version, parking };
    try {
      await (flags.http === undefined ? overLine() : overHttp(portOf(flags.port)));
    } finally {
      parking.close();
    }
    return 0;

    async function overLine(): Promise<void> {
      const { stdin, stdout, signal } = host;
      const own = offer();
      try {
        const { serveLine } = await import("./stdio.ts");
        await serveLine({ ...parts, offer: own, stdin, stdout, signal, log });
      } finally {
        await own.close();
      }
    }

    async function overHttp(port: number): Promise<void> {
      const { serveHttp } = await import("./http.ts");
      const { url, token, close } = await serveHttp({ ...parts, offer, port, token: tokenIn(info.env) }).catch(
        (thrown: NodeJS.ErrnoException) => {
          throw new PluginError(
            "GANTRY_MCP_SERVE_PORT",
            `Nothing can listen on port ${port} of this machine: ${thrown.code ?? thrown.message}.`,
            "Choose another port, or leave it out.",
            thrown,
          );
        },
      );
      host.stderr.write(`Serving ${url}\nAuthorization: Bearer ${token}\n`);
      await new Promise<void>((resolve) => {
        if (host.signal.aborted) resolve();
        host.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await close();
    }
  }
};

export default setup;

function portOf(port: SubcommandFlags[string] | undefined): number {
  if (port === undefined) return 0;
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw badInput(`"${visibleLine(String(port), 80)}" is no port.`);
}

/** A token of the person's own, for clients that are configured once. */
function tokenIn({ GANTRY_MCP_TOKEN: token }: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!token) return undefined;
  if (token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw badInput(
    `The token in GANTRY_MCP_TOKEN is shorter than ${SHORTEST_TOKEN} characters, or has signs in it that no header takes.`,
  );
}

function badInput(problem: string): PluginError {
  return new PluginError("GANTRY_MCP_SERVE_INPUT", problem, "gantry mcp serve [--http] [--port <port>]");
}
