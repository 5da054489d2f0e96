import type { UserContent } from "gantry/sdk";
import { Text } from "ink";
import { type JSX, useRef, useState } from "react";
import type { Theme } from "../paint/theme.ts";
import { type Keyboard, useKeys } from "./keyboard.ts";

export interface Submission {
  readonly text: string;
  readonly content: readonly UserContent[];
}

/** What stands in the editor while the person types. */
export interface ComposerProps {
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  readonly maxRows: number;
  readonly isBusy: boolean;
  readonly isActive: boolean;
  onSubmit(submission: Submission): void;
  onAction(action: string): boolean;
}

export function Composer({ keyboard, theme, onSubmit, onAction, isActive }: ComposerProps): JSX.Element {
  const [, redraw] = useState(0);
  const live = useRef("");
  const text = live.current;
  const setText = (next: string) => {
    live.current = next;
    redraw((count) => count + 1);
  };
  useKeys(keyboard, ["Chat"], (press, action) => {
    if (!isActive) return false;
    if (action && onAction(action)) return true;
    if (press.name === "enter") {
      const text = live.current;
      setText("");
      onSubmit({ text, content: [{ type: "text", text }] });
    } else if (press.name === "backspace") setText(live.current.slice(0, -1));
    else if (press.text) setText(live.current + press.text);
    else return false;
    return true;
  });
  return (
    <Text>
      {theme.style("prompt", "> ")}
      {text}
      {theme.style("selection", " ", { inverse: true })}
    </Text>
  );
}
