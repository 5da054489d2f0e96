/** A draft that is put aside, and brought back by the same key. */

/** What is put aside: the text, and whether a mark at its beginning was pasted. */
export interface Stashed {
  readonly text: string;
  readonly isPasted: boolean;
}

export interface Stash {
  has(): boolean;
  /** Puts aside what is typed; brings back what was put aside where nothing is. What there is to say of it. */
  swap(): string;
}

export function createStash(draft: {
  typed(): Stashed | undefined;
  clear(): void;
  putBack(kept: Stashed): void;
}): Stash {
  let kept: Stashed | undefined;
  return {
    has: () => kept !== undefined,
    swap() {
      const before = kept;
      kept = draft.typed();
      if (kept) draft.clear();
      else if (before) draft.putBack(before);
      if (!kept) return "";
      return before ? "Put aside in place of what was put aside before" : "Put aside; the same key brings it back";
    },
  };
}
