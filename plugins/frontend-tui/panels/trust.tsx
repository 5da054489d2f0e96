import { claimsText } from "gantry/sdk/kit/claims";
import { type JSX, useMemo } from "react";
import { wrap } from "../paint/width.ts";
import type { TrustAnswer, WaitingTrust } from "./asking.ts";
import { Decision, type DecisionScreen } from "./decision.tsx";
import { foreignLines, foreignWord } from "./foreign.ts";

interface TrustProps extends DecisionScreen {
  readonly waiting: WaitingTrust;
}

const ANSWERS: readonly TrustAnswer[] = ["no", "yes", "leave"];

/** Whether the folder may do what it asks for: all of it is listed, and a yes needs all of it to have been on the screen. */
export function TrustDialog({ waiting, ...screen }: TrustProps): JSX.Element {
  const { width, theme } = screen;
  const { left, cwd } = waiting;
  const lines = useMemo(() => {
    const { isTrusted, claims } = left;
    const folder = foreignLines(foreignWord(cwd), { width, theme, token: "accent" });
    const why = isTrusted
      ? "This folder asks for more than you have approved:"
      : "You have not said that you trust this folder:";
    const until = "Until you do, this is left out, and nothing of it has run:";
    const listed = foreignLines(claimsText(claims, { hasStates: isTrusted, isTrusted }), { width, theme });
    return [...wrap(why, width), ...folder, ...wrap(until, width), ...listed];
  }, [left, cwd, width, theme]);
  const lasting = left.isRemembered
    ? "Yes, approve all of this, exactly as it is, and remember it"
    : "Yes, approve all of this for this run";
  return (
    <Decision
      {...screen}
      title="Trust this folder?"
      document={{ name: "claims", lines }}
      question=""
      options={[
        { label: "No, leave it out and go on", letter: "n" },
        { label: lasting, letter: "y", mustSee: [[0, lines.length]] },
        { label: "Leave", letter: "q" },
      ]}
      escape="leave it out"
      onChoose={(index) => waiting.answer(ANSWERS[index] ?? "no")}
      onCancel={() => waiting.answer("no")}
    />
  );
}
