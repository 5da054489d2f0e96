import { messageOf, type QuestionForm } from "gantry/sdk";
import { type JSX, useMemo, useState } from "react";
import { type Keyboard, useKeys } from "../input/keyboard.ts";
import { paintBlocks } from "../paint/blocks.ts";
import type { WaitingForm } from "./asking.ts";
import { Decision, type DecisionScreen } from "./decision.tsx";
import { useTooEarly } from "./early.ts";
import { FieldsView } from "./fields.tsx";
import { foreignLines, foreignWord, MARK_WIDTH, markedLines } from "./foreign.ts";
import { toldLines } from "./frame.tsx";

const CHANGE = "chat:externalEditor";

interface FormProps extends DecisionScreen {
  readonly waiting: WaitingForm;
  readonly aside: string;
  /** Shows an address to the person; only ever called on their yes. */
  readonly openUrl?: ((url: string) => void) | undefined;
  /** Has the person change a text in an editor of theirs. May reject; `undefined`: they gave it up. */
  readonly openEditor?: ((text: string) => Promise<string | undefined>) | undefined;
}

/** What somebody else wants of the person: answers, a look at an address, a yes. All texts are theirs. */
export function FormDialog(props: FormProps): JSX.Element {
  return props.waiting.form.kind === "form" ? <FieldsDialog {...props} /> : <YesDialog {...props} />;
}

function FieldsDialog({ waiting, aside, now, openEditor, ...screen }: FormProps): JSX.Element {
  const { form } = waiting;
  const { theme } = screen;
  const isTooEarly = useTooEarly(now);
  const memory = useMemo(() => ({}), []);
  const draft = useDraft(form, screen.keyboard, openEditor);
  return (
    <FieldsView
      {...screen}
      title={`${foreignWord(form.from)} asks`}
      aside={aside}
      reading={(width) => [
        ...draft.problems.flatMap((problem) => toldLines(problem, "bad", { width, rows: 3 }, theme)),
        ...readingOf(draft.form, { width, theme }),
      ]}
      hints={draft.hints}
      fields={form.fields}
      buttons={form.isForCall ? [] : ["Send", "Decline"]}
      isForeign
      memory={memory}
      escape={form.isForCall ? "stop" : "leave unanswered"}
      contexts={["Select"]}
      isTooEarly={isTooEarly}
      onSubmit={async (values) => {
        waiting.answer({ decision: "allow", values: { ...values, ...draft.values } });
        return undefined;
      }}
      onButton={() => waiting.answer({ decision: "deny" })}
      onCancel={() => waiting.answer(form.isForCall ? { decision: "deny", interrupt: true } : undefined)}
    />
  );
}

/** A text that the person may change before they answer. */
function useDraft({ draft, ...form }: QuestionForm, keyboard: Keyboard, openEditor: FormProps["openEditor"]) {
  const [text, setText] = useState<string>();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const canChange = draft !== undefined && openEditor !== undefined;
  useKeys(keyboard, ["Chat"], (_, action) => {
    if (!canChange || action !== CHANGE) return false;
    openEditor(text ?? draft.text).then(
      (changed) => changed !== undefined && setText(changed),
      (cause) => setProblems([messageOf(cause)]),
    );
    return true;
  });
  const isChanged = draft !== undefined && text !== undefined && text !== draft.text;
  const key = keyboard.labelOf(CHANGE).replace(/^ctrl\+(\w)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`);
  return {
    problems,
    form: isChanged ? { ...form, body: [{ type: "markdown", text } as const] } : form,
    values: isChanged ? { [draft.name]: text } : {},
    hints: canChange && key ? [[key, "change it"] as const] : [],
  };
}

function YesDialog({ waiting, aside, openUrl, ...screen }: FormProps): JSX.Element {
  const { kind, from, url } = waiting.form;
  const { width, theme } = screen;
  const reading = readingOf(waiting.form, { width, theme });
  const address = url === undefined ? [] : foreignLines(url, { width, theme, token: "link" });
  const lines = [...reading, ...(address.length ? ["It leads to:", ...address] : [])];
  const isUrl = kind === "url";
  const isOpened = isUrl && openUrl !== undefined && url !== undefined && /^https?:\/\//i.test(url);
  return (
    <Decision
      {...screen}
      title={isUrl ? `${foreignWord(from)} wants you to open an address` : `${foreignWord(from)} asks`}
      aside={aside}
      document={{ name: kind, lines }}
      question={isOpened ? "Open it in your browser?" : isUrl ? "It is not opened for you. Have you been there?" : ""}
      options={[
        { label: "Yes", letter: "y", mustSee: [[0, lines.length]] },
        { label: "No", letter: "n" },
      ]}
      first={1}
      escape="leave unanswered"
      onChoose={choose}
      onCancel={() => waiting.answer(undefined)}
    />
  );

  function choose(index: number) {
    if (index === 0 && isOpened) openUrl(url);
    waiting.answer({ decision: index === 0 ? "allow" : "deny" });
  }
}

function readingOf(
  form: Pick<QuestionForm, "message" | "body">,
  look: Pick<DecisionScreen, "width" | "theme">,
): readonly string[] {
  const { width, theme } = look;
  const message = form.message ? foreignLines(form.message, look) : [];
  const body = form.body ? paintBlocks(form.body, { width: Math.max(1, width - MARK_WIDTH), theme, isOpen: true }) : [];
  return [...message, ...markedLines(body, theme)];
}
