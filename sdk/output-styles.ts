import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/**
 * How the model is told to answer.
 *
 * **Contract**: never throws.
 *
 * @example
 * const title = (styles: OutputStyles | undefined, session: SessionView) => `style: ${styles?.nameIn(session) ?? "default"}`;
 */
export interface OutputStyles {
  /** The name of the style that counts, `default` for none; before the first prompt, of the one that was asked for. */
  nameIn(session: SessionView): string;
  /** The name of the style that a new session begins with. */
  named(): string;
  /** The names of all that can be chosen. */
  names(): Promise<readonly string[]>;
}
export const OutputStyles = createService<OutputStyles>("output-styles");
