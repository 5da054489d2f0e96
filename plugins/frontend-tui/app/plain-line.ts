const ESC = "\u001b";
const BELL = "\u0007";
const SEQUENCE = new RegExp(`${ESC}(?:\\[[\\d;:]*[@-~]|\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\))`, "g");

/** What a painted line says, without its looks. */
export function visibleTextOf(line: string): string {
  return line.replace(SEQUENCE, "");
}
