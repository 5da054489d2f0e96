/** What a person reads of checkpoints. */
import { relative } from "node:path";
import type { Checkpoint, Rewound, SkippedFile } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";

const LONGEST = 60;
const MOST_FILES = 20;

/** `how`: what to type to go back. */
export function listText(list: readonly Checkpoint[], cwd: string, how: string): string {
  if (list.length === 0) return "Nothing has been asked yet.";
  const lines = list.map(({ number, timestamp, text, ...changed }) => {
    const shown = visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
    return `${String(number).padStart(3)}  ${timeOf(timestamp)}  ${shown}${changesText(changed, cwd)}`;
  });
  return [...lines, `Go back with ${how}.`].join("\n");
}

export function changesText(
  { files, insertions, deletions }: Pick<Checkpoint, "files" | "insertions" | "deletions">,
  cwd: string,
) {
  if (files.length === 0) return "";
  const names = files.length > 3 ? `${files.length} files` : files.map((path) => nameOf(path, cwd)).join(", ");
  return `  (${names} +${insertions} -${deletions})`;
}

export function rewoundText(rewound: Rewound, cwd: string, { dryRun }: { readonly dryRun: boolean }): string {
  const { filesChanged, insertions, deletions, skipped, unseen } = rewound;
  const lines: string[] = [];
  if (rewound.isConversationRewound) lines.push(`The conversation ${dryRun ? "would go" : "went"} back.`);
  if (rewound.error !== undefined) lines.push(rewound.error);
  if (filesChanged.length > 0) {
    const [count, were] = filesChanged.length === 1 ? ["1 file", "was"] : [`${filesChanged.length} files`, "were"];
    lines.push(`${count} ${dryRun ? "would be" : were} taken back (+${insertions} -${deletions}):`);
    lines.push(...some(filesChanged, (path) => `  ${nameOf(path, cwd)}`));
  }
  if (skipped.length > 0) {
    lines.push(dryRun ? "These would stay as they are:" : "These stay as they are:");
    lines.push(...some(skipped, (one) => `  ${skippedText(one, cwd)}`));
  }
  if (skipped.some(({ canForce }) => canForce)) {
    // The prompt is gone from the list by now.
    const first = rewound.isConversationRewound && !dryRun ? "Undo this rewind first: with" : "With";
    lines.push(`${first} --force those marked with * are taken back, too.`);
  }
  if (unseen.length > 0) {
    lines.push("This ran since, and what it changed beyond the files above is not taken back:");
    lines.push(...unseen.map((said) => `  ${visible(said)}`));
  }
  return lines.join("\n") || "Nothing has to be taken back.";
}

function skippedText({ path, reason, canForce }: SkippedFile, cwd: string): string {
  return `${nameOf(path, cwd)}${canForce ? " *" : ""}: ${visible(reason)}`;
}

function some<T>(all: readonly T[], say: (one: T) => string): readonly string[] {
  const shown = all.slice(0, MOST_FILES).map(say);
  return all.length > shown.length ? [...shown, `  and ${all.length - shown.length} more`] : shown;
}

function nameOf(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return visible(name === "" || name.startsWith("..") ? path : name);
}

/** Local time. */
export function timeOf(timestamp: string): string {
  const date = new Date(timestamp);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
