import type { Answer } from "gantry/sdk";
import type { QuestionOffer } from "gantry/sdk/kit/question";
import { type JSX, useMemo, useState } from "react";
import type { WaitingPermission } from "./asking.ts";
import { Decision, type DecisionOption, type DecisionScreen } from "./decision.tsx";
import { permissionText } from "./permission-text.ts";

interface PermissionProps extends DecisionScreen {
  readonly waiting: WaitingPermission;
  readonly aside: string;
}

/** Whether a call may run: what it is, why it is asked, and what each yes would mean. */
export function PermissionDialog({ waiting, aside, ...screen }: PermissionProps): JSX.Element {
  const { parts, question } = waiting;
  const { width, theme } = screen;
  const [isWhole, setWhole] = useState(false);
  const text = useMemo(() => permissionText(parts, { width, theme, isWhole }), [parts, width, theme, isWhole]);
  const hasMore = parts.fields.some(({ isInDiff }) => isInDiff);
  const subject = editableSubject(waiting);
  return (
    <Decision
      {...screen}
      title={parts.title}
      aside={aside}
      document={{ name: isWhole ? "whole" : "short", lines: text.lines }}
      question="May it run?"
      options={parts.offers.map(optionOf)}
      escape="no, and stop"
      onWhole={hasMore ? () => setWhole(!isWhole) : undefined}
      onChoose={choose}
      onCancel={() => waiting.answer({ decision: "deny", interrupt: true })}
    />
  );

  function optionOf(offer: QuestionOffer): DecisionOption {
    switch (offer.answer) {
      case "once":
        return {
          label: "Yes",
          letter: "y",
          mustSee: [text.subject],
          ...(subject && {
            typing: {
              label: `What shall run (${subject.name}):`,
              text: subject.text,
              isAsked: false,
              does: "change it first",
            },
          }),
        };
      case "session":
        return { label: "Yes, for this session", letter: "s", mustSee: [text.subject, text.widened] };
      case "always":
        return { label: "Yes, always", letter: "a", mustSee: [text.subject, text.widened] };
      case "no":
        return {
          label: "No, and say why",
          letter: "n",
          typing: { label: "What shall be done instead? Nothing: just no.", text: "", isAsked: true, does: "no" },
        };
    }
  }

  function choose(index: number, typed: string | undefined): void | Promise<void> {
    const answer = parts.offers[index]?.answer;
    if (answer === "session" || answer === "always") return waiting.keep(answer);
    waiting.answer(answer === "once" ? yes(typed) : no(typed));
  }

  function yes(typed: string | undefined): Answer {
    if (!subject || typed === undefined || typed === subject.text) return { decision: "allow" };
    return { decision: "allow", input: { ...(question.call.input as object), [subject.name]: typed } };
  }

  function no(typed: string | undefined): Answer {
    const reason = typed?.trim();
    return { decision: "deny", ...(reason && { reason }) };
  }
}

/** What the call is about, where it is a text that can be written anew. */
function editableSubject({ parts, question }: WaitingPermission): { name: string; text: string } | undefined {
  const name = parts.fields.find(({ isSubject }) => isSubject)?.name;
  if (name === undefined) return undefined;
  const { input } = question.call;
  const text: unknown =
    typeof input === "object" && input !== null && Object.hasOwn(input, name) ? Reflect.get(input, name) : undefined;
  return typeof text === "string" ? { name, text } : undefined;
}
