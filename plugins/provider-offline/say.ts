/** Most items that are shown on the screen; a file gets all of them. */
const MAX_SHOWN = 40;
const MAX_OUTPUT = 4000;

export function counted(number: number, noun: string): string {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}

export function bullets(items: readonly string[]): string {
  const shown = items.slice(0, MAX_SHOWN).map((item) => `- ${item}`);
  const hidden = items.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`- … and ${hidden} more`] : [])].join("\n");
}

/** Output as it is, head and tail when it is long, in a fence that it cannot close. */
export function fenced(text: string): string {
  const half = MAX_OUTPUT / 2;
  const shown =
    text.length <= MAX_OUTPUT
      ? text
      : `${text.slice(0, half)}\n… (${text.length - MAX_OUTPUT} characters left out)\n${text.slice(-half)}`;
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${shown}\n${fence}`;
}
