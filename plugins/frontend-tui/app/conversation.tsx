/** One conversation on the terminal, from the first question of trust to the last line. */
import path from "node:path";
import {
  type CommandAnswer,
  type FrontendHost,
  isGantryError,
  messageOf,
  type OpenOptions,
  type Session,
  type SessionEvent,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { ReadBindings } from "../input/bindings.ts";
import { createBindingsFile } from "../input/bindings-file.ts";
import { createClipboard } from "../input/clipboard.ts";
import { createExternalEditor } from "../input/external-editor.ts";
import { createHistory } from "../input/history.ts";
import { createKeyboard } from "../input/keyboard.ts";
import type { PaintOptions } from "../paint/blocks.ts";
import { ASK_BACKGROUND, backgroundOf } from "../paint/terminal-colours.ts";
import { type Asking, createAsking } from "../panels/asking.ts";
import { settleTrust } from "../panels/trusting.ts";
import { createActions } from "./actions.ts";
import { createAttention } from "./attention.ts";
import { createFeed, type Feed } from "./feed.ts";
import { expanded } from "./frame.ts";
import { greetingLines } from "./greeting.ts";
import { historyLines } from "./history.ts";
import { saidLines } from "./lines.ts";
import { Live } from "./live.tsx";
import { mount } from "./mount.ts";
import { readPreferences } from "./preferences.ts";
import { servicesOf } from "./services.ts";
import { createStatus, type Status } from "./status.ts";
import { createStore } from "./store.ts";
import { createSuggest } from "./suggest.ts";
import { createTalking } from "./talking.ts";
import { openTerminal } from "./terminal.ts";
import { createToolLines } from "./tool-lines.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** The exit code when the terminal is gone, as after SIGHUP. */
const HUNG_UP = 129;

/** Talks until the person leaves. Resolves to the exit code. `onOpen` hears who asks for a session. */
export async function converse(
  host: FrontendHost,
  onOpen: (sessionId: string, asking: Asking) => void,
): Promise<number> {
  let use = await servicesOf(host);
  let background = backgroundOf({ env: host.info.env });
  let preferences = readPreferences(use.settings, host, background);
  let session: Session | undefined;
  let feed: Feed | undefined;
  let status: Status | undefined;
  let tools = createToolLines(undefined, () => {});
  let transcript: Transcript | undefined;
  let isGone = false;
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const tell = (text: string) => say(saidLines(text, "dim", options()));
  const asking = createAsking({ say: tell });
  const bindingsFile = createBindingsFile(host.info.claudeFolder);
  const keyboard = createKeyboard({ bindings: bindingsFile.read().bindings });
  const terminal = openTerminal(host, {
    onBytes(bytes) {
      attention.seen();
      keyboard.feed(bytes);
    },
    onResize,
    onStray: (text) => say(saidLines(text.trimEnd(), "warning", options())),
    onEnd() {
      isGone = true;
      leave();
    },
  });
  const { screen } = terminal;
  const store = createStore({ columns: terminal.columns, rows: terminal.rows });
  const attention = createAttention({
    env: host.info.env,
    signal: terminal.signal,
    channel: () => preferences.notifications,
    hasProgressBar: () => preferences.hasProgressBar,
  });
  const talking = createTalking({
    store,
    session: () => session,
    services: () => use,
    feed: () => feed,
    options,
    say,
    sayProblem,
    goOver,
  });
  const actions = createActions({
    store,
    terminal,
    session: () => session,
    isBusy: talking.isBusy,
    permissions: () => use.permissions,
    runCommand: talking.submitText,
    openTranscript: () => void showTranscript(),
    refresh: () => session && status?.refresh(session),
    leave: () => leave(),
  });
  const { stateFolder, cwd, env } = host.info;
  const history = createHistory({ stateFolder, cwd, sessionId: () => session?.id });
  const suggest = createSuggest(
    () => session,
    () => use,
  );
  const clipboard = createClipboard({ exec: use.exec, cwd, env });
  const openEditor = createExternalEditor({ env, cwd, handOver: terminal.handOver, takeBack: terminal.takeBack });
  keyboard.onFocus(attention.setFocus);
  const stopBindings = bindingsFile.watch(adoptBindings);
  const stopAsking = asking.subscribe(() => {
    if (asking.current()) attention.waits("answer", "Gantry asks for your answer.");
    else attention.settled();
  });
  const stopListening = keyboard.listen(["Global"], (_, action) => action !== undefined && actions.act(action));
  let stopWatching = use.settings?.watch(adoptSettings);
  keyboard.onReply((reply) => {
    background = backgroundOf({ reply }) ?? background;
    adoptSettings();
  });
  if (preferences.theme.depth) terminal.signal(ASK_BACKGROUND);
  const mounted = mount(tree(), {
    columns: terminal.columns,
    rows: terminal.rows,
    onFrame(lines) {
      screen.setFrame(expanded(lines, terminal.columns, preferences.theme));
      terminal.drawNow();
    },
  });

  host.signal.addEventListener("abort", leave, { once: true });
  try {
    if (!(await settleTrust(host, asking, tell))) return 130;
    session = await open({});
    await greet(session);
    for (const problem of bindingsFile.read().problems) warn(problem);
    attention.setTitle(titleOf(session));
    store.set({ isReady: true });
    if (host.prompt?.trim()) talking.submitText(host.prompt);
    const broken = await Promise.race([left, mounted.broken]);
    if (broken !== undefined) throw broken;
  } finally {
    stopListening();
    stopAsking();
    stopBindings();
    attention.close();
    stopWatching?.();
    status?.close();
    mounted.unmount();
    terminal.close();
    keyboard.close();
    await session?.close();
  }
  if (isGone) return HUNG_UP;
  sayGoodbye(session);
  return 0;

  function tree() {
    return (
      <Live
        store={store}
        keyboard={keyboard}
        theme={preferences.theme}
        asking={asking}
        isCalm={preferences.isCalm}
        editor={{
          history,
          suggest,
          clipboard,
          openEditor,
          settings: { isVim: preferences.isVim, escapeKeys: preferences.escapeKeys },
          takeQueued: talking.takeBack,
          onSubmit: talking.submit,
          onAction: actions.act,
        }}
        onPanelClosed={onPanelClosed}
        onPanelBroken={(cause) => {
          store.set({ panel: undefined });
          say(saidLines(`The panel could not be shown: ${messageOf(cause)}`, "bad", options()));
        }}
        onUrl={(url) => tell(`Open this in your browser: ${url}`)}
      />
    );
  }

  function options(): PaintOptions {
    return { theme: preferences.theme, hasLinks: preferences.hasLinks, width: terminal.columns };
  }

  function say(lines: readonly string[]): void {
    if (feed) feed.say(lines);
    else screen.print(lines);
    terminal.drawSoon();
  }

  function warn(text: string): void {
    say(saidLines(text, "warning", options()));
  }

  function sayProblem(cause: unknown): void {
    const remedy = isGantryError(cause) && cause.remedy ? ` ${cause.remedy}` : "";
    say(saidLines(`${messageOf(cause)}${remedy}`, "bad", options()));
  }

  function adoptSettings(): void {
    preferences = readPreferences(use.settings, host, background);
    mounted.rerender(tree());
    if (session) status?.refresh(session);
  }

  async function showTranscript(): Promise<void> {
    if (!session || transcript) return;
    transcript = await openTranscript({ session, tools, terminal, keyboard, options });
    await Promise.race([transcript.left, left]);
    transcript.close();
    transcript = undefined;
  }

  function adoptBindings({ bindings, problems }: ReadBindings): void {
    keyboard.rebind(bindings);
    for (const problem of problems) warn(problem);
  }

  function onResize() {
    const size = { columns: terminal.columns, rows: terminal.rows };
    mounted.resize(size.columns, size.rows);
    feed?.repaint();
    transcript?.resize();
    store.set({ size });
    mounted.rerender(tree());
    terminal.drawSoon();
  }

  // ---------------------------------------------------------------- sessions

  async function open(how: OpenOptions): Promise<Session> {
    const opened = await host.open({ ...how, isInteractive: true });
    // Trust may have brought other plugins.
    stopWatching?.();
    use = await servicesOf(host);
    stopWatching = use.settings?.watch(adoptSettings);
    onOpen(opened.id, asking);
    status?.close();
    status = createStatus({
      ...use,
      theme: () => preferences.theme,
      onStatus: (next) => store.set({ status: next }),
      onFault: (item, problem) => warn(`The item ${item} of the status line failed: ${visibleLine(problem)}`),
    });
    tools = createToolLines(use.slots, (tool, problem) =>
      warn(`How a call of ${tool} looks could not be said: ${visibleLine(problem)}`),
    );
    feed = createFeed(opened, {
      screen,
      drawNow: terminal.drawNow,
      drawSoon: terminal.drawSoon,
      store,
      tools,
      meter: use.meter,
      options,
      showsFigures: () => preferences.showsTurnDuration,
      onShown: (event) => onShown(event, opened),
    });
    opened.watch(feed.take);
    opened.scope.signal.addEventListener("abort", () => session === opened && leave(), { once: true });
    adoptSettings();
    status.refresh(opened);
    return opened;
  }

  /** A command has asked for another session; where that cannot be opened, this one goes on. */
  async function goOver(how: OpenOptions): Promise<void> {
    const before = session;
    try {
      session = await open(how);
      await before?.close("another session");
      // A new beginning, as after /clear.
      if (!Object.keys(how).length) screen.wipe();
      await greet(session);
    } catch (cause) {
      sayProblem(cause);
    }
  }

  async function greet(opened: Session): Promise<void> {
    say(greetingLines(host, opened, options()));
    if (opened.messages.length) say(await historyLines(opened, tools, options()));
  }

  function sayGoodbye({ id, messages }: Session) {
    const how = use.store && messages.length ? ` To go on with it: gantry --resume ${id}` : "";
    host.stdout.write(`Session ${id} has ended.${how}\n`);
  }

  function onShown(event: SessionEvent, from: Session): void {
    if (session !== undefined && from !== session) return;
    talking.onEvent(event);
    attend(event);
    if (event.type === "text" || event.type === "thinking" || event.type === "tool_input") return;
    status?.refresh(from);
    store.set({ jobs: use.jobs?.list(from) ?? [] });
  }

  function attend(event: SessionEvent): void {
    if (event.type === "turn_start") attention.settled();
    if (event.type === "turn_start") attention.setBusy(true);
    if (event.type !== "turn_end") return;
    attention.setBusy(talking.isBusy());
    attention.setTitle(titleOf(session));
    if (event.end.reason !== "handled") attention.waits("prompt", "Gantry waits for your next prompt.");
  }

  function onPanelClosed(answer: CommandAnswer): void {
    store.set({ panel: undefined });
    talking.onAnswer(answer);
    if (session) status?.refresh(session);
  }
}

function titleOf(session: Session | undefined): string {
  const named = session?.entries.findLast((entry) => entry.type === "title");
  return named ? `${named.title} · Gantry` : `${path.basename(session?.cwd ?? "")} · Gantry`;
}
