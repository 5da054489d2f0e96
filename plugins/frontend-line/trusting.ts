import type { FrontendHost, LeftOut } from "gantry/sdk";
import { claimsText, leftOutNotice } from "gantry/sdk/kit/claims";
import { visible } from "gantry/sdk/kit/visible";
import type { Terminal } from "./terminal.ts";

/**
 * Asks about what the folder would run or allow, where there is such. What is taken in may ask for more, which is asked about in
 * turn. False when the person would rather leave.
 */
export async function settleTrust(
  host: FrontendHost,
  terminal: Pick<Terminal, "read">,
  say: (text: string) => void,
): Promise<boolean> {
  for (;;) {
    const left = await host.untrusted();
    if (left.claims.every(({ problem }) => problem !== undefined)) {
      const notice = leftOutNotice(left);
      if (notice) say(`${claimsText(left.claims)}\n${notice.text}`);
      return true;
    }
    say(questionOf(left, host.info.cwd));
    const reading = await terminal.read("Trust this folder, and let it run? y/n ", { signal: host.signal });
    if (reading.kind !== "line") return false;
    if (!/^y(es)?$/i.test(reading.text.trim())) {
      say("It stays out.");
      return true;
    }
    await host.trust();
  }
}

function questionOf(left: LeftOut, cwd: string): string {
  const { isTrusted, isRemembered, claims } = left;
  const why = isTrusted
    ? `${visible(cwd)} asks for more than you have approved.`
    : `You have not said that you trust ${visible(cwd)}.`;
  const until = "Until you do, this is left out, and nothing of it has run:";
  const lasting = isRemembered
    ? "y: approve all of this, exactly as it is, and remember it   n: leave it out"
    : "y: approve all of this for this run; your home folder is not remembered   n: leave it out";
  return [`${why} ${until}`, claimsText(claims, { hasStates: isTrusted, isTrusted }), lasting].join("\n");
}
