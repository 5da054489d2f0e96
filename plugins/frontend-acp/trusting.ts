import { methods, type RequestPermissionRequest } from "@agentclientprotocol/sdk/unstable";
import { type FrontendHost, type LeftOut, messageOf, newId } from "gantry/sdk";
import { claimsText } from "gantry/sdk/kit/claims";
import { visible } from "gantry/sdk/kit/visible";
import { fenced } from "./content.ts";
import type { Link } from "./link.ts";

const YES = "trust";

/** How often what was approved may ask for more. */
const MOST_ROUNDS = 10;

/**
 * Asks, before the first prompt, about what the folder would run or allow. A no, or a client that cannot ask, leaves it out; `onTrusted`
 * runs when something was taken in.
 */
export function createTrusting(host: FrontendHost, link: Link, onTrusted: () => Promise<void>) {
  let isSettled = false;

  return async (signal: AbortSignal): Promise<void> => {
    for (let round = 0; !isSettled && !signal.aborted && round < MOST_ROUNDS; round++) {
      const left = await host.untrusted();
      const isOpen = left.claims.some(({ problem }) => problem === undefined);
      const isYes = isOpen && (await isTrusted(left, signal));
      // Whoever cancels the prompt has not answered: the next one asks again.
      if (signal.aborted) return;
      isSettled = !isYes;
      if (isSettled) return;
      await host.trust();
      await onTrusted();
    }
  };

  async function isTrusted(left: LeftOut, cancellationSignal: AbortSignal): Promise<boolean> {
    const { session } = link;
    if (!session) return false;
    const toolCallId = newId();
    const title = `Trust ${visible(host.info.cwd)}, and let it run?`;
    const content = [{ type: "content" as const, content: fenced({ text: textOf(left) }) }];
    link.tell({ sessionUpdate: "tool_call", toolCallId, title, kind: "other", status: "pending", content });
    const request: RequestPermissionRequest = {
      sessionId: session.id,
      toolCall: { toolCallId, title, kind: "other" as const, content },
      options: [
        {
          optionId: YES,
          name: left.isRemembered ? "Trust it as it is" : "Trust it for this run",
          kind: "allow_always" as const,
        },
        { optionId: "leave", name: "Leave it out", kind: "reject_once" as const },
      ],
    };
    const waiting = { cancellationSignal, stopWaitingOnCancel: true };
    const isYes = await link.peer.request(methods.client.session.requestPermission, request, waiting).then(
      ({ outcome }) => outcome.outcome === "selected" && outcome.optionId === YES,
      (thrown) => {
        link.log(`Nobody was asked whether to trust the folder: ${messageOf(thrown)}`);
        return false;
      },
    );
    link.tell({ sessionUpdate: "tool_call_update", toolCallId, status: isYes ? "completed" : "failed" });
    return isYes;
  }
}

function textOf({ isTrusted, claims }: LeftOut): string {
  const why = isTrusted
    ? "This folder asks for more than you have approved."
    : "You have not said that you trust this folder.";
  return `${why} Until you do, this is left out, and nothing of it has run:\n\n${claimsText(claims, { hasStates: isTrusted, isTrusted })}`;
}
