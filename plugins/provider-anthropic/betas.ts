import { visibleLine } from "gantry/sdk/kit/visible";

/** What may be asked for by name: nothing else gets into a header. */
export const BETAS: readonly string[] = ["context-1m-2025-08-07"];
const TASK_BUDGETS = "task-budgets-2026-03-13";

interface Wanted {
  readonly betas?: string | undefined;
  readonly taskBudget?: number | undefined;
}

/** The beta features that requests name, and the words that are none. */
export function betasIn({ betas = "", taskBudget }: Wanted) {
  const named = betas.split(/[\s,]+/).filter(Boolean);
  const known = BETAS.filter((name) => named.includes(name));
  return {
    known: taskBudget === undefined ? known : [...known, TASK_BUDGETS],
    unknown: named.filter((name) => !BETAS.includes(name)).map((name) => visibleLine(name, 60)),
  };
}
