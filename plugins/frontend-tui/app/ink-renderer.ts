/** Calls that a plugin draws with Ink itself: drawn once, when they have ended, with our Ink and our React. */
import type { InkKit, RenderedCall, Renderer } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import * as Ink from "ink";
import * as React from "react";

const kit: InkKit = { React, Ink };

/** `undefined` where the renderer has no component, or it draws nothing. **Contract**: throws what the component throws. */
export function inkLines(renderer: Renderer, shown: RenderedCall, columns: number): string[] | undefined {
  const component = renderer.ink?.(kit);
  if (!component) return undefined;
  const element = React.createElement(component as React.FunctionComponent<RenderedCall>, shown);
  const drawn = Ink.renderToString(element, { columns });
  return drawn.trim() ? drawn.split("\n").map(harmless) : undefined;
}

const ESC = "\u001b";
/** Looks and addresses of links: all that a drawing needs of a terminal. */
const LOOKS = new RegExp(`(${ESC}\\[[\\d;:]*m|${ESC}\\]8;;[!-~]*(?:\u0007|${ESC}\\\\))`);

/** A component may draw what others have written, such as what its tool came to: Ink lets their controls through. */
function harmless(line: string): string {
  return line
    .split(LOOKS)
    .map((piece, at) => (at % 2 ? piece : visible(piece)))
    .join("");
}
