/** What each prompt has changed on the disk, and the way back. */
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** A prompt of the conversation as it is now, and what tools have changed before the next one. */
export interface Checkpoint {
  /** The `uuid` of the prompt's record. */
  readonly prompt: string;
  /** From 1, oldest first. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** The first line of what was asked. */
  readonly text: string;
  /** Absolute paths of what it changed. */
  readonly files: readonly string[];
  /** Lines of text that it put in, as far as what lies before and behind it is kept. */
  readonly insertions: number;
  readonly deletions: number;
}

/** What is taken back: what was said, what was changed, or both. */
export type RewindWhat = "conversation" | "files" | "both";

/** How to go back. */
export interface RewindOptions {
  /** Default `both`. */
  readonly what?: RewindWhat;
  /** Change nothing and say what would change. */
  readonly dryRun?: boolean;
  /** Take back what somebody else has changed since, too. */
  readonly force?: boolean;
}

/** Something that stays as it is. */
export interface SkippedFile {
  readonly path: string;
  /** A sentence for the person. */
  readonly reason: string;
  /** Whether `force` would take it back all the same. */
  readonly canForce: boolean;
}

/** What going back has done, or would do. */
export interface Rewound {
  /** False when nothing can be taken back; then `error` says why. */
  readonly canRewind: boolean;
  readonly error?: string;
  /** Absolute paths, sorted. */
  readonly filesChanged: readonly string[];
  /** Lines of text that going back puts in. */
  readonly insertions: number;
  readonly deletions: number;
  readonly skipped: readonly SkippedFile[];
  /** What ran since and may have changed more than anybody saw, such as `Bash: npm install`. */
  readonly unseen: readonly string[];
  /** The conversation went back, too. */
  readonly isConversationRewound: boolean;
}

/** A session that can go back; `Session` and `CommandSession` are. */
export interface RewindableSession extends SessionView {
  /** See `Session.rewind`. */
  rewind(to: string | null, by: string): void;
}

/**
 * Takes back what a prompt has done. A checkpoint is the `uuid` of a prompt's record: going back to it gives the conversation and the files
 * as they were before that prompt.
 *
 * **Contract**: rejects with `GANTRY_REWIND_PROMPT` for a prompt that the conversation does not have, with `GANTRY_REWIND_UNDO` when
 * there is nothing to undo. A file is written whole or not at all, only inside of the session's folders, never through a link; one that
 * somebody else has changed since is skipped unless `force` says otherwise. To be called between turns.
 *
 * @example
 * const preview = async (checkpoints: Checkpoints, session: Session, prompt: string) => {
 *   const { filesChanged } = await checkpoints.rewind(session, prompt, { what: "files", dryRun: true });
 *   return filesChanged.join("\n");
 * };
 */
export interface Checkpoints {
  /** The prompts of the conversation as it is now, oldest first. */
  list(session: SessionView): Promise<readonly Checkpoint[]>;
  rewind(session: RewindableSession, prompt: string, options?: RewindOptions): Promise<Rewound>;
  /** Takes the last `rewind` back that has not been undone. */
  undo(session: RewindableSession, options?: Omit<RewindOptions, "what">): Promise<Rewound>;
}
export const Checkpoints = createService<Checkpoints>("checkpoints");
