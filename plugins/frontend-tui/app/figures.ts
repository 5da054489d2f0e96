/** What a turn has taken: its time, and what it has cost where that is known. */
import type { Meter, Session } from "gantry/sdk";
import { costText, durationText } from "./lines.ts";

export interface Figures {
  /** A turn begins. */
  begin(): void;
  /** Of the turn that began last, and took so many milliseconds. */
  text(ms: number): string;
}

export function createFigures(session: Session, meter: Meter | undefined): Figures {
  const cost = () => meter?.of(session)?.costUsd;
  let before: number | undefined = 0;
  return {
    begin() {
      before = cost();
    },
    text(ms) {
      const now = cost();
      const spent = now === undefined || before === undefined ? 0 : now - before;
      return spent > 0 ? `${durationText(ms)}, ${costText(spent)}` : durationText(ms);
    },
  };
}
