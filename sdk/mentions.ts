import type { ResultContent } from "./message.ts";
import { createService } from "./service.ts";
import type { SessionView, TurnView } from "./session.ts";

/** Something that a person could name, offered while they type. */
export interface MentionSuggestion {
  /** What stands behind the `@`, without quotes: `src/a.ts`, `tracker:issue://42`. */
  readonly mention: string;
  readonly kind: "file" | "folder" | "resource" | "agent" | "other";
  /** A few words on it, such as a resource's title. */
  readonly detail?: string;
  /** How well it fits what was typed, from 0 to 1. Default 0.5. */
  readonly score?: number;
}

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
  /**
   * What could be meant by the beginning that was typed. Left out: nothing is offered.
   *
   * **Contract**: names and titles alone, nothing that a rule keeps from the session. Quick, or heeds the signal, which fires with the
   * next key. May throw, which offers nothing.
   */
  suggest?(query: string, session: SessionView, signal: AbortSignal): Promise<readonly MentionSuggestion[]>;
}

/**
 * What people name with `@` in their prompts.
 *
 * @example
 * const boards: MentionSource = {
 *   description: "cards of the board",
 *   bring: async (mention) => (mention.startsWith("board:") ? [text(`The card ${mention.slice(6)} is done.`)] : undefined),
 *   suggest: async (query) => ["board:42", "board:43"].filter((one) => one.includes(query)).map((mention) => ({ mention, kind: "other" })),
 * };
 * const addBoards = (mentions: Mentions, scope: Scope) => scope.own(mentions.add(boards));
 */
export interface Mentions {
  /** Adds a source. Returns what takes it away again. */
  add(source: MentionSource): () => void;
  /**
   * What a person could mean: files and folders of the session, and what sources offer. Gives whole lists, the best first, one after the
   * other as more is known; the last one is complete.
   *
   * **Contract**: never throws. Stops when the signal fires; fire it with the next key. The first list comes at once, from what is known.
   *
   * @example
   * const firstOf = async (mentions: Mentions, session: SessionView, signal: AbortSignal) => {
   *   for await (const list of mentions.suggest("read", session, signal)) return list[0]?.mention;
   * };
   */
  suggest(query: string, session: SessionView, signal: AbortSignal): AsyncIterable<readonly MentionSuggestion[]>;
  /** What a text names with `@` that no person has typed, as content that stands beside it. Its calls count as a plugin's. */
  bring(text: string, turn: TurnView): Promise<readonly ResultContent[]>;
}
export const Mentions = createService<Mentions>("mentions");
