import { rm } from "node:fs/promises";
import { type Compaction, type CompactRequest, perSession, type SessionView, type Setup } from "gantry/sdk";
import { sessionFolder } from "gantry/sdk/kit/session-folder";
import type { compactTrim } from "./index.ts";
import { keepAside } from "./keep.ts";
import { planTrim } from "./plan.ts";
import { replaced } from "./replace.ts";

const setup: Setup<typeof compactTrim> = ({ config, use, host, log }) => {
  /** What no transcript speaks of ends with the session. */
  const endWithSession = perSession((session) => {
    const { path, isLasting } = sessionFolder(host, session);
    // Where it could not even be made, nothing is to be removed.
    if (!isLasting) session.scope.own(() => rm(path, { recursive: true, force: true }).catch(() => undefined));
  });

  async function trim(request: CompactRequest, session: SessionView): Promise<Compaction | undefined> {
    // Whoever asks for it wants a summary.
    if (request.trigger === "manual") return undefined;
    const plan = planTrim(request, config);
    if ("problem" in plan) {
      log(plan.problem);
      return undefined;
    }
    endWithSession(session);
    const lines = await keepAside(plan.pieces, sessionFolder(host, session).path, use.files);
    const count = plan.pieces.length;
    return {
      messages: replaced(request.messages, lines),
      summary: `Moved ${count} old ${count === 1 ? "output" : "outputs"} of tools to files (about ${plan.saved} tokens).`,
    };
  }

  return { taps: { compact: (request, { session }) => trim(request, session) } };
};

export default setup;
