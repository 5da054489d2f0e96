import type { CommandSession, ListItem, Panel } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { listPanel } from "gantry/sdk/kit/panels";
import { asMarkdown } from "./markdown.ts";
import { type TreeNode, treeLines, treeOf, treeText } from "./tree.ts";

const PLUGIN = "session-commands";
const NOTHING = "Nothing has been said yet.";

/** The prompts of every branch, to go to one. */
export async function treePanel(session: CommandSession): Promise<Panel> {
  const lines = () => treeLines(treeOf(session.allEntries));
  const find = ({ id }: ListItem) => lines().find(({ node }) => node.uuid === id)?.node as TreeNode;
  const go = (to: string | null, said: string): string => {
    session.rewind(to, PLUGIN);
    return `${said} The files are as they were: /rewind takes changes back.`;
  };
  return {
    ...(await listPanel({
      title: "Prompts",
      empty: NOTHING,
      load: () => lines().map(({ node, line }) => ({ id: node.uuid, title: line, isCurrent: node.isCurrent })),
      preview: (item) => [{ type: "markdown", text: exchange(find(item), session) }],
      actions: [
        {
          key: "enter",
          label: "go on after it",
          run: (item) => go(find(item).end, `The conversation goes on after "${find(item).prompt}".`),
        },
        {
          key: "b",
          label: "go on before it",
          run: (item) => go(find(item).before, `The conversation goes on before "${find(item).prompt}".`),
        },
      ],
    })),
    text: treeText(treeOf(session.allEntries)) || NOTHING,
  };
}

/** The prompt and what came of it. */
function exchange({ uuid, end }: TreeNode, { allEntries }: CommandSession): string {
  const to = allEntries.findIndex((entry) => entry.uuid === end);
  const branch = branchOf(allEntries.slice(0, to + 1));
  const from = branch.findIndex((entry) => entry.uuid === uuid);
  return asMarkdown(branch.slice(Math.max(0, from)));
}
