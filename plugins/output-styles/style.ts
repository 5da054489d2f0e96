import type { Claim } from "gantry/sdk";

/** A way to answer. */
export interface Style {
  readonly name: string;
  /** For people. */
  readonly description: string;
  /** `built-in`, or the file it stands in. */
  readonly from: string;
  /** What the model is told. */
  readonly text: string;
  /** Whether the model is told how to work on code, too. */
  readonly keepsCoding: boolean;
  /** What a person has to approve before it counts, since it came with the folder. */
  readonly claim?: Claim;
}

/** Names are told apart without letter case. */
export function isNamed({ name }: Pick<Style, "name">, wanted: string): boolean {
  return name.toLowerCase() === wanted.trim().toLowerCase();
}
