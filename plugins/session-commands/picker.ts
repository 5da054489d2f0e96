/** The sessions of a folder, to look through and to go on with. */
import type {
  Block,
  CommandAnswer,
  ListItem,
  ListPanel,
  PanelAnswer,
  SessionStore,
  SessionSummary,
  SessionView,
} from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { listPanel } from "gantry/sdk/kit/panels";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { conversation } from "./conversation.ts";
import { hasWords } from "./find.ts";
import { listing, moment } from "./listing.ts";
import { checkedTitle, renameSession } from "./rename.ts";

const MOST_LISTED = 20;
const MOST_SHOWN = 6;
const LONGEST_PART = 600;

/** The other sessions of the folder, newest first. */
export async function others(store: SessionStore, { cwd, id }: SessionView): Promise<readonly SessionSummary[]> {
  return (await store.list({ cwd })).filter((one) => one.id !== id);
}

/** What going on with a session means; what speaks against it is the answer. */
export function goOn(session: SessionView, found: SessionSummary): Exclude<CommandAnswer, undefined> {
  if (found.id === session.id) return "This is that session.";
  if (found.isLive) return `Another program has the session ${found.id} open. /fork ${found.id} goes on in a copy.`;
  return { open: { resume: found.id } };
}

/** `hint` stands below the list where it is shown as a text. */
export async function sessionsPanel(
  store: SessionStore,
  session: SessionView,
  words: string,
  hint: string,
): Promise<ListPanel> {
  let known: readonly SessionSummary[] = [];
  const load = async () => {
    known = (await others(store, session)).filter(({ title }) => !words || hasWords(title, words));
    return known.map(item);
  };
  const find = ({ id }: ListItem) => known.find((one) => one.id === id) as SessionSummary;
  const none = words
    ? `No session has ${JSON.stringify(words)} in its name.`
    : "There is no other session of this folder.";
  const panel = await listPanel({
    title: "Sessions",
    empty: none,
    load,
    preview: (one) => preview(store, find(one)),
    actions: [
      { key: "enter", label: "go on", run: (one) => goOn(session, find(one)) },
      { key: "f", label: "go on in a copy", run: ({ id }) => ({ open: { resume: id, fork: true } }) },
      { key: "r", label: "rename", run: (one) => renaming(store, find(one)) },
      {
        key: "d",
        label: "delete",
        confirm: (one) => `Delete "${visibleLine(find(one).title, 60)}" for good?`,
        run: async ({ id }) => {
          await store.remove(id, { cwd: session.cwd });
          return { stay: "The session is deleted." };
        },
      },
    ],
  });
  return { ...panel, text: known.length ? text(known, hint) : none };
}

function text(found: readonly SessionSummary[], hint: string): string {
  const more = found.length - MOST_LISTED;
  const lines = [listing(found.slice(0, MOST_LISTED))];
  if (more > 0) lines.push(`${more} more: gantry sessions list shows all.`);
  return [...lines, ...(hint ? [hint] : [])].join("\n");
}

function item({ id, title, updatedMs, bytes, isLive }: SessionSummary): ListItem {
  const size =
    bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${Math.round(bytes / 1024 / 1024)} MB`;
  const detail = [moment(updatedMs), size, ...(isLive ? ["open elsewhere"] : []), id.slice(0, 8)].join(", ");
  return { id, title: visibleLine(title, 80) || "(no prompt)", detail };
}

/** How the conversation ended. */
async function preview(store: SessionStore, { id, cwd }: SessionSummary): Promise<readonly Block[]> {
  const { entries } = await store.read(id, { cwd });
  const parts = conversation(branchOf(entries)).filter((part) => part.kind === "person" || part.kind === "model");
  return parts.slice(-MOST_SHOWN).map((part): Block => {
    const text = part.kind === "person" ? (part.typed ?? part.text) : "text" in part ? part.text : "";
    const said = visible(text.slice(0, LONGEST_PART));
    return part.kind === "person"
      ? { type: "text", lines: said.split("\n").map((line) => [{ text: `> ${line}`, tone: "strong" as const }]) }
      : { type: "markdown", text: said };
  });
}

function renaming(store: SessionStore, found: SessionSummary): PanelAnswer {
  return {
    panel: {
      type: "form",
      title: "Rename",
      text: "/rename gives this session a name.",
      fields: [{ name: "title", title: "Name", type: "text", isRequired: true, default: found.title }],
      submit: async ({ title }) => {
        const checked = await checkedTitle(store, String(title), found.id);
        await renameSession(store, found, checked);
        return `The session is called ${checked}.`;
      },
    },
  };
}
