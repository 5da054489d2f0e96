/** A draft behind a keyboard, for tests. */
import type { CommandInfo, MentionSuggestion } from "gantry/sdk";
import { defaultBindings, type Flavor } from "./bindings.ts";
import { createDraft } from "./draft.ts";
import type { DraftHost, Submission } from "./draft-types.ts";
import type { History, Sent } from "./history.ts";
import { createKeyboard } from "./keyboard.ts";

export interface DraftFixture {
  readonly isVim?: boolean;
  readonly flavor?: Flavor;
  readonly escapeKeys?: readonly string[];
  readonly sent?: readonly string[];
  readonly commands?: readonly CommandInfo[];
  readonly completions?: (name: string, args: string) => Promise<readonly { args: string }[]>;
  readonly mentions?: (query: string, signal: AbortSignal) => AsyncIterable<readonly MentionSuggestion[]>;
  readonly suggestion?: string;
  readonly host?: Partial<DraftHost>;
}

export function memoryHistory(texts: readonly string[] = []): History & { readonly added: Sent[] } {
  const lines: Sent[] = texts.map((text, index) => ({ text, at: -index }));
  const added: Sent[] = [];
  return {
    added,
    list: () => lines,
    search: (query) => lines.filter(({ text }) => text.includes(query)),
    add: async (sent) => {
      lines.unshift({ ...sent, at: lines.length });
      added.push({ ...sent, at: 0 });
    },
  };
}

export function draftWith(fixture: DraftFixture = {}) {
  const submitted: Submission[] = [];
  const actions: string[] = [];
  const history = memoryHistory(fixture.sent);
  let now = 0;
  const host: DraftHost = {
    history,
    settings: () => ({ isVim: fixture.isVim ?? false, escapeKeys: fixture.escapeKeys ?? [] }),
    suggest: () => ({
      commands: () => fixture.commands ?? [],
      complete: fixture.completions ?? (async () => []),
      mentions: fixture.mentions ?? nothing,
    }),
    isBusy: () => false,
    columns: () => 40,
    suggestion: () => fixture.suggestion,
    onSubmit: (submission) => void submitted.push(submission),
    onAction: (action) => {
      actions.push(action);
      return false;
    },
    onChange: () => {},
    ...fixture.host,
  };
  const clock = { now: () => now, elapsed: () => now, random: () => 0, after: () => () => {}, sleep: async () => {} };
  const draft = createDraft(host, clock);
  const keyboard = createKeyboard({ bindings: defaultBindings(fixture.flavor), wait: () => () => {} });
  keyboard.listen(draft.contexts, (press, action) => draft.key(press, action));
  return {
    draft,
    submitted,
    actions,
    history,
    /** Bytes as a terminal sends them; an Esc at the end is an Esc. */
    press(bytes: string) {
      keyboard.feed(Buffer.from(bytes));
      keyboard.close();
    },
    pass: (ms: number) => {
      now += ms;
    },
    /** The text, with the cursor in it. */
    marked() {
      const { buffer, isShell } = draft.view();
      return `${isShell ? "!" : ""}${buffer.text.slice(0, buffer.cursor)}|${buffer.text.slice(buffer.cursor)}`;
    },
    offered: () => draft.view().menu?.items.map(({ label }) => label),
  };
}

async function* nothing(): AsyncIterable<readonly MentionSuggestion[]> {}
