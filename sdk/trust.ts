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
}

/** A plugin's list of what a folder asks of it, as its manifest describes it. */
export interface ClaimsManifest {
  readonly description: string;
}

/**
 * Lists what the folder asks for, approved or not.
 *
 * **Contract**: reads files and runs nothing. May reject, which is told and counts as nothing asked for.
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
  /** Remembers what a person has approved elsewhere, such as an answer that became a rule. */
  approve(claims: readonly Claim[]): void;
}
export const Trust = createService<Trust>("trust");
