import { type ModelRequest, perSession, type SessionView, type Setup } from "gantry/sdk";
import { firstDifference } from "./difference.ts";
import type { cacheWatch } from "./index.ts";

const PLUGIN = "cache-watch";

const setup: Setup<typeof cacheWatch> = ({ use, log }) => {
  const lastOf = perSession((): { request: ModelRequest | undefined; records: number } => ({
    request: undefined,
    records: 0,
  }));

  function watch(request: ModelRequest, session: SessionView): void {
    const last = lastOf(session);
    const { request: before, records } = last;
    last.request = request;
    last.records = session.entries.length;
    // Each model has a cache of its own.
    if (!before || before.model.provider !== request.model.provider || before.model.id !== request.model.id) return;
    const found = firstDifference(before, request);
    if (!found || (found.part === "message" && isMeant(session, records))) return;
    const plugin = found.owner ?? ownerOf(found.part, found.name, session);
    const reason = `the ${found.part} ${found.name} ${found.change}${plugin ? ` (${plugin})` : ""}`;
    session.record(PLUGIN, "cache-break", { reason, part: found.part, name: found.name, ...(plugin && { plugin }) });
    log(`the cached prefix of the conversation was lost: ${reason}`);
  }

  function ownerOf(part: string, name: string, session: SessionView): string | undefined {
    if (part === "tool") return use.tools.list(session).find((tool) => tool.name === name)?.owner;
    const wrapping = use.inspector.report(session).hooks.modelWrap ?? [];
    const names = wrapping.flatMap(({ plugin }) => (plugin === PLUGIN ? [] : [plugin]));
    return names.length ? `on the way to the model, which pass ${names.join(", ")}` : undefined;
  }

  return {
    taps: {
      modelWrap: (stream, session) => (request, call) => {
        if (call.turn) watch(request, session);
        return stream(request, call);
      },
    },
  };
};

export default setup;

/** A compaction and a rewind change the conversation because somebody wants that. */
function isMeant({ entries }: SessionView, since: number): boolean {
  return entries.length < since || entries.slice(since).some(({ type }) => type === "compaction" || type === "rewind");
}
