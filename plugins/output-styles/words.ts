import { didYouMean } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Style } from "./style.ts";

export function notApproved({ name, from }: Style): string {
  return `The output style "${visibleLine(name, 100)}" of ${visibleLine(from)} does not count: it came with this folder, and nobody has approved it. gantry trust add shows and approves it.`;
}

export function unknown(name: string, styles: readonly Style[]): string {
  const names = [...new Set(styles.map((style) => visibleLine(style.name, 100)))];
  return `There is no output style "${visibleLine(name, 100)}".${didYouMean(name, names)} Styles: ${names.join(", ")}.`;
}
