import type { CommandAnswer, HostInfo, ListItem, Piece } from "gantry/sdk";
import { listPanel } from "gantry/sdk/kit/panels";
import type { PromptFile } from "gantry/sdk/kit/prompt-files";
import { describedBy, PROMPT_GROUPS } from "gantry/sdk/kit/prompt-head";
import { shownPath } from "gantry/sdk/kit/shown-path";
import { visibleLine } from "gantry/sdk/kit/visible";

/** Who goes before a command, where that is no plugin. */
export const A_SKILL = "a skill";

interface Shown {
  readonly files: readonly PromptFile[];
  /** Who has the name of a command that does not count. */
  readonly rivalOf: (name: string) => string | undefined;
  readonly counts: (file: PromptFile) => boolean;
  readonly host: HostInfo;
}

/** `/commands`. */
export async function panelOf({ files, rivalOf, counts, host }: Shown): Promise<CommandAnswer> {
  const order = Object.keys(PROMPT_GROUPS);
  const sorted = [...files].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  const item = (file: PromptFile): ListItem => {
    const remark = remarkOn(file);
    const detail: Piece[] = [
      { text: visibleLine(describedBy(file)) },
      { text: `  ${shownPath(file.path, host)}`, tone: "dim" },
      ...(remark ? [{ text: `  (${remark})`, tone: "warning" } as const] : []),
    ];
    const title = `/${file.name}${file.hint ? ` ${visibleLine(file.hint)}` : ""}`;
    return {
      id: file.name,
      title,
      detail,
      group: PROMPT_GROUPS[file.source],
      ...(rivalOf(file.name) !== undefined && { isDisabled: true }),
    };
  };

  function remarkOn(file: PromptFile): string | undefined {
    const owner = rivalOf(file.name);
    if (owner === A_SKILL) return "the skill of this name goes before";
    if (owner !== undefined) return `does not count: the plugin ${owner} has a command of this name`;
    if (!counts(file)) return "what it would run or allow is not approved";
    return file.problem;
  }

  return {
    panel: await listPanel({
      title: "Commands in files",
      load: () => sorted.map(item),
      empty: "There are no commands in files. A file .claude/commands/review.md would be /review.",
      actions: [{ key: "enter", label: "read", run: ({ id }) => files.find(({ name }) => name === id)?.body ?? "" }],
      preview: ({ id }) => {
        const file = files.find(({ name }) => name === id);
        return file ? [{ type: "markdown", text: file.body }] : [];
      },
    }),
  };
}
