/** What tests read in painted lines. */

const ESC = "\u001b";
const PAINTED = `${ESC}(?:\\[[0-9;]*m|\\]8;;[!-~]*${ESC}\\\\)`;

/** A painted line without its looks and links. */
export function withoutEscapes(line: string): string {
  return line.replaceAll(new RegExp(PAINTED, "g"), "");
}

/** The controls that are left when looks and links are taken out: there must be none. */
export function foreignEscapes(line: string): string {
  return withoutEscapes(line).replaceAll(/[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "");
}

const CLOSES: Readonly<Record<string, readonly string[]>> = {
  "22": ["bold"],
  "23": ["3"],
  "24": ["4"],
  "27": ["7"],
  "29": ["9"],
  "39": ["colour"],
  "49": ["background"],
};

/** The looks and links that a painted line leaves open. */
export function stillOpen(line: string): string[] {
  const open = new Set<string>();
  const painted = new RegExp(`${ESC}(?:\\[([0-9;]*)m|\\]8;;([^${ESC}]*)${ESC}\\\\)`, "g");
  for (const [, codes, address] of line.matchAll(painted)) {
    if (address !== undefined) address ? open.add("link") : open.delete("link");
    const numbers = codes?.split(";") ?? [];
    for (let at = 0; at < numbers.length; at++) {
      const code = numbers[at] as string;
      const closed = CLOSES[code];
      if (closed) for (const look of closed) open.delete(look);
      else open.add(lookOf(code));
      if (code === "38" || code === "48") at += numbers[at + 1] === "2" ? 4 : 2;
    }
  }
  return [...open];
}

function lookOf(code: string): string {
  if (code === "1" || code === "2") return "bold";
  if (/^[39]./.test(code)) return "colour";
  return /^(?:4|10)./.test(code) ? "background" : code;
}
