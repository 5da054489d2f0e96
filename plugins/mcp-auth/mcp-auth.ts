import {
  isGantryError,
  type McpAuth,
  type McpAuthServer,
  type McpChallenge,
  messageOf,
  type Setup,
  type ToolInfo,
} from "gantry/sdk";
import { openBrowser } from "gantry/sdk/kit/browser";
import { mcpName } from "gantry/sdk/kit/mcp-config";
import { credentialsOf, isForPrograms } from "./credentials.ts";
import { createSafeFetch } from "./fetching.ts";
import { createGrants, type Grant } from "./grants.ts";
import type { mcpAuth } from "./index.ts";
import { type Listener, refused } from "./listener.ts";

/** Tokens are renewed so long before they end. */
const EARLY_MS = 30_000;
const REVOKE_MS = 5_000;
const UNATTENDED_MS = 60_000;

const setup: Setup<typeof mcpAuth> = ({ config, use, host, log }) => {
  const grants = createGrants(use.secrets, log);
  const known = new Map<string, Grant>();
  const busy = new Map<string, Promise<boolean>>();
  /** What a person has said no to, in this run. */
  const declined = new Set<string>();

  const service: McpAuth = {
    async headers(server) {
      const grant = await grantOf(server);
      if (!grant?.tokens) return {};
      const isOver = grant.tokens.expiresMs !== undefined && grant.tokens.expiresMs - EARLY_MS < Date.now();
      if (isOver && (grant.tokens.refresh || grant.isUnattended))
        await alone(server, () => renewed(server, grant.tokens?.access)).catch(noted(server));
      const { tokens } = known.get(keyOf(server)) ?? {};
      return authorizationOf(tokens);
    },
    async challenged(server, challenge) {
      try {
        return await alone(server, () => met(server, challenge));
      } catch (thrown) {
        return noted(server)(thrown);
      }
    },
    async login(server, { opensBrowser, print, pasted, signal }) {
      await run(server, { signal, scope: undefined, present });
      const kept = await (await use.secrets?.())?.place();
      print(kept?.text ?? "What was granted is kept until Gantry ends: no plugin here keeps secrets.");

      async function present(url: URL, listener: Listener): Promise<boolean> {
        const isOpen = opensBrowser && (await openBrowser(url, host));
        print(isOpen ? "The browser was opened. If it shows nothing, open this:" : "Open this in a browser:");
        print(url.href);
        if (pasted) {
          print("If the browser cannot come back, paste the address that it ends at, or the code:");
          void takeFrom(pasted, listener);
        }
        return true;
      }
    },
    async logout(server) {
      const grant = await grants.load(server);
      known.delete(keyOf(server));
      const isDone = await grants.remove(server);
      if (grant) {
        const { revoke } = await import("./renew.ts");
        const fetching = createSafeFetch(use.http, server.url, AbortSignal.timeout(REVOKE_MS));
        await revoke(grant, fetching).catch((thrown) => log(`${server.name}: ${messageOf(thrown)}`));
      }
      return isDone;
    },
  };
  return { services: { auth: service } };

  function noted({ name }: McpAuthServer) {
    return (thrown: unknown) => {
      log(`${name}: ${messageOf(thrown)}`);
      return false;
    };
  }

  /** One thing at a time for each server; whoever comes meanwhile gets the same answer. */
  function alone(server: McpAuthServer, work: () => Promise<boolean>): Promise<boolean> {
    const key = keyOf(server);
    const running = busy.get(key);
    if (running) return running;
    const begun = work().finally(() => busy.delete(key));
    busy.set(key, begun);
    return begun;
  }

  async function met(server: McpAuthServer, challenge: McpChallenge): Promise<boolean> {
    const { status, sent, wwwAuthenticate = "" } = challenge;
    const { extractWWWAuthenticateParams, wider } = await import("./renew.ts");
    const before = sent.authorization?.replace(/^Bearer /, "");
    const grant = await reloaded(server);
    if (!grant?.tokens) return isForPrograms(server.oauth) && unattended(server);
    // Somebody else has signed in, or renewed it.
    if (before !== undefined && grant.tokens.access !== before) return true;
    const headers = { "www-authenticate": wwwAuthenticate };
    const { scope, error } = extractWWWAuthenticateParams(new Response(null, { status, headers }));
    if (status === 401) return (await renewed(server, before)) || asked(server, challenge, scope);
    const all = error === "insufficient_scope" ? wider(grant, scope) : undefined;
    if (all === undefined) return false;
    await keep(server, { ...grant, wanted: all });
    return asked(server, challenge, all);
  }

  async function renewed(server: McpAuthServer, before: string | undefined): Promise<boolean> {
    const { renew } = await import("./renew.ts");
    const grant = await reloaded(server);
    if (!grant?.tokens) return false;
    if (before !== undefined && grant.tokens.access !== before) return true;
    if (grant.isUnattended) return unattended(server);
    const renewal = await renew(grant, createSafeFetch(use.http, server.url));
    if (typeof renewal === "object") {
      await keep(server, renewal.grant);
      return true;
    }
    log(`The sign-in at ${server.name} could not be renewed: ${renewal}.`);
    // Another program may have been quicker: a token for renewing is worth something once.
    const now = await reloaded(server);
    if (now?.tokens && now.tokens.access !== grant.tokens.access) return true;
    if (renewal === "refused" && now) {
      const { tokens: _, ...others } = now;
      await keep(server, others);
    }
    return false;
  }

  /** Nobody is needed, so nobody is asked. */
  async function unattended(server: McpAuthServer): Promise<true> {
    await run(server, { signal: AbortSignal.timeout(UNATTENDED_MS), scope: undefined, present: async () => false });
    return true;
  }

  /** A person who is there may sign in while a call waits. */
  async function asked(server: McpAuthServer, challenge: McpChallenge, scope: string | undefined): Promise<boolean> {
    const { session, signal } = challenge;
    const subject = `${keyOf(server)} ${scope ?? ""}`;
    if (!session || declined.has(subject)) return false;
    const ending = signal ? AbortSignal.any([signal, session.scope.signal]) : session.scope.signal;
    try {
      await run(server, { signal: ending, scope, present });
      return true;
    } catch (thrown) {
      if (isGantryError(thrown) && thrown.code === "GANTRY_MCP_AUTH_DECLINED") declined.add(subject);
      throw thrown;
    }

    async function present(url: URL): Promise<boolean> {
      const message = scope
        ? `It wants you to sign in again and allow more: ${scope}. Yes opens your browser.`
        : "It wants you to sign in again. Yes opens your browser.";
      const from = `The MCP server ${server.name}`;
      const form = { kind: "url", from, message, url: url.href, fields: [] } as const;
      const answer = await use.questions.ask(session as NonNullable<typeof session>, {
        form,
        call: { tool: toolOf(server) },
        signal: ending,
      });
      return answer?.decision === "allow" && (answer.isOpened === true || (await openBrowser(url, host)));
    }
  }

  async function run(
    server: McpAuthServer,
    options: {
      readonly signal: AbortSignal;
      readonly scope: string | undefined;
      readonly present: (url: URL, listener: Listener) => Promise<boolean>;
    },
  ): Promise<void> {
    const { signIn } = await import("./sign-in.ts");
    const limit = AbortSignal.timeout(config.loginTimeoutMs);
    const signal = AbortSignal.any([options.signal, limit]);
    try {
      const known = await grants.load(server);
      const grant = await signIn(server, {
        ...options,
        signal,
        fetching: createSafeFetch(use.http, server.url, signal),
        clientMetadataUrl: config.clientMetadataUrl,
        credentials: credentialsOf(server, host.env, known),
        known,
      });
      await keep(server, grant);
    } catch (thrown) {
      throw limit.aborted && !options.signal.aborted ? refused("it took too long") : thrown;
    }
  }

  async function keep(server: McpAuthServer, grant: Grant): Promise<void> {
    known.set(keyOf(server), grant);
    await grants.save(server, grant);
  }

  async function grantOf(server: McpAuthServer): Promise<Grant | undefined> {
    return known.get(keyOf(server)) ?? reloaded(server);
  }

  async function reloaded(server: McpAuthServer): Promise<Grant | undefined> {
    const grant = await grants.load(server);
    if (grant) known.set(keyOf(server), grant);
    else known.delete(keyOf(server));
    return grant;
  }
};

export default setup;

async function takeFrom(lines: AsyncIterable<string>, listener: Listener): Promise<void> {
  try {
    for await (const line of lines) listener.take(line);
  } catch {
    // Nothing more can be pasted; the browser may still come.
  }
}

function keyOf({ name, url }: McpAuthServer): string {
  return `${name} ${url}`;
}

function authorizationOf(tokens: Grant["tokens"]): Record<string, string> {
  return tokens ? { authorization: `Bearer ${tokens.access}` } : {};
}

/** The server itself: the question is about no tool of its own. */
function toolOf({ name }: McpAuthServer): ToolInfo {
  return {
    name: `mcp__${mcpName(name)}`,
    owner: "mcp-auth",
    description: "",
    input: { jsonSchema: { type: "object" } },
  };
}
