/** Servers of the Model Context Protocol: how they are configured, what is known of them, and who speaks with them. */
import type { FrontendHost, SubcommandFlags } from "./host.ts";
import type { JsonObject } from "./json.ts";
import type { ResultContent } from "./message.ts";
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** What every kind of server may say besides. */
export interface McpServerCommon {
  /** Most time of one tool call, in milliseconds. */
  readonly timeout?: number;
  /** Its tools are sent with every request: none waits to be found. */
  readonly alwaysLoad?: boolean;
}

/** A program that speaks over its standard input and output. */
export interface McpStdioConfig extends McpServerCommon {
  readonly type?: "stdio";
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the folder of the host. */
  readonly cwd?: string;
}

/** How to sign in where a server wants it. */
export interface McpOAuthConfig {
  readonly clientId?: string;
  /** The port of the loopback address that the browser comes back to. Default: any free one. */
  readonly callbackPort?: number;
  /** Parted by blanks. */
  readonly scopes?: string;
  readonly authServerMetadataUrl?: string;
  /** The authorization server that the client is registered at: a secret or a key goes to no other. */
  readonly issuer?: string;
  /** `client_credentials`: the client signs in for itself, with no person. A key or an identity says so too. */
  readonly grant?: "authorization_code" | "client_credentials";
  /** Where the client's secret stands in the environment, as `${NAME}`. Default: `MCP_CLIENT_SECRET`. */
  readonly clientSecret?: string;
  /** Where the key that the client proves itself with stands in the environment, as `${NAME}`: a private key in PEM. */
  readonly privateKey?: string;
  /** What the key signs with, such as `PS256`. Default: what fits its kind. */
  readonly algorithm?: string;
  readonly identity?: McpIdentityConfig;
}

/** A person's identity at their company, which is exchanged for a sign-in at a server (SEP-990). */
export interface McpIdentityConfig {
  /** The company's identity provider, whose description says where tokens are exchanged. */
  readonly issuer?: string;
  /** Where tokens are exchanged, in place of what a description says. */
  readonly tokenEndpoint?: string;
  /** Of the client that is registered there. */
  readonly clientId: string;
  /** `${NAME}` of its secret, if it has one. */
  readonly clientSecret?: string;
  /** `${NAME}` of the person's ID token. It is never kept. */
  readonly idToken: string;
}

/** A server at an address. */
export interface McpRemoteConfig extends McpServerCommon {
  readonly type: "http" | "streamable-http" | "sse" | "ws";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A command that prints further headers as a JSON object; it has 10 s. */
  readonly headersHelper?: string;
  readonly oauth?: McpOAuthConfig;
}

/** A server inside the program that drives the host: a {@link McpCarrier} brings its messages. */
export interface McpSdkConfig extends McpServerCommon {
  readonly type: "sdk";
  readonly name: string;
}

/** One server, as `.mcp.json` and its kin describe it. `gantry/sdk/kit/mcp-config` reads and checks it. */
export type McpServerConfig = McpStdioConfig | McpRemoteConfig | McpSdkConfig;

/**
 * Where a server was named: the person's entry for this folder, the folder's `.mcp.json`, the person's entry for all folders, a
 * plugin, the command line or a client of this run, the administrator.
 */
export type McpScope = "local" | "project" | "user" | "plugin" | "dynamic" | "managed";

/** One tool of a server, as its list says it. */
export interface McpToolStatus {
  /** As the server calls it. */
  readonly name: string;
  readonly description?: string;
  readonly annotations?: { readonly readOnly?: boolean; readonly destructive?: boolean; readonly openWorld?: boolean };
}

/** How a server is. */
export interface McpServerStatus {
  readonly name: string;
  /** `pending`: being started, or waiting to be tried again. */
  readonly status: "connected" | "failed" | "needs-auth" | "pending" | "disabled";
  readonly scope: McpScope;
  /** As it was written: variables are not put in, so no secret is in it that does not stand in the file. */
  readonly config: McpServerConfig;
  readonly serverInfo?: { readonly name: string; readonly version: string };
  /** The revision of the protocol that both speak, such as `2026-07-28`. */
  readonly protocolVersion?: string;
  /** Why it is not connected, in one sentence. */
  readonly error?: string;
  readonly tools?: readonly McpToolStatus[];
}

/** One JSON-RPC message. */
export type McpMessage = JsonObject;

/** Carries the messages of a server of the type `sdk`. */
export interface McpCarrier {
  /**
   * Hands a message to the server. Resolves to the messages that come back for it, if that is known by then; others come by
   * `receive`. A rejection fails the request.
   */
  send(message: McpMessage): Promise<McpMessage | readonly McpMessage[] | undefined>;
  /** Called once when the server is connected; whatever the server says by itself is handed to `receive`. */
  open?(receive: (message: McpMessage) => void): void;
}

/** One resource of a server. */
export interface McpResource {
  readonly server: string;
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
}

