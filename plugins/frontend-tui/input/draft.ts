/** The editor at work: keys go in, a picture of what is to be drawn comes out. Knows no terminal and no React. */
import { realClock } from "gantry/sdk/kit/clock";
import * as edit from "./buffer.ts";
import { type Chips, createChips } from "./chips.ts";
import type { Draft, DraftHost } from "./draft-types.ts";
import { createEdits } from "./edits.ts";
import type { KeyPress } from "./keys.ts";
import { createLeads, isPastedLead, PASTED_LEAD } from "./leads.ts";
import { menuKey } from "./menu-keys.ts";
import { createOffers, type Taken } from "./offers.ts";
import { createOutside } from "./outside.ts";
import { createPasting } from "./pasting.ts";
import { createRecall } from "./recall.ts";
import { createStash } from "./stash.ts";
import { createVim, type Vim } from "./vim.ts";
import { createWalking } from "./walking.ts";

const TWICE_MS = 800;
const done = (_: unknown): true => true;

export function createDraft(host: DraftHost, clock = realClock): Draft {
  const chips: Chips = createChips();
  const leads = createLeads();
  let buffer = edit.EMPTY;
  let isShell = false;
  let hint = "";
  let escapedAt = Number.NEGATIVE_INFINITY;
  const vim: Vim = createVim();
  const offers = createOffers(host, () => ({ buffer, isShell, isPlain: leads.has(buffer.text) }), host.onChange);
  const edits = createEdits(host);
  const recall = createRecall(host.history, { typed, put: putSent, submit });
  const stash = createStash({
    typed: () => (buffer.text === "" ? undefined : { text: typed(), isPasted: isLeadPasted() }),
    clear,
    putBack,
  });
  const walk = createWalking({ host, edits, recall, buffer: () => buffer, set, putBack });
  const pasting = createPasting(chips, () => host.clipboard, { buffer: () => buffer, set: setLater, say });
  const outside = createOutside({ host, pasting, whole: () => chips.expand(buffer.text).text, put, say });

  function set(next: edit.Buffer) {
    const isEdit = next.text !== buffer.text;
    buffer = next;
    if (isEdit || next.cursor !== offers.cursor()) offers.refresh(isEdit);
  }

  /** As one that comes of no key. */
  function setLater(next: edit.Buffer) {
    set(next);
    host.onChange();
  }

  function typed(): string {
    return isShell ? `!${buffer.text}` : buffer.text;
  }

  function key(press: KeyPress, action: string | undefined): boolean {
    hint = "";
    const isSearch = recall.search() !== undefined;
    if (isSearch) recall.searchKey(press, action);
    const isTaken = isSearch || draftKey(press, action);
    if (isTaken) host.onChange();
    return isTaken;
  }

  function draftKey(press: KeyPress, action: string | undefined): boolean {
    if (action?.startsWith("task:")) return host.onAction(action);
    if (offers.menu() && menuKey(action, offers, { replace: takeOffer, submit })) return true;
    if (host.settings().isVim && vimKey(press, action)) return true;
    if (action && act(action)) return true;
    if (press.name === "paste") paste(press.text);
    else if (press.text && !action) type(press.text);
    else return false;
    return true;
  }

  function vimKey(press: KeyPress, action: string | undefined): boolean {
    const escapeKeys = host.settings().escapeKeys ?? [];
    const done = vim.key(buffer, press, { action, escapeKeys, now: clock.elapsed() });
    if (!done) return false;
    set(done.buffer);
    if (done.action) act(done.action);
    return true;
  }

  // ---------------------------------------------------------------- actions

  function act(action: string): boolean {
    const edited = edits.run(action, buffer);
    if (edited) {
      if (action === "edit:right" && edited === buffer && takeGhost()) return true;
      if (action === "edit:left" && buffer.text === "" && host.onAction("chat:openAgents")) return true;
      if (action === "edit:deleteBackward" && buffer.cursor === 0 && leaveShell()) return true;
      set(edited);
      return true;
    }
    const own = ACTIONS[action];
    return own ? own() : host.onAction(action);
  }

  const ACTIONS: Readonly<Record<string, () => boolean>> = {
    "chat:submit": submit,
    "chat:newline": () => done(set(edit.insert(buffer, "\n", "other"))),
    "chat:cancel": cancel,
    "chat:clearInput": () => done(clear()),
    "chat:stash": stashOrRestore,
    "chat:acceptSuggestion": () => takeGhost() || offers.open(),
    "chat:externalEditor": outside.openEditor,
    "chat:imagePaste": outside.pasteImage,
    "history:search": () => done(recall.openSearch()),
    "history:previous": () => walk(-1),
    "history:next": () => walk(1),
    "history:olderEntry": () => done(recall.older()),
    "history:newerEntry": () => done(recall.newer()),
    "app:interrupt": () => (host.isBusy() || buffer.text === "" ? host.onAction("app:interrupt") : done(clear())),
    "app:exit": () => (buffer.text === "" ? host.onAction("app:exit") : done(set(edit.deleteForward(buffer)))),
  };

  function submit(): boolean {
    const { text, cursor } = buffer;
    if (text[cursor - 1] === "\\") return done(set(edit.replace(buffer, cursor - 1, cursor, "\n")));
    if (text.trim() === "") return true;
    const sent = typed();
    const isPasted = isLeadPasted();
    void host.history.add({ text: sent, pasted: { ...chips.pastedIn(sent), ...(isPasted && PASTED_LEAD) } });
    const submission = chips.expand(sent, isPasted);
    reset();
    host.onSubmit(submission);
    return true;
  }

  /** Nothing is left of the draft, but what was cut. */
  function reset() {
    recall.reset();
    isShell = false;
    leads.forget();
    vim.reset();
    set({ ...edit.EMPTY, kills: buffer.kills });
  }

  function clear() {
    recall.reset();
    isShell = false;
    set(edit.withText(buffer, ""));
  }

  function cancel(): boolean {
    if (edit.selection(buffer)) return done(set(edit.moveTo(buffer, buffer.cursor)));
    if (buffer.text === "" && leaveShell()) return true;
    if (host.onAction("chat:cancel")) return true;
    const isSecond = clock.elapsed() - escapedAt < TWICE_MS;
    escapedAt = isSecond ? Number.NEGATIVE_INFINITY : clock.elapsed();
    if (buffer.text === "") return isSecond ? host.onAction("chat:rewind") : true;
    if (isSecond) clear();
    else hint = "Esc again clears the prompt";
    return true;
  }

  function leaveShell(): boolean {
    if (!isShell) return false;
    isShell = false;
    offers.refresh(true);
    return true;
  }

  function stashOrRestore(): boolean {
    hint = stash.swap();
    return true;
  }

  function say(words: string) {
    hint = words;
    host.onChange();
  }

  // ---------------------------------------------------------------- typing

  function type(text: string) {
    if (buffer.text === "" && !isShell && text === "!") {
      isShell = true;
      return offers.refresh(true);
    }
    if (buffer.text === "" && text === "?" && !isShell && host.onAction("chat:help")) return;
    set(edit.insert(buffer, text));
  }

  function paste(text: string) {
    const isFirst = buffer.text.slice(0, buffer.cursor).trim() === "";
    if (isFirst && !isShell && leads.add(text)) hint = "Pasted: it is sent as text, and not run";
    pasting.paste(text);
  }

  /** A text in place of what is typed, with the chips that are known. */
  function put(text: string, cursor = text.length) {
    set(edit.withText({ ...buffer, chips: chips.labelsIn(text) }, text, cursor));
  }

  function putSent(text: string, pasted: Readonly<Record<string, string>> = {}) {
    if (isPastedLead(pasted)) leads.add(text);
    isShell = text.startsWith("!") && !leads.has(text);
    put(chips.adopt(isShell ? text.slice(1) : text, pasted));
  }

  function putBack({ text, isPasted }: { readonly text: string; readonly isPasted?: boolean }) {
    putSent(text, isPasted ? PASTED_LEAD : {});
  }

  function isLeadPasted(): boolean {
    return !isShell && leads.has(buffer.text);
  }

  const takeOffer = ({ from, to, text }: Taken) => set(edit.replace(buffer, from, to, text));

  function takeGhost(): boolean {
    const ghost = offers.ghost();
    if (!ghost || buffer.cursor !== buffer.text.length) return false;
    set(edit.insert(buffer, ghost, "other"));
    return true;
  }

  return {
    key,
    contexts: () =>
      recall.search()
        ? ["HistorySearch", "Global"]
        : [...(offers.menu() ? ["Autocomplete"] : []), ...(host.contexts?.() ?? []), "Chat", "Global"],
    view: () => ({
      buffer,
      isShell,
      menu: offers.menu(),
      search: recall.search(),
      ghost: offers.ghost(),
      hasStash: stash.has(),
      hint,
      vim: host.settings().isVim ? vim.view(buffer) : undefined,
    }),
    text: typed,
    setText(text) {
      recall.reset();
      putSent(text);
      host.onChange();
    },
    insert: (text) => setLater(edit.insert(buffer, text, "other")),
    close: offers.close,
  };
}
