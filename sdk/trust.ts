import { createService } from "./service.ts";

/**
 * One thing that a folder asks for and that does not count before a person has seen it: a program that would run, a rule that would
 * allow something.
 */
export interface Claim {
  /** What it is, for people: `hook`, `MCP server`, `plugin`, `allow rule`. */
  readonly kind: string;
  /** The file it stands in, absolute. */
  readonly source: string;
  /** All of it, as it would run: a command line with its arguments and environment, a rule. It is shown, and its hash approved. */
  readonly text: string;
  /** Why it cannot be approved, in one sentence: such as a folder that is too large to be told by its content. */
  readonly problem?: string;
}

/**
 * What was said of a claim: `approved`, exactly as it is; `changed`, when another text of its kind was approved in its source and is
 * gone; else `new`.
 */
export interface ReviewedClaim extends Claim {
  readonly state: "approved" | "changed" | "new";
}

/** What a folder asks for and that does not count. */
export interface LeftOut {
  /** Whether the person trusts the folder: then what is left out is new, or has changed since. */
  readonly isTrusted: boolean;
  /** Whether a yes lasts. The home folder, and what it lies in, can be trusted for one run alone. */
  readonly isRemembered: boolean;
  /** Empty when nothing is left out. */
  readonly claims: readonly ReviewedClaim[];
}

/** A plugin's list of what a folder asks of it, as its manifest describes it. */
export interface ClaimsManifest {
  readonly description: string;
}

/**
 * Lists what the folder asks for, approved or not.
 *
 * **Contract**: reads files and runs nothing; has 10 s. May reject, which is told and counts as nothing asked for.
 *
 * @example
 * const hooks: Claims = () => [{ kind: "hook", source: "/home/me/shop/.claude/settings.json", text: "PostToolUse: npm run format" }];
 */
export type Claims = () => readonly Claim[] | Promise<readonly Claim[]>;

/**
 * What the person has approved of this folder.
 *
 * **Contract**: an approval holds for exactly what was shown: another command line, another file, and it is asked for anew. Trust given
 * for one run (`--trust`, `GANTRY_TRUST=1`) approves everything.
 */
export interface Trust {
  approves(claim: Claim): boolean;
  /** Remembers what a person has approved elsewhere, such as an answer that became a rule. Throws `GANTRY_STATE_UNWRITABLE`. */
  approve(claims: readonly Claim[]): void;
  /** Forgets what was approved of a kind in this folder. How many approvals that were. Throws `GANTRY_STATE_UNWRITABLE`. */
  revoke(kind: string): number;
  /** Everything that the folder asks for, with what was said of it. */
  review(): Promise<readonly ReviewedClaim[]>;
  /** The folders that are remembered, each with all that lies in it. */
  readonly folders: readonly string[];
  /** Forgets a folder and what was approved of it, from the next start on. False when it was not remembered. */
  forget(folder: string): boolean;
}
export const Trust = createService<Trust>("trust");
