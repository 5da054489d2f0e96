/** What a model may be taught when it needs it: folders with a text, read when they are called for. */
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** Who has put a file there: an administrator, the person, or whoever wrote the project. */
export type PromptSource = "managed" | "personal" | "project";

/** A skill. */
export interface SkillInfo {
  /** Its folder's name, and its slash command's. */
  readonly name: string;
  /** What it is for and when to use it; empty where it does not say. */
  readonly description: string;
  readonly source: PromptSource;
  /** Its `SKILL.md`, absolute. */
  readonly path: string;
  /** Whether a person can call it by its name. */
  readonly isCommand: boolean;
  /** Whether a model may call it. */
  readonly isForModel: boolean;
}

/**
 * The skills of the host.
 *
 * @example
 * const namesOf = async (skills: Skills, session: SessionView) => (await skills.list(session)).map(({ name }) => name);
 */
export interface Skills {
  /** All that count, by name; looks at their folders where nobody has yet. */
  list(session: SessionView): Promise<readonly SkillInfo[]>;
  /**
   * Calls the listener when there are others, before their commands are there: a command of such a name has to make room. Returns what
   * ends it.
   *
   * **Contract**: a rejection is logged and no more.
   */
  watch(listener: (skills: readonly SkillInfo[], session: SessionView) => void | Promise<void>): () => void;
}
export const Skills = createService<Skills>("skills");
