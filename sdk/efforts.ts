import type { Effort } from "./model.ts";
import { createService } from "./service.ts";
import type { TurnView } from "./session.ts";

/**
 * How much models put into the answers of single turns.
 *
 * @example
 * const hard = (efforts: Efforts): TapHandler<"input"> => (input, turn) => {
 *   if (textOf(input.content).includes("prove")) efforts.chooseFor(turn, "max");
 * };
 */
export interface Efforts {
  /**
   * From its next request on the turn asks for this effort; the settings go on to hold for all others. The last that is chosen counts.
   *
   * **Contract**: never throws; does nothing for a model that has no such measure.
   */
  chooseFor(turn: TurnView, effort: Effort): void;
}
export const Efforts = createService<Efforts>("efforts");
