/** What sessions use, counted. */
import type { Usage } from "./message.ts";
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** What one model of a session has used. */
export interface ModelFigures {
  readonly usage: Usage;
  /** Dollars; `undefined` when the model's price is not known. */
  readonly costUsd: number | undefined;
  readonly requests: number;
}

/** What a session has used. */
export interface Figures extends ModelFigures {
  readonly byModel: Readonly<Record<string, ModelFigures>>;
  /** Time spent waiting for models, in milliseconds. */
  readonly apiMs: number;
}

/** Counts tokens and money. */
export interface Meter {
  of(session: SessionView): Figures;
  /** Dollars of one request to a model, written `provider/id` or `id`; `undefined` when its price is not known. */
  costOf(model: string, usage: Usage): number | undefined;
}
export const Meter = createService<Meter>("meter");
