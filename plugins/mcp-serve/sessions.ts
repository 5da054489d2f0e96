/** Sessions as resources: a list of them, and the conversation of each as text. */
import { type Entry, type JsonObject, type SessionStore, type SessionSummary, textOf } from "gantry/sdk";
import type { Change, OfferedResource } from "./offer.ts";

const PREFIX = "gantry://sessions/";

export const SESSION_TEMPLATE: JsonObject = {
  uriTemplate: `${PREFIX}{id}`,
  name: "session",
  title: "A session of this folder",
  mimeType: "text/markdown",
};

export function sessionResource({ id, title, bytes, updatedMs }: SessionSummary): OfferedResource {
  return {
    uri: `${PREFIX}${id}`,
    name: id,
    title: `${title || "(no title)"}, ${new Date(updatedMs).toISOString()}`,
    mimeType: "text/markdown",
    size: bytes,
  };
}

/** An id is a name and never a path. */
export function sessionIdIn(uri: string): string | undefined {
  const id = uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : "";
  return /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

/** What was said, in order; what plugins put there for the model alone is left out. */
export function transcriptText(entries: readonly Entry[]): string {
  const parts = entries.flatMap((entry) => {
    if (entry.type === "user" && !entry.isMeta) {
      const text = textOf(entry.message.content.filter((block) => block.type === "text"));
      return text ? [`## Person\n\n${text}`] : [];
    }
    if (entry.type !== "assistant") return [];
    const blocks = entry.message.content.flatMap((block) => {
      if (block.type === "text") return block.text.trim() ? [block.text] : [];
      return block.type === "tool_use" ? [`\`${block.name}\` ${JSON.stringify(block.input)}`] : [];
    });
    return blocks.length ? [`## Model\n\n${blocks.join("\n\n")}`] : [];
  });
  return `${parts.join("\n\n")}\n`;
}

/** A session at work writes often: what comes in this time is told at once. */
const GATHER_MS = 250;

/** Tells of sessions that begin, go on and end, whichever program has them. */
export function watchSessions(store: SessionStore, cwd: string, tell: (change: Change) => void): () => void {
  const changed = new Set<string>();
  let isListChanged = false;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    if (isListChanged) tell({ kind: "resources" });
    for (const id of changed) tell({ kind: "resource", uri: `${PREFIX}${id}` });
    isListChanged = false;
    changed.clear();
  };
  const stop = store.watch?.(cwd, (id, change) => {
    changed.add(id);
    isListChanged ||= change !== "grew";
    timer ??= setTimeout(flush, GATHER_MS).unref();
  });
  return () => {
    clearTimeout(timer);
    stop?.();
  };
}
