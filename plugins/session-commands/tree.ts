import type { Entry } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { typedText } from "gantry/sdk/kit/typed";
import { visibleLine } from "gantry/sdk/kit/visible";

/** A prompt of a session, and those that followed on it. */
export interface TreeNode {
  /** The record of the prompt. */
  readonly uuid: string;
  readonly prompt: string;
  /** It is on the branch that counts. */
  readonly isCurrent: boolean;
  readonly children: readonly TreeNode[];
  /** The record that lies before the prompt; `null` for the beginning. */
  readonly before: string | null;
  /** The last record of what came of it, up to the next prompt. */
  readonly end: string;
}

const PROMPT_WIDTH = 70;

/** The prompts of a log as a tree: a prompt hangs on the one that was said before it on its branch. */
export function treeOf(entries: readonly Entry[]): readonly TreeNode[] {
  const current = new Set(branchOf(entries));
  const places = new Map(entries.map(({ uuid }, at) => [uuid, at]));
  const roots: TreeNode[] = [];
  /** The prompt that each record came of. */
  const owners: ({ end: string } | undefined)[] = [];
  /** The list that the next prompt behind each record belongs to. */
  const lists: TreeNode[][] = [];
  for (const [at, entry] of entries.entries()) {
    const named = entry.parentUuid === null ? -1 : places.get(entry.parentUuid);
    const before = named !== undefined && named < at ? named : at - 1;
    const list = lists[before] ?? roots;
    lists[at] = list;
    const owner = owners[before];
    owners[at] = owner;
    if (entry.type !== "user" || entry.isMeta) {
      if (owner && entry.type !== "rewind") owner.end = entry.uuid;
      continue;
    }
    const children: TreeNode[] = [];
    const prompt = visibleLine(typedText(entry), PROMPT_WIDTH);
    const { uuid, parentUuid } = entry;
    const node = { uuid, prompt, isCurrent: current.has(entry), children, before: parentUuid, end: uuid };
    list.push(node);
    owners[at] = node;
    lists[at] = children;
  }
  return roots;
}

/** The tree as lines; only where it forks is a line moved in. `*` marks what counts. */
export function treeText(roots: readonly TreeNode[]): string {
  return treeLines(roots)
    .map(({ line }) => line)
    .join("\n");
}

/** The same, each line with its prompt. */
export function treeLines(roots: readonly TreeNode[]): readonly { readonly node: TreeNode; readonly line: string }[] {
  const lines: { readonly node: TreeNode; readonly line: string }[] = [];
  const waiting: { readonly node: TreeNode; readonly indent: string; readonly mark: string }[] = [];
  const push = (nodes: readonly TreeNode[], indent: string) => {
    const isFork = nodes.length > 1;
    for (const [at, node] of [...nodes.entries()].reverse()) {
      const isLast = at === nodes.length - 1;
      if (isFork)
        waiting.push({
          node,
          indent: `${indent}${isLast ? "   " : "│  "}`,
          mark: `${indent}${isLast ? "└─ " : "├─ "}`,
        });
      else waiting.push({ node, indent, mark: indent });
    }
  };
  push(roots, "");
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, mark, indent } = next;
    lines.push({ node, line: `${mark}${node.isCurrent ? "* " : "  "}${node.prompt || "(no text)"}` });
    push(node.children, indent);
  }
  return lines;
}
