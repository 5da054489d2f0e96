import type { CommandAnswer, Panel } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { Text } from "ink";
import type { JSX } from "react";
import { type Keyboard, useKeys } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";

export interface PanelViewProps {
  readonly panel: Panel;
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  readonly rows: number;
  onClose(answer: CommandAnswer): void;
}

export function PanelView({ panel, keyboard, onClose }: PanelViewProps): JSX.Element {
  useKeys(keyboard, ["Select"], () => {
    onClose(undefined);
    return true;
  });
  return <Text>{visible(panel.text)}</Text>;
}
