/** The first thing in which a request does not begin as the one before it: what comes behind it is no longer cached. */
import type { Message, ModelRequest, PromptSection, ToolSpec } from "gantry/sdk";

export interface Difference {
  readonly part: "tool" | "section" | "message";
  /** The tool's name, the section's key, or the message's number from 1. */
  readonly name: string;
  readonly change: "changed" | "is new" | "is gone" | "moved";
  readonly owner?: string;
}

/** In the order in which providers put a request together: tools, sections, messages. */
export function firstDifference(before: ModelRequest, after: ModelRequest): Difference | undefined {
  return (
    inList(before.tools, after.tools, TOOLS) ??
    inList(before.system, after.system, SECTIONS) ??
    inMessages(before.messages, after.messages)
  );
}

interface Kind<T> {
  readonly part: Difference["part"];
  readonly name: (item: T) => string;
  readonly owner: (item: T) => string | undefined;
  readonly isSame: (a: T, b: T) => boolean;
}

const TOOLS: Kind<ToolSpec> = {
  part: "tool",
  name: (tool) => tool.name,
  owner: () => undefined,
  isSame: (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b),
};

const SECTIONS: Kind<PromptSection> = {
  part: "section",
  name: (section) => section.key,
  owner: (section) => section.owner,
  isSame: (a, b) => a.key === b.key && a.text === b.text,
};

function inList<T>(before: readonly T[], after: readonly T[], kind: Kind<T>): Difference | undefined {
  const has = (list: readonly T[], item: T) => list.some((other) => kind.name(other) === kind.name(item));
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const [was, is] = [before[at], after[at]];
    if (was !== undefined && is !== undefined && kind.isSame(was, is)) continue;
    if (was !== undefined && !has(after, was)) return about(was, "is gone", kind);
    if (is === undefined) return undefined;
    if (!has(before, is)) return about(is, "is new", kind);
    return about(is, was !== undefined && kind.name(was) === kind.name(is) ? "changed" : "moved", kind);
  }
  return undefined;
}

function about<T>(item: T, change: Difference["change"], { part, name, owner }: Kind<T>): Difference {
  const plugin = owner(item);
  return { part, name: name(item), change, ...(plugin !== undefined && { owner: plugin }) };
}

/** Messages only grow: what was sent stays, and the last one may go on. */
function inMessages(before: readonly Message[], after: readonly Message[]): Difference | undefined {
  for (const [at, was] of before.entries()) {
    const is = after[at];
    const isLast = at === before.length - 1;
    if (is && (was === is || isSameMessage(was, is) || (isLast && goesOn(was, is)))) continue;
    return { part: "message", name: `${at + 1}`, change: is ? "changed" : "is gone" };
  }
  return undefined;
}

function goesOn(was: Message, is: Message): boolean {
  return isSameMessage(was, { ...is, content: is.content.slice(0, was.content.length) } as Message);
}

function isSameMessage(a: Message, b: Message): boolean {
  if (a.role !== b.role || a.content.length !== b.content.length) return false;
  return a.content.every(
    (block, at) => block === b.content[at] || JSON.stringify(block) === JSON.stringify(b.content[at]),
  );
}
