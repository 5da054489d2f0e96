/** The little colour there is. Nothing is said by colour alone. */
export interface Paint {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
}

export function createPaint(isColoured: boolean): Paint {
  const style = (on: number, off: number) => (text: string) =>
    isColoured && text ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { dim: style(2, 22), bold: style(1, 22), red: style(31, 39) };
}

export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
}
