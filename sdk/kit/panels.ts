/** Panels with the text that says the same to whoever cannot look at them. */
import type { Block, ListAction, ListItem, ListPanel, PagePanel } from "gantry/sdk";
import { blocksText, lineText } from "./view-text.ts";

/**
 * A list as a command's answer: loads it once for its text.
 *
 * @example
 * const colours: RunCommand = async (_, session) => ({
 *   panel: await listPanel({
 *     title: "Colours",
 *     load: () => [{ id: "red", title: "Red", detail: "as a rose" }],
 *     actions: [{ key: "enter", label: "take", run: ({ id }) => `It is ${id} in ${session.cwd}.` }],
 *   }),
 * });
 */
export async function listPanel(list: Omit<ListPanel, "type" | "text">): Promise<ListPanel> {
  const items = await list.load();
  return { ...list, type: "list", text: items.length ? itemsText(items) : (list.empty ?? "There is nothing to show.") };
}

const WIDEST_TITLE = 40;

function itemsText(items: readonly ListItem[]): string {
  const titles = items.map(({ title }) => lineText(title));
  const width = Math.max(0, ...titles.map(({ length }) => length).filter((length) => length <= WIDEST_TITLE));
  let group: string | undefined;
  return items
    .flatMap((item, at) => {
      const isNews = item.group !== undefined && item.group !== group;
      const heading = isNews ? [`${group === undefined ? "" : "\n"}${item.group}`] : [];
      group = item.group;
      const title = `${item.isCurrent ? "*" : " "} ${titles[at]}`;
      const line = item.detail === undefined ? title : `${title.padEnd(width + 2)}  ${lineText(item.detail)}`;
      return [...heading, line];
    })
    .join("\n");
}

/**
 * Something to read as a command's answer: loads it once for its text.
 *
 * @example
 * const about: RunCommand = async () => ({
 *   panel: await pagePanel({
 *     title: "About",
 *     parts: [{ title: "Name", load: () => [{ type: "text", lines: ["Gantry"] }] }],
 *   }),
 * });
 */
export async function pagePanel(page: Omit<PagePanel, "type" | "text">): Promise<PagePanel> {
  const texts = await Promise.all(
    page.parts.map(async ({ title, load }) => [title, blocksText(await load())] as const),
  );
  const hasOne = texts.length === 1;
  return {
    ...page,
    type: "page",
    text: texts.map(([title, text]) => (hasOne ? text : `${title}\n\n${text}`)).join("\n\n"),
  };
}

/** What an entry shows; {@link ListPanel.preview} takes the same. */
type BlocksOf = (item: ListItem) => readonly Block[] | Promise<readonly Block[]>;

/**
 * `enter` shows the entry as a page of its own, under its id or a title that says what it is.
 *
 * @example
 * const actions = [showAction(({ id }) => [{ type: "text", lines: [`This is ${id}.`] }])];
 */
export function showAction(blocks: BlocksOf, title?: string): ListAction {
  return {
    key: "enter",
    label: "show",
    run: async (item) => {
      const heading = title ?? item.id;
      return { panel: await pagePanel({ title: heading, parts: [{ title: heading, load: () => blocks(item) }] }) };
    },
  };
}
