import type { ListSessionsRequest, ListSessionsResponse } from "@agentclientprotocol/sdk/unstable";
import type { LaterService, SessionStore } from "gantry/sdk";
import { failed, invalid } from "./errors.ts";

type Store = LaterService<SessionStore | undefined> | undefined;

const PAGE = 100;

/** Sessions of a folder, or of all, newest first, a page at a time. The cursor is the last session of the page before. */
export async function listSessions(store: Store, { cwd, cursor }: ListSessionsRequest): Promise<ListSessionsResponse> {
  const all = (await (await store?.())?.list(cwd ? { cwd } : {})) ?? [];
  const from = cursor ? all.findIndex(({ id }) => id === cursor) + 1 : 0;
  if (cursor && !from) throw invalid(`The cursor "${cursor}" is not known any more: list from the beginning.`);
  const page = all.slice(from, from + PAGE);
  const last = page.at(-1);
  return {
    sessions: page.map(({ id, cwd: folder, title, updatedMs }) => ({
      sessionId: id,
      cwd: folder,
      title,
      updatedAt: new Date(updatedMs).toISOString(),
    })),
    ...(last && from + PAGE < all.length && { nextCursor: last.id }),
  };
}

export async function removeSession(store: Store, sessionId: string): Promise<void> {
  const sessions = await store?.();
  if (!sessions) throw failed("Sessions are not kept here.");
  await sessions.remove(sessionId, {});
}
