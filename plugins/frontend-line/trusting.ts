import type { FrontendHost, LeftOut } from "gantry/sdk";
import { claimsText } from "gantry/sdk/kit/claims";
import type { TrustQuestion } from "gantry/sdk/kit/settle-trust";
import { visible } from "gantry/sdk/kit/visible";
import type { Terminal } from "./terminal.ts";

/** The question of trust, line by line. */
export function trustQuestion(
  host: Pick<FrontendHost, "info" | "signal">,
  terminal: Pick<Terminal, "read">,
  say: (text: string) => void,
): TrustQuestion {
  return {
    say,
    async ask(left) {
      say(questionOf(left, host.info.cwd));
      const reading = await terminal.read("Trust this folder, and let it run? y/n ", { signal: host.signal });
      if (reading.kind !== "line") return "leave";
      return /^y(es)?$/i.test(reading.text.trim()) ? "yes" : "no";
    },
  };
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
