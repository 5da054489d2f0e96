/** Calls that a plugin draws with Ink itself: drawn once, when they have ended, with our Ink and our React. */
import type { InkKit, RenderedCall, Renderer } from "gantry/sdk";
import * as Ink from "ink";
import * as React from "react";

const kit: InkKit = { React, Ink };

/** `undefined` where the renderer has no component, or it draws nothing. **Contract**: throws what the component throws. */
export function inkLines(renderer: Renderer, shown: RenderedCall, columns: number): string[] | undefined {
  const component = renderer.ink?.(kit);
  if (!component) return undefined;
  const element = React.createElement(component as React.FunctionComponent<RenderedCall>, shown);
  const drawn = Ink.renderToString(element, { columns });
  return drawn.trim() ? drawn.split("\n") : undefined;
}
