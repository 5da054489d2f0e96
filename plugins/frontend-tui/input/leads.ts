/** Texts that begin with what was pasted: a mark that nobody has typed runs nothing. */

export interface Leads {
  /** Remembers what was pasted at the beginning of a text. Whether that looks like a command. */
  add(pasted: string): boolean;
  /** Whether a text begins with what was pasted. */
  has(text: string): boolean;
  forget(): void;
}

const LEAD = /^\s*[!/]\S*/;

export function createLeads(): Leads {
  let all: readonly string[] = [];
  return {
    add(pasted) {
      const [lead] = LEAD.exec(pasted) ?? [];
      if (lead !== undefined) all = [...all, lead.trim()];
      return lead !== undefined;
    },
    has: (text) => all.some((lead) => text.trimStart().startsWith(lead)),
    forget() {
      all = [];
    },
  };
}

/** Under the label of no chip: that the beginning of a text of the history was pasted. */
export const PASTED_LEAD = { "": "" };

export function isPastedLead(pasted: Readonly<Record<string, string>> = {}): boolean {
  return Object.hasOwn(pasted, "");
}
