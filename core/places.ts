/** Where the path of a call leads: resolved once, so that what the gates judge is what the tool is given. */
import { type Call, Files, type SessionView } from "gantry/sdk";
import { resolveLinks } from "gantry/sdk/kit/resolve-links";
import { inputPath } from "gantry/sdk/kit/tool-files";
import type { Generation } from "./generation.ts";
import { freeze } from "./guard.ts";

/** The call with its places, where its tool takes a path. Rejects where the path leads nowhere, as in a circle of links. */
export async function withPlaces(call: Call, generation: Generation, session: SessionView): Promise<Call> {
  const { permission } = call.tool;
  if (!permission || !("path" in permission)) return call;
  const value = (call.input as Readonly<Record<string, unknown>> | null)?.[permission.path];
  const written = inputPath(typeof value === "string" && value ? value : ".", session);
  if (written.includes("\0")) return call;
  const files = await generation.service(Files);
  const resolved = await (files ? files.resolve(written) : resolveLinks(written));
  return freeze({ ...call, places: [...new Set([written, resolved])] });
}
