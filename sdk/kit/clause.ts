/**
 * A sentence of somebody else's as a part of a longer one: without the full stop at its end, and without the blanks around it.
 *
 * @example
 * `${clause("Deploys want a person.")}, and nobody is there`; // "Deploys want a person, and nobody is there"
 */
export function clause(sentence: string): string {
  return sentence.trim().replace(/(?<!\.)\.$/, "");
}

/**
 * A text of somebody else's, ended as a sentence is.
 *
 * @example
 * sentence("the disk is full"); // "the disk is full."
 */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
