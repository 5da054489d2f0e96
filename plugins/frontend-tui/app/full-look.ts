/** What the full screen says of itself. */
import type { Theme } from "../paint/theme.ts";
import type { FullLook } from "./full-screen.ts";

export function fullLook(theme: () => Theme): FullLook {
  const say = (text: string) => theme().style("dim", `  ${text}`);
  return {
    below: (lines) =>
      say(lines === 1 ? "↓ 1 line more: PageDown" : `↓ ${lines} lines more: PageDown, or End on an empty editor`),
    earlier: () => say("↑ Ctrl-O shows what came before"),
  };
}
