/** Servers as people write them into `.mcp.json` and its kin: checked, named, and with variables put in. */
import { type JsonObject, type McpServerConfig, z } from "gantry/sdk";

/** What a list of servers holds: those that can be taken, and why the others cannot, by name. */
export interface McpServerList {
  readonly servers: Readonly<Record<string, McpServerConfig>>;
  readonly problems: Readonly<Record<string, string>>;
}

let schemas: ReturnType<typeof makeSchemas> | undefined;

/** The schema of one server. Made at the first need: most runs have none. */
export function mcpServerConfigSchema(): z.ZodType<McpServerConfig> {
  return schemasNow().any;
}

function schemasNow() {
  schemas ??= makeSchemas();
  return schemas;
}

/**
 * Reads a list of servers, `{ "mcpServers": { … } }` or bare. One bad entry does not cost the others.
 *
 * @example
 * readMcpServers({ mcpServers: { files: { command: "mcp-files" } } }).servers.files; // { command: "mcp-files" }
 */
export function readMcpServers(content: unknown): McpServerList {
  const list = isRecord(content) && isRecord(content.mcpServers) ? content.mcpServers : content;
  if (!isRecord(list)) return { servers: {}, problems: { "": "it is no object with servers by name." } };
  const servers: Record<string, McpServerConfig> = Object.create(null);
  const problems: Record<string, string> = Object.create(null);
  for (const [name, entry] of Object.entries(list)) {
    const problem = nameProblem(name) ?? entryProblem(entry);
    if (problem !== undefined) problems[name] = problem;
    else servers[name] = mcpServerConfigSchema().parse(entry);
  }
  return { servers, problems };
}

/** What is wrong with a server's name. */
export function nameProblem(name: string): string | undefined {
  if (!/^[\w -]{1,64}$/.test(name)) return "a name has letters, digits, - and _, at most 64 of them.";
  if (name.includes("__")) return "a name has no __ in it, which parts it from the tools' names.";
  return undefined;
}

/** What is wrong with one entry, in a sentence; `undefined` when nothing is. */
export function entryProblem(entry: unknown): string | undefined {
  if (isRecord(entry) && "url" in entry && entry.type === undefined) {
    return 'it has a url and no type: add "type": "http", "sse" or "ws".';
  }
  const { any, remote } = schemasNow();
  const parsed = (isRecord(entry) && "url" in entry ? remote : any).safeParse(entry);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const type = isRecord(entry) ? entry.type : undefined;
  if (issue?.code === "invalid_union" && (type === undefined || type === "stdio")) return "it has no command.";
  return `${issue?.path.join(".") || "it"}: ${issue?.message}`;
}

/**
 * A name as it stands in tools' names: what is neither letter, digit, `-` nor `_` becomes `_`.
 *
 * @example
 * mcpName("my server"); // "my_server"
 */
export function mcpName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_");
}

/** A configuration with its variables put in, and which were not there. */
export interface Expanded {
  readonly config: McpServerConfig;
  /** Names of variables without a value and without a default. */
  readonly missing: readonly string[];
}

/**
 * Puts `${NAME}` and `${NAME:-default}` into command, arguments, environment, address and headers.
 *
 * @example
 * expandMcpConfig({ command: "${BIN:-mcp-files}" }, {}).config; // { command: "mcp-files" }
 */
export function expandMcpConfig(config: McpServerConfig, env: Readonly<Record<string, string | undefined>>): Expanded {
  const missing = new Set<string>();
  const put = (text: string) =>
    text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name: string, instead: string | undefined) => {
      const value = env[name];
      if (value !== undefined && (value !== "" || instead === undefined)) return value;
      if (instead === undefined) missing.add(name);
      return instead ?? whole;
    });
  const record = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, put(value)]));
  const expanded = Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (key === "command" || key === "url" || key === "cwd") return [key, put(value as string)];
      if (key === "args") return [key, (value as readonly string[]).map(put)];
      if (key === "env" || key === "headers") return [key, record(value as Record<string, string>)];
      return [key, value];
    }),
  );
  return { config: expanded as unknown as McpServerConfig, missing: [...missing] };
}

/** A server in one line, for people: its command with its arguments, or its address. */
export function mcpServerText(config: McpServerConfig): string {
  if (config.type === "sdk") return `sdk ${config.name}`;
  if ("url" in config) return `${config.type} ${config.url}`;
  return [config.command, ...(config.args ?? [])].map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./${}-]+$/.test(word) ? word : JSON.stringify(word);
}

/** What must not stand in a file in clear. */
const NAMED = /^\$\{[A-Za-z_]\w*\}$/;

function makeSchemas() {
  const common = { timeout: z.number().positive().optional(), alwaysLoad: z.boolean().optional() };
  const texts = z.record(z.string(), z.string());
  const secret = z
    .string()
    .regex(NAMED, 'a secret stands in the environment alone: here stands its name, in "$" and braces.');
  const identity = z
    .object({
      issuer: z.url().optional(),
      tokenEndpoint: z.url().optional(),
      clientId: z.string(),
      clientSecret: secret.optional(),
      idToken: secret,
    })
    .refine(
      (given) => given.issuer !== undefined || given.tokenEndpoint !== undefined,
      "it needs issuer or tokenEndpoint.",
    );
  const oauth = z
    .object({
      clientId: z.string().optional(),
      callbackPort: z.number().int().min(1).max(65_535).optional(),
      scopes: z.string().optional(),
      authServerMetadataUrl: z.string().optional(),
      issuer: z.url().optional(),
      grant: z.enum(["authorization_code", "client_credentials"]).optional(),
      clientSecret: secret.optional(),
      privateKey: secret.optional(),
      algorithm: z
        .string()
        .regex(/^[REP]S\d{3}$/)
        .optional(),
      identity: identity.optional(),
    })
    .refine(
      ({ clientId, issuer, privateKey, identity }) =>
        (privateKey === undefined && identity === undefined) || (clientId !== undefined && issuer !== undefined),
      "privateKey and identity need clientId, and issuer: what they prove goes to that authorization server alone.",
    );
  const stdio = z.object({
    type: z.literal("stdio").optional(),
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    env: texts.optional(),
    cwd: z.string().optional(),
    ...common,
  });
  const remote = z.object({
    type: z.enum(["http", "streamable-http", "sse", "ws"]),
    url: z.string().min(1),
    headers: texts.optional(),
    headersHelper: z.string().optional(),
    oauth: oauth.optional(),
    ...common,
  });
  const sdk = z.object({ type: z.literal("sdk"), name: z.string().min(1), ...common });
  return { remote, any: z.union([stdio, remote, sdk]) as unknown as z.ZodType<McpServerConfig> };
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
