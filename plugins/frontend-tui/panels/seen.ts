/** Which lines of a question have stood on the screen: nobody can say yes to what they could not read. */

export interface Seen {
  /** These lines stand on the screen now. A document of another shape begins anew. */
  see(document: string, from: number, to: number): void;
  /** The first of these lines that has not been seen. */
  firstUnseen(from: number, to: number): number | undefined;
}

export function createSeen(): Seen {
  let known: string | undefined;
  const lines = new Set<number>();
  return {
    see(document, from, to) {
      if (document !== known) lines.clear();
      known = document;
      for (let line = from; line < to; line++) lines.add(line);
    },
    firstUnseen(from, to) {
      for (let line = from; line < to; line++) if (!lines.has(line)) return line;
      return undefined;
    },
  };
}
