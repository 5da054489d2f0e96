/** How many columns a text takes. */
export function width(text: string): number {
  return Array.from(text.replace(/\u001b\[[\d;]*m/g, "")).length;
}

/** The beginning of a text, as wide as may be. */
export function cut(text: string, columns: number): string {
  return width(text) <= columns
    ? text
    : `${Array.from(text)
        .slice(0, Math.max(0, columns - 1))
        .join("")}…`;
}

/** A text in lines as wide as may be. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    const signs = Array.from(line);
    const lines = [];
    for (let at = 0; at < Math.max(1, signs.length); at += columns) lines.push(signs.slice(at, at + columns).join(""));
    return lines;
  });
}
