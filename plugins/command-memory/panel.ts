/** What is remembered and what guides the model, to be looked at and acted on. */
import { join } from "node:path";
import type { Block, Files, HostInfo, ListItem, ListPanel, Memory, MemoryEntry, SessionView } from "gantry/sdk";
import { listPanel, showAction } from "gantry/sdk/kit/panels";
import { shownPath } from "gantry/sdk/kit/shown-path";
import { visibleLine } from "gantry/sdk/kit/visible";
import { entryText } from "./entries.ts";

const MOST_BYTES = 256 * 1024;

interface Parts {
  readonly memory: Memory;
  readonly files: Files | undefined;
  readonly host: HostInfo;
  readonly session: SessionView;
  /** What whoever has no screen reads. */
  readonly text: string;
}

export async function memoryPanel({ memory, files, host, session, text }: Parts): Promise<ListPanel> {
  const entries = () => memory.list({ isExpiredToo: true });
  const entryOf = async ({ id }: ListItem) => (await entries()).find((entry) => keyOf(entry) === id);
  const needed = async (item: ListItem): Promise<MemoryEntry> => {
    const entry = await entryOf(item);
    if (!entry) throw new Error("That is a file: change it in an editor.");
    return entry;
  };
  const blocks = async (item: ListItem): Promise<readonly Block[]> => {
    const entry = await entryOf(item);
    if (entry) return [{ type: "markdown", text: entryText(entry) }];
    const read = await files?.read(item.id, { maxBytes: MOST_BYTES }).catch(() => undefined);
    if (!read) return [{ type: "text", lines: ["It cannot be read, or is very large."] }];
    return [{ type: "markdown", text: Buffer.from(read.bytes).toString("utf8") }];
  };
  const panel = await listPanel({
    title: memory.isOn(session) ? "Memory" : "Memory (off)",
    load: async () => [...(await entries()).map(itemOf), ...(await guides(files, host, session))],
    empty: "Nothing is remembered yet.",
    preview: blocks,
    actions: [
      showAction(blocks, "Memory"),
      {
        key: "e",
        label: "where it lies",
        run: async (item) => ({ stay: (await entryOf(item))?.path ?? item.id }),
      },
      {
        key: "p",
        label: "pin or unpin",
        run: async (item) => {
          const { id, scope, isPinned } = await needed(item);
          await memory.pin(id, scope, !isPinned);
          return { stay: isPinned ? `${id} is pinned no more.` : `${id} is pinned: nothing changes it by itself.` };
        },
      },
      {
        key: "d",
        label: "forget",
        confirm: ({ id }) => `Forget ${id}?`,
        run: async (item) => {
          const { id, scope } = await needed(item);
          await memory.remove(id, scope);
          return { stay: `${id} is forgotten.` };
        },
      },
      {
        key: "o",
        label: "on or off",
        run: () => {
          memory.turn(session, !memory.isOn(session));
          return { stay: memory.isOn(session) ? "Memory is on in this session." : "Memory is off in this session." };
        },
      },
    ],
  });
  return { ...panel, text };
}

function keyOf({ scope, id }: MemoryEntry): string {
  return `${scope}/${id}`;
}

function itemOf(entry: MemoryEntry): ListItem {
  const { title, type, updated, isPinned, scope } = entry;
  return {
    id: keyOf(entry),
    title: [visibleLine(title, 80), ...(isPinned ? [{ text: "  pinned", tone: "accent" } as const] : [])],
    detail: `${type}, ${updated}`,
    group: scope === "project" ? "Remembered of this project" : "Remembered of you",
  };
}

/** The files of instructions that are there. */
async function guides(files: Files | undefined, host: HostInfo, { cwd }: SessionView): Promise<readonly ListItem[]> {
  if (!files) return [];
  const paths = [
    join(host.claudeFolder, "CLAUDE.md"),
    ...["CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md", "AGENTS.md"].map((name) => join(cwd, name)),
  ];
  const found = await Promise.all(
    paths.map(async (path) => ({ path, stat: await files.stat(path).catch(() => undefined) })),
  );
  return found.flatMap(({ path, stat }) =>
    stat?.kind === "file"
      ? [{ id: path, title: shownPath(path, host), detail: `${stat.size} bytes`, group: "Instructions in files" }]
      : [],
  );
}