/** What a resource holds; one address may hold several parts. */
export interface McpResourceContent {
  readonly uri: string;
  readonly mimeType?: string;
  /** Text, or else `blob`, in base64. */
  readonly text?: string;
  readonly blob?: string;
}

/** One prompt of a server. */
export interface McpPrompt {
  readonly server: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments: readonly { readonly name: string; readonly description?: string; readonly isRequired: boolean }[];
}

/** A prompt with its arguments put in. */
export interface McpPromptResult {
  readonly description?: string;
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: readonly ResultContent[] }[];
}

/** What {@link McpServers.set} has done. */
export interface McpSetOutcome {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Why a server was not taken, by name. */
  readonly errors: Readonly<Record<string, string>>;
}

/**
 * The servers of this run.
 *
 * **Contract**: a name that no server has rejects with `GANTRY_MCP_SERVER_ABSENT`, a server that is not connected in time with
 * `GANTRY_MCP_UNAVAILABLE`, what a server refuses with `GANTRY_MCP_REFUSED`. Lists of a server that does not offer the thing are empty.
 */
export interface McpServers {
  status(): readonly McpServerStatus[];
  /** The names of servers that may still become ready. */
  readonly pending: readonly string[];
  /** Starts what has not been started, and resolves when no server is pending, or after `waitMs`. Never rejects. */
  settle(options?: { readonly waitMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /** Servers of this run, in place of those that `source` has set before. A name that others use is an error. */
  set(source: string, servers: Readonly<Record<string, McpServerConfig>>): Promise<McpSetOutcome>;
  reconnect(name: string): Promise<void>;
  /** Remembered for this folder. */
  setEnabled(name: string, isEnabled: boolean): Promise<void>;
  /** Says who carries the messages of a server of the type `sdk`. Returns what ends it. */
  carry(name: string, carrier: McpCarrier): () => void;
  /** The resources of one server, or of all that are connected. */
  resources(server?: string): Promise<readonly McpResource[]>;
  readResource(server: string, uri: string, signal?: AbortSignal): Promise<readonly McpResourceContent[]>;
  prompts(server?: string): Promise<readonly McpPrompt[]>;
  prompt(server: string, name: string, values: Readonly<Record<string, string>>): Promise<McpPromptResult>;
  /** What could stand in an argument of a prompt, or in a variable of a resource's address. */
  complete(
    server: string,
    subject: { readonly prompt: string } | { readonly uriTemplate: string },
    argument: { readonly name: string; readonly value: string },
  ): Promise<readonly string[]>;
  /** Calls the listener when the status of a server, or what it offers, has changed. Returns what ends it. */
  watch(listener: () => void): () => void;
}
export const McpServers = createService<McpServers>("mcp-servers");

/** A server that may want a sign-in. */
export interface McpAuthServer {
  readonly name: string;
  /** Variables put in. */
  readonly url: string;
  readonly oauth?: McpOAuthConfig;
}

/** A request that a server has answered with 401, or with 403. */
export interface McpChallenge {
  readonly status: 401 | 403;
  /** The header `WWW-Authenticate`, where there was one. */
  readonly wwwAuthenticate?: string;
  /** The headers that {@link McpAuth.headers} gave for the request. */
  readonly sent: Readonly<Record<string, string>>;
  readonly session?: SessionView;
  readonly signal?: AbortSignal;
}

/** How a person signs in. */
export interface McpLoginOptions {
  readonly opensBrowser: boolean;
  /** Shows them what to do. */
  readonly print: (text: string) => void;
  /** What they paste, where the browser runs on another machine: the address that it ended at, or the code. */
  readonly pasted?: AsyncIterable<string>;
  readonly signal: AbortSignal;
}

/**
 * Signs in at servers. The bridge asks it for the headers of every request, and tells it when a server will not have them.
 *
 * **Contract**: neither function rejects for a server that wants something else than is there; `headers` of a server that nobody has
 * signed in at gives none. Never opens a browser unasked.
 */
export interface McpAuth {
  /** The headers to send, such as `authorization`. */
  headers(
    server: McpAuthServer,
    request: { readonly method: string; readonly url: string },
  ): Promise<Readonly<Record<string, string>>>;
  /** Gets other headers: refreshes, or asks for more scopes. `true`: send the request once more; `false`: a person has to sign in. */
  challenged(server: McpAuthServer, challenge: McpChallenge): Promise<boolean>;
  /** `gantry mcp login`: a person signs in. Rejects with a coded error when it comes to nothing. */
  login(server: McpAuthServer, options: McpLoginOptions): Promise<void>;
  /** `gantry mcp logout`. Whether there was anything to forget. */
  logout(server: McpAuthServer): Promise<boolean>;
}
export const McpAuth = createService<McpAuth>("mcp-auth");

/** The words of `gantry mcp` that somebody else than the bridge owns: it finds the server and hands over. */
export interface McpServe {
  /** `gantry mcp serve`. Resolves to the exit code. */
  serve(args: readonly string[], flags: SubcommandFlags, host: FrontendHost): Promise<number>;
}
export const McpServe = createService<McpServe>("mcp-serve");
