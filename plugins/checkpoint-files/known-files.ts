import { type Entry, type Files, perSession, type SessionView, type Tools } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { timelineOf, wholeLog } from "./timeline.ts";

/** So many files, those named last, are looked at before and after a command. */
const MOST_FILES = 200;

/** The files that a session has read or changed: a command may change them without naming them. */
export function createKnownFiles(files: Files, tools: () => Promise<Tools>) {
  const namedIn = perSession(() => ({ read: 0, paths: new Set<string>() }));

  /** The newest first. */
  async function pathsIn(session: SessionView): Promise<readonly string[]> {
    const named = namedIn(session);
    const fields = await fieldsOf(session);
    const entries = wholeLog(session);
    for (const entry of entries.slice(named.read)) {
      for (const path of pathsOf(entry, fields, session)) {
        named.paths.delete(path);
        named.paths.add(path);
      }
    }
    named.read = entries.length;
    const changed = [...timelineOf(session).last.keys()];
    return [...new Set([...[...named.paths].reverse(), ...changed.reverse()])].slice(0, MOST_FILES);
  }

  async function fieldsOf(session: SessionView): Promise<ReadonlyMap<string, string>> {
    const fields = (await tools()).list(session).flatMap(({ name, aliases = [], permission }) => {
      const isFile = permission && "path" in permission;
      return isFile ? [name, ...aliases].map((one) => [one, permission.path] as const) : [];
    });
    return new Map(fields);
  }

  /** The files that are there, links followed, in the session's folders. */
  return async (session: SessionView): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (const named of await pathsIn(session)) {
      const stat = await files.stat(named).catch(() => undefined);
      if (stat?.kind === "file" && isWithin(stat.realPath, session.folders)) found.add(stat.realPath);
    }
    return found;
  };
}

function pathsOf(entry: Entry, fields: ReadonlyMap<string, string>, session: SessionView): readonly string[] {
  if (entry.type !== "assistant") return [];
  return entry.message.content.flatMap((block) => {
    if (block.type !== "tool_use") return [];
    const path = (block.input as Record<string, unknown> | undefined)?.[fields.get(block.name) ?? ""];
    return typeof path === "string" && !path.includes("\0") ? [inputPath(path, session)] : [];
  });
}
