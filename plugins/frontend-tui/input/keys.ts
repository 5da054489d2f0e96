/** A key, or a paste. */
export interface KeyPress {
  /** `a`, `enter`, `up`, `f1`, `paste`. */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** What it types. */
  readonly text: string;
}
