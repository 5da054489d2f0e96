import type { Environment } from "./switch.ts";

/** Takes what looks like a secret out of a text. */
export type Mask = (text: string) => string;

const MASKED = "[masked]";
const SECRET_NAME =
  /(api_?keys?|access_?keys?|private_?keys?|secret_?keys?|auth_?tokens?|tokens?|secrets?|password|passwd|passphrase|pat|credentials?|headers|authorization|cookie)$/i;
/** Shorter values would be found in everything. */
const SHORTEST = 8;
/** No more of a text is looked at. */
const LONGEST = 64 * 1_024;
/** What is sent of a text. */
const MOST_SENT = 16 * 1_024;

const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)[-_][\w-]{16,}/g,
  /\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_\w{20,}|\bxox[abeprs]-[\w-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /(?<=\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,256}(?=@)/g,
  /(?<=\b[\w-]{0,64}(?:api[_-]?key|token|secret|password|passwd|passphrase)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"',;&]{4,}/gi,
];

/** Masks what has the shape of a secret, and the values of the environment's own secrets. */
export function createMask(env: Environment): Mask {
  const values = Object.entries(env).flatMap(([name, value]) =>
    value && value.length >= SHORTEST && SECRET_NAME.test(name) ? [value] : [],
  );
  // A longer value first: it may contain a shorter one.
  values.sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text.slice(0, LONGEST);
    for (const value of values) masked = masked.replaceAll(value, MASKED);
    for (const shape of SHAPES) masked = masked.replace(shape, MASKED);
    return masked.length > MOST_SENT ? `${masked.slice(0, MOST_SENT)}[cut]` : masked;
  };
}

/** A value as JSON, each text in it masked, and whatever a name says is secret. */
export function maskedJson(value: unknown, mask: Mask): string {
  const text = JSON.stringify(value, (key, inner) => {
    if (typeof inner !== "string") return inner;
    return SECRET_NAME.test(key) ? MASKED : mask(inner);
  });
  return mask(text ?? "");
}
