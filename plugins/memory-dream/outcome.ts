/** What came of a dream, for a person to read. */
import type { DreamChange, DreamOutcome } from "gantry/sdk";
import { patchOf } from "gantry/sdk/kit/patch";
import { redactSecrets } from "gantry/sdk/kit/secrets";
import type { Step } from "./steps.ts";

export function outcomeOf(steps: readonly Step[], isDone: boolean, problem?: string): DreamOutcome {
  const changes = steps.flatMap(({ scope, reason, changes: made }) =>
    made.map((change): DreamChange => ({ ...change, scope, reason })),
  );
  return { changes, diff: changes.map(diffOf).join("\n"), isDone, ...(problem !== undefined && { problem }) };
}

function diffOf({ scope, name, before, after, reason }: DreamChange): string {
  const hunks = patchOf(before ?? "", after ?? "").flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
  const path = `${scope}/${name}`;
  const head = [
    `# ${path}: ${reason}`,
    `--- ${before === undefined ? "/dev/null" : path}`,
    `+++ ${after === undefined ? "/dev/null" : path}`,
  ];
  return redactSecrets(`${[...head, ...hunks].join("\n")}\n`);
}
