/** Asks about what the folder would run or allow, before anything of it does. */
import type { FrontendHost, LeftOut, ListPanel } from "gantry/sdk";
import { claimsText, leftOutNotice } from "gantry/sdk/kit/claims";
import { visible } from "gantry/sdk/kit/visible";

export interface TrustParts {
  readonly host: FrontendHost;
  say(text: string): void;
  /** Shows a panel; resolves when it is closed. */
  show(panel: ListPanel): Promise<void>;
}

/** What is taken in may ask for more, which is asked about in turn. False when the person would rather leave. */
export async function settleTrust({ host, say, show }: TrustParts): Promise<boolean> {
  for (;;) {
    const left = await host.untrusted();
    if (left.claims.every(({ problem }) => problem !== undefined)) {
      const notice = leftOutNotice(left);
      if (notice) say(`${claimsText(left.claims)}\n${notice.text}`);
      return true;
    }
    say(questionOf(left, host.info.cwd));
    const choice = await choose(left, show);
    if (choice === undefined || host.signal.aborted) return false;
    if (choice === "no") {
      say("It stays out.");
      return true;
    }
    await host.trust();
  }
}

async function choose({ isRemembered }: LeftOut, show: TrustParts["show"]): Promise<"yes" | "no" | undefined> {
  let choice: "yes" | "no" | undefined;
  const until = isRemembered ? "remembered, exactly as it is" : "for this run: your home folder is not remembered";
  await show({
    type: "list",
    title: "Trust this folder, and let it run?",
    text: "Trust this folder, and let it run?",
    load: () => [
      { id: "yes", title: "Yes, approve all of this", detail: until },
      { id: "no", title: "No, leave it out" },
    ],
    actions: [
      {
        key: "enter",
        label: "choose",
        run({ id }) {
          choice = id === "yes" ? "yes" : "no";
          return undefined;
        },
      },
    ],
  });
  return choice;
}

function questionOf({ isTrusted, claims }: LeftOut, cwd: string): string {
  const why = isTrusted
    ? `${visible(cwd)} asks for more than you have approved.`
    : `You have not said that you trust ${visible(cwd)}.`;
  const until = "Until you do, this is left out, and nothing of it has run:";
  return [`${why} ${until}`, claimsText(claims, { hasStates: isTrusted, isTrusted })].join("\n");
}
