import type { ResultContent } from "./message.ts";
import { createService } from "./service.ts";
import type { TurnView } from "./session.ts";

/**
 * Something besides files that a person can name in a prompt, such as a resource of a server: `@tracker:issue://42`.
 */
export interface MentionSource {
  /** What it brings, for people: `resources of tracker`. */
  readonly description: string;
  /**
   * Brings what is behind a mention, given without its `@`. `undefined`: it is none of this source.
   *
   * **Contract**: asked for mentions with a colon in them, in the order in which sources were added; the first that answers counts. What
   * it reads has to pass the permission rules, best as a call through `Tools`. May throw: the person and the model are told why. Heeds
   * `turn.signal`.
   */
  bring(mention: string, turn: TurnView): Promise<readonly ResultContent[] | undefined>;
}

/**
 * What people name with `@` in their prompts.
 *
 * @example
 * const boards: MentionSource = {
 *   description: "cards of the board",
 *   bring: async (mention) => (mention.startsWith("board:") ? [text(`The card ${mention.slice(6)} is done.`)] : undefined),
 * };
 * const addBoards = (mentions: Mentions, scope: Scope) => scope.own(mentions.add(boards));
 */
export interface Mentions {
  /** Adds a source. Returns what takes it away again. */
  add(source: MentionSource): () => void;
  /** What a text names with `@` that no person has typed, as content that stands beside it. Its calls count as a plugin's. */
  bring(text: string, turn: TurnView): Promise<readonly ResultContent[]>;
}
export const Mentions = createService<Mentions>("mentions");
