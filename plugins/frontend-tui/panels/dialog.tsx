import { questionParts, questionTargets } from "gantry/sdk/kit/question";
import { Text } from "ink";
import type { JSX } from "react";
import { type Keyboard, useKeys } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";
import type { Waiting } from "./asking.ts";

export interface DialogProps {
  readonly waiting: Waiting;
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  readonly rows: number;
}

export function Dialog({ waiting, keyboard }: DialogProps): JSX.Element {
  useKeys(keyboard, ["Confirmation"], (press) => {
    if (press.text === "y") waiting.answer({ decision: "allow" });
    else if (press.text === "n" || press.name === "escape") waiting.answer({ decision: "deny" });
    return true;
  });
  const targets = questionTargets(waiting.question.call);
  const parts = questionParts(waiting.question, { targets, offer: undefined });
  return (
    <Text>
      {parts.title} {parts.fields.map(({ lines }) => lines.join("\n")).join("\n")} y/n
    </Text>
  );
}
