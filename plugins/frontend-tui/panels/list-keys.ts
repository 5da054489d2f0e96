/** Where the arrows lead in a list. */
import type { Intent } from "./intent.ts";

/** The entry that a key leads to; `undefined` where it leads nowhere. Arrows go round at the ends, pages do not. */
export function movedTo(intent: Intent | undefined, at: number, total: number, page: number): number | undefined {
  if (total === 0) return undefined;
  const within = (index: number) => Math.max(0, Math.min(total - 1, index));
  switch (intent) {
    case "next":
      return at + 1 >= total ? 0 : at + 1;
    case "previous":
      return at <= 0 ? total - 1 : at - 1;
    case "pageDown":
      return within(at + page);
    case "pageUp":
      return within(at - page);
    case "first":
      return 0;
    case "last":
      return total - 1;
    default:
      return undefined;
  }
}
