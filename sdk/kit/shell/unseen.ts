import { visible } from "../visible.ts";

/** What stands for nothing that anybody knows; what else is not seen, {@link visible} knows. */
const UNKNOWN_SIGN = /[\r\p{Co}\p{Cn}\p{Cs}]/u;

/** The first sign of a text that is not seen, or that nobody knows. */
export function firstUnseen(text: string): string | undefined {
  const unknown = UNKNOWN_SIGN.exec(text)?.[0];
  if (unknown !== undefined) return unknown;
  const shown = visible(text);
  if (shown === text) return undefined;
  return (
    [...text].find((sign, at, signs) =>
      visible(signs.slice(Math.max(0, at - 2), at + 2).join("")).includes(`<U+${hex(sign)}>`),
    ) ?? "\0"
  );
}

/** A sign as it is usually named. */
export function hex(sign: string): string {
  return (sign.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
}
