/** `/diff` and `/changes`: what has changed, on the disk and by prompt. */
import { relative } from "node:path";
import type { Block, Line, ListItem, ListPanel, RunCommand, SessionView } from "gantry/sdk";
import { listPanel, showAction } from "gantry/sdk/kit/panels";
import { blocksText } from "gantry/sdk/kit/view-text";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type FileDiff, sumOf } from "./diffs.ts";
import type { Kit } from "./kit.ts";
import { type Repository, uncommitted } from "./repository.ts";
import { type Change, changesIn } from "./session-changes.ts";

/** Characters of the differences in the text of the panel. */
const MOST_TEXT = 100_000;

interface Entry {
  readonly item: ListItem;
  readonly diffs: readonly FileDiff[];
}

export const createDiff =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const word = args.trim();
    const found = await kit.find(session);
    const repository = found.kind === "repository" ? found.repository : undefined;
    if (word !== "" && !repository)
      return found.kind === "none"
        ? "There is no git repository here to compare with."
        : `Git is not asked: ${"why" in found ? found.why : ""}.`;
    const load = async () => [
      ...(repository ? await onDisk(repository, word) : []),
      ...(word === "" ? byPrompt(session) : []),
    ];
    const note = found.kind === "unasked" ? ` Git is not asked: ${found.why}.` : "";
    return { panel: await diffPanel(word ? `Changes since ${word}` : "Changes", load, `Nothing has changed.${note}`) };
  };

/** The files that tools have changed in this session. */
export const createChanges =
  (_: Kit): RunCommand =>
  async (args, session) => {
    const wanted = args.trim();
    const load = async () => {
      const all = changesIn(session).filter(({ path }) => shownPath(path, session).includes(wanted));
      return [...new Set(all.map(({ path }) => path))].map((path) => fileEntry(path, all, session));
    };
    const empty = wanted
      ? `No tool has changed a file whose path has "${visibleLine(wanted, 80)}" in it.`
      : "No tool has changed a file in this session.";
    return { panel: await diffPanel("Files of this session", load, empty) };
  };

function fileEntry(path: string, all: readonly Change[], session: SessionView): Entry {
  const diffs = all.filter((change) => change.path === path);
  const prompts = [...new Map(diffs.map(({ number, prompt }) => [number, prompt]))];
  const by = prompts.map(([number, prompt]) => `${number}: ${visibleLine(prompt, 40)}`).join("; ");
  const name = shownPath(path, session);
  return { item: { id: path, title: [name, "  ", ...counted(diffs)], detail: `by prompt ${by}` }, diffs };
}

async function onDisk(repository: Repository, word: string): Promise<readonly Entry[]> {
  const groups: readonly (readonly [string, readonly FileDiff[]])[] =
    word === ""
      ? [["Not committed", await uncommitted(repository)]]
      : word === "staged"
        ? [["Staged", await repository.diff("--cached")]]
        : [
            [
              `Since ${visibleLine(word, 80)}`,
              [...(await repository.diff(await repository.commit(word))), ...(await repository.untracked())],
            ],
          ];
  return groups.flatMap(([group, files]) =>
    files.map((file) => ({
      item: {
        id: `${group}:${file.path}`,
        title: [file.path, "  ", ...counted([file])],
        detail: file.kind,
        group: `${group}: ${sumOf(files)}`,
      },
      diffs: [file],
    })),
  );
}

function byPrompt(session: SessionView): readonly Entry[] {
  const all = changesIn(session);
  return [...new Set(all.map(({ number }) => number))].reverse().map((number) => {
    const diffs = all.filter((change) => change.number === number);
    const files = new Set(diffs.map(({ path }) => shownPath(path, session)));
    const title: Line = [`${number}. ${visibleLine(diffs[0]?.prompt ?? "", 60)}`, "  ", ...counted(diffs)];
    return { item: { id: `prompt:${number}`, title, detail: [...files].join(", "), group: "By prompt" }, diffs };
  });
}

async function diffPanel(title: string, load: () => Promise<readonly Entry[]>, empty: string): Promise<ListPanel> {
  let entries = await load();
  const blocks = (id: string) => blocksOf(entries.find(({ item }) => item.id === id)?.diffs ?? []);
  const panel = await listPanel({
    title,
    empty,
    load: async () => {
      entries = await load();
      return entries.map(({ item }) => item);
    },
    preview: ({ id }) => blocks(id),
    actions: [showAction(({ id }) => blocks(id), "Changes")],
  });
  const seen = entries.filter(({ item }) => item.group !== "By prompt").flatMap(({ diffs }) => diffs);
  return { ...panel, text: [panel.text, cut(blocksText(blocksOf(seen)))].filter(Boolean).join("\n\n") };
}

function blocksOf(files: readonly FileDiff[]): readonly Block[] {
  return files.map((file) =>
    file.lines.length
      ? { type: "diff", path: file.path, lines: file.lines }
      : { type: "text", lines: [`${file.path}: ${file.kind === "binary" ? "no text, or too large" : file.kind}`] },
  );
}

function counted(files: readonly FileDiff[]): Exclude<Line, string> {
  const sum = (of: "added" | "removed") => files.reduce((total, file) => total + file[of], 0);
  return [{ text: `+${sum("added")}`, tone: "added" }, " ", { text: `-${sum("removed")}`, tone: "removed" }];
}

function shownPath(path: string, { cwd }: SessionView): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || inside === "" ? path : inside;
}

function cut(text: string): string {
  return text.length <= MOST_TEXT
    ? text
    : `${text.slice(0, MOST_TEXT)}\n… ${text.length - MOST_TEXT} more characters; git diff shows all.`;
}
