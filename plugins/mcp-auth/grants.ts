/** What is known of a sign-in at one server, from run to run. */
import { createHash } from "node:crypto";
import {
  type JsonObject,
  type LaterService,
  type Log,
  type McpAuthServer,
  messageOf,
  type Secrets,
  z,
} from "gantry/sdk";

const anySchema = z.record(z.string(), z.json()) as z.ZodType<JsonObject>;

const grantSchema = z.object({
  /** Whose tokens these are: they go to no other address, and are renewed at no other issuer. */
  url: z.string(),
  issuer: z.string(),
  authorizationServerUrl: z.string(),
  metadata: anySchema.optional(),
  resource: z.string().optional(),
  client: z.looseObject({ client_id: z.string(), client_secret: z.string().optional() }),
  redirectUrl: z.string().optional(),
  /** What the client proves itself with, where that is a key. */
  key: z.object({ pem: z.string(), algorithm: z.string() }).optional(),
  tokens: z
    .object({
      access: z.string(),
      refresh: z.string().optional(),
      /** Milliseconds since 1970. */
      expiresMs: z.number().optional(),
      scope: z.string().optional(),
    })
    .optional(),
  /** Granted to a program that is known by its secret or key, with no person: it can be had again any time. */
  isUnattended: z.boolean().optional(),
  /** Scopes that the server has asked for since. */
  wanted: z.string().optional(),
});
export type Grant = z.infer<typeof grantSchema>;

export interface Grants {
  /** As it is kept, not as it was known. */
  load(server: McpAuthServer): Promise<Grant | undefined>;
  save(server: McpAuthServer, grant: Grant): Promise<void>;
  remove(server: McpAuthServer): Promise<boolean>;
}

/** Without a plugin that keeps secrets, they last as long as the run. */
export function createGrants(secrets: LaterService<Secrets | undefined> | undefined, log: Log): Grants {
  const here = new Map<string, string>();
  return {
    async load(server) {
      const text = (await (await secrets?.())?.get(nameOf(server))) ?? here.get(nameOf(server));
      if (text === undefined) return undefined;
      try {
        const grant = grantSchema.parse(JSON.parse(text));
        return grant.url === server.url ? grant : undefined;
      } catch {
        log(`What is kept of the sign-in at ${server.name} cannot be read.`);
        return undefined;
      }
    },
    async save(server, grant) {
      const text = JSON.stringify(grant);
      const kept = await secrets?.();
      try {
        if (kept) return await kept.set(nameOf(server), text);
      } catch (thrown) {
        log(messageOf(thrown));
      }
      here.set(nameOf(server), text);
    },
    async remove(server) {
      const wasHere = here.delete(nameOf(server));
      const wasKept = await (await secrets?.())?.remove(nameOf(server));
      return wasHere || wasKept === true;
    },
  };
}

/** Another address under the same name is another server. */
function nameOf({ name, url }: McpAuthServer): string {
  return `mcp:${name}:${createHash("sha256").update(url).digest("hex").slice(0, 16)}`;
}
