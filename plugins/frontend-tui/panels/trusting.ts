import type { FrontendHost } from "gantry/sdk";
import { claimsText, leftOutNotice } from "gantry/sdk/kit/claims";
import type { Asking } from "./asking.ts";

/**
 * Asks about what the folder would run or allow, where there is such. What is taken in may ask for more, which is asked about in
 * turn. False when the person would rather leave.
 */
export async function settleTrust(
  host: Pick<FrontendHost, "untrusted" | "trust" | "info" | "signal">,
  asking: Pick<Asking, "trust">,
  say: (text: string) => void,
): Promise<boolean> {
  for (;;) {
    const left = await host.untrusted();
    if (left.claims.every(({ problem }) => problem !== undefined)) {
      const notice = leftOutNotice(left);
      if (notice) say(`${claimsText(left.claims)}\n${notice.text}`);
      return true;
    }
    const answer = await asking.trust(left, host.info.cwd, host.signal);
    if (answer === "leave") return false;
    if (answer === "no") {
      say("It stays out.");
      return true;
    }
    await host.trust();
  }
}
