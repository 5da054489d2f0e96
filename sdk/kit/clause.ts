/**
 * A sentence of somebody else's as a part of a longer one: without the full stop at its end, and without the blanks around it.
 *
 * @example
 * `${clause("Deploys want a person.")}, and nobody is there`; // "Deploys want a person, and nobody is there"
 */
export function clause(sentence: string): string {
  return sentence.trim().replace(/(?<!\.)\.$/, "");
}
