/** Whether a command whose time is up goes on in the background. `parses` is asked last: it starts a program. */
export async function mayMoveToBackground(
  command: string,
  parses: (command: string) => Promise<boolean>,
): Promise<boolean> {
  if (/^\s*sleep\b/.test(command) || /\bgit\b/.test(command)) return false;
  return parses(command);
}
