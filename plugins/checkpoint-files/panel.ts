import type { Checkpoint, Checkpoints, CommandSession, ListItem, Panel } from "gantry/sdk";
import { listPanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Options, What } from "./command.ts";
import { changesText, listText, rewoundText, timeOf } from "./say.ts";

interface Parts {
  readonly checkpoints: Checkpoints;
  readonly goBack: (session: CommandSession, prompt: Checkpoint, what: What, options: Options) => Promise<string>;
  /** What to type, where there is no panel. */
  readonly how: string;
}

const NOW = { force: false, dryRun: false };
const NOTHING = "Nothing has been asked yet.";

const WAYS: readonly (readonly [what: What, title: string, detail: string])[] = [
  ["both", "Conversation and files", "as they were before the prompt"],
  ["conversation", "The conversation", "the files stay as they are"],
  ["files", "The files", "the conversation stays as it is"],
  ["summarize-from", "Sum up from here", "the prompt and what follows become a summary"],
  ["summarize-upto", "Sum up to here", "what lies before the prompt becomes a summary"],
];

/** The prompts, newest first; behind each, what can be taken back. */
export async function rewindPanel(session: CommandSession, parts: Parts): Promise<Panel> {
  const { checkpoints, how } = parts;
  const list = await checkpoints.list(session);
  const find = ({ id }: ListItem) => list.find(({ prompt }) => prompt === id) as Checkpoint;
  const panel = await listPanel({
    title: "Go back to before a prompt",
    empty: NOTHING,
    load: () => list.map((one) => item(one, session.cwd)).reverse(),
    preview: async (one) => {
      const rewound = await checkpoints.rewind(session, find(one).prompt, { dryRun: true });
      return [{ type: "text", lines: rewoundText(rewound, session.cwd, { dryRun: true }).split("\n") }];
    },
    actions: [
      {
        key: "enter",
        label: "choose what",
        run: async (one) => ({ panel: await waysPanel(session, find(one), parts) }),
      },
    ],
  });
  return { ...panel, text: listText(list, session.cwd, how) };
}

function waysPanel(session: CommandSession, prompt: Checkpoint, { goBack }: Parts): Promise<Panel> {
  return listPanel({
    title: visibleLine(prompt.text, 60),
    load: () => WAYS.map(([id, title, detail]) => ({ id, title, detail })),
    actions: [
      {
        key: "enter",
        label: "go back",
        run: ({ id }) => goBack(session, prompt, WAYS.find(([what]) => what === id)?.[0] ?? "conversation", NOW),
      },
    ],
  });
}

function item({ prompt, text, timestamp, ...changed }: Checkpoint, cwd: string): ListItem {
  return {
    id: prompt,
    title: visibleLine(text, 80) || "(no text)",
    detail: `${timeOf(timestamp)}${changesText(changed, cwd)}`,
  };
}
