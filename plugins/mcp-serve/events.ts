/** What a client may have missed while it was away: the newest messages of its streams. */
import type { EventStore } from "@modelcontextprotocol/server";

const MOST = 1_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;

export function createEvents(): EventStore {
  const kept: { id: string; stream: string; message: unknown; size: number }[] = [];
  let [next, size] = [0, 0];
  return {
    async storeEvent(stream, message) {
      const id = String(++next);
      const event = { id, stream, message, size: JSON.stringify(message).length };
      kept.push(event);
      size += event.size;
      while (kept.length > MOST || size > MOST_CHARACTERS) size -= kept.shift()?.size ?? 0;
      return id;
    },
    async getStreamIdForEventId(id) {
      return kept.find((event) => event.id === id)?.stream;
    },
    async replayEventsAfter(last, { send }) {
      const from = kept.findIndex(({ id }) => id === last);
      const stream = kept[from]?.stream ?? "";
      for (const event of from < 0 ? [] : kept.slice(from + 1)) {
        if (event.stream === stream && event.size > 2) await send(event.id, event.message as never);
      }
      return stream;
    },
  };
}
