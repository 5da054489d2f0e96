/** The question of trust at a start, in a frontend's own words. */
import type { FrontendHost, LeftOut } from "gantry/sdk";
import { claimsText, leftOutNotice } from "./claims.ts";

/** How a frontend asks, and says what stays out. */
export interface TrustQuestion {
  ask(left: LeftOut): Promise<"yes" | "no" | "leave">;
  say(text: string): void;
}

/**
 * Asks about what the folder would run or allow, where there is such. What is taken in may ask for more, which is asked about in
 * turn. False when the person would rather leave.
 */
export async function settleTrust(
  host: Pick<FrontendHost, "untrusted" | "trust">,
  { ask, say }: TrustQuestion,
): Promise<boolean> {
  for (;;) {
    const left = await host.untrusted();
    if (left.claims.every(({ problem }) => problem !== undefined)) {
      const notice = leftOutNotice(left);
      if (notice) say(`${claimsText(left.claims)}\n${notice.text}`);
      return true;
    }
    const answer = await ask(left);
    if (answer === "leave") return false;
    if (answer === "no") {
      say("It stays out.");
      return true;
    }
    await host.trust();
  }
}
