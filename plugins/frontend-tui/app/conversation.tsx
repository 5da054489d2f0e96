/** One conversation on the terminal, from the first question of trust to the last line. */
import type { CommandAnswer, FrontendHost, OpenOptions, Question, Session, SessionEvent, TurnView } from "gantry/sdk";
import { settleTrust } from "gantry/sdk/kit/settle-trust";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { ReadBindings } from "../input/bindings.ts";
import { createBindingsFile } from "../input/bindings-file.ts";
import { flavorOf } from "../input/flavor.ts";
import { createKeyboard } from "../input/keyboard.ts";
import type { KeyPress } from "../input/keys.ts";
import type { PaintOptions } from "../paint/blocks.ts";
import { backgroundOf } from "../paint/terminal-colours.ts";
import type { Theme } from "../paint/theme.ts";
import { type Asking, createAsking } from "../panels/asking.ts";
import { createActions } from "./actions.ts";
import { createAttention, titleOf } from "./attention.ts";
import { createEarlyKeys } from "./early-keys.ts";
import { createEditor } from "./editor.ts";
import { createFeed, type Feed } from "./feed.ts";
import { firstStart } from "./first-start.ts";
import { expanded } from "./frame.ts";
import { paintingOfGreeting } from "./greeting.ts";
import { paintingOfHistory } from "./history.ts";
import { Live } from "./live.tsx";
import { mount } from "./mount.ts";
import type { Opening } from "./opening.ts";
import { readPreferences, themeNamed } from "./preferences.ts";
import { createSaying } from "./saying.ts";
import { servicesOf } from "./services.ts";
import { createStatus, type Status } from "./status.ts";
import { createStore } from "./store.ts";
import { createTalking } from "./talking.ts";
import { createTips } from "./tips.ts";
import { createToolLines } from "./tool-lines.ts";
import { openTranscript, type Transcript } from "./transcript.ts";
import { createView } from "./view.ts";

/** The exit code when the terminal is gone, as after SIGHUP. */
const HUNG_UP = 129;

const FOCUS: ReadonlySet<string> = new Set(["\u001b[I", "\u001b[O"]);

/** They come by the hundred, and change nothing but what the feed shows. */
const FREQUENT: ReadonlySet<string> = new Set(["text", "thinking", "tool_input", "tool_progress"]);

/** Talks until the person leaves. Resolves to the exit code. `onOpen` hears who asks for a session. */
export async function converse(
  host: FrontendHost,
  opening: Opening,
  onOpen: (sessionId: string, ask: (question: Question, turn: TurnView) => ReturnType<Asking["ask"]>) => void,
): Promise<number> {
  const { terminal } = opening;
  const { screen } = terminal;
  let { background, preferences } = opening;
  let use = await servicesOf(host);
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

  const { say, tell, warn, problem } = createSaying(
    () => terminal,
    () => feed,
    options,
  );
  const asking = createAsking({ say: tell });
  let flavor = flavorOf(use.settings);
  const bindingsFile = createBindingsFile(host.info.claudeFolder, { flavor: () => flavor });
  const keyboard = createKeyboard({ bindings: bindingsFile.read().bindings });
  let isEditorThere = false;
  const early = createEarlyKeys(keyboard.feed, () => isEditorThere || asking.current() !== undefined);
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
    say,
    sayProblem: problem,
    goOver,
  });
  const nextTip = createTips();
  const view = createView({
    terminal,
    isWanted: () => preferences.isFullScreen,
    session: () => session,
    tools: () => tools,
    options,
  });
  const actions = createActions({
    store,
    terminal,
    session: () => session,
    isBusy: talking.isBusy,
    permissions: () => use.permissions,
    jobs: () => use.jobs,
    runCommand: talking.submitText,
    openTranscript: (isSearch) => void showTranscript(isSearch),
    look: view.act,
    refresh: () => session && status?.refresh(session),
    leave: () => leave(),
  });
  const editor = createEditor({
    host,
    terminal,
    store,
    session: () => session,
    services: () => use,
    isBusy: talking.isBusy,
    warn,
    problem,
  });
  keyboard.onFocus(attention.setFocus);
  const stopBindings = bindingsFile.watch(adoptBindings);
  const stopAsking = asking.subscribe(() => {
    if (asking.current()) attention.waits("answer", "Gantry asks for your answer.");
    else attention.settled();
  });
  const onAction = (_: KeyPress, action: string | undefined) => action !== undefined && actions.act(action);
  const stops = [keyboard.listen(["Global"], onAction), keyboard.listen(view.contexts, onAction)];
  let stopWatching = use.settings?.watch(adoptSettings);
  keyboard.onReply((reply) => {
    background = backgroundOf({ reply }) ?? background;
    adoptSettings();
  });
  const mounted = mount(tree(), {
    columns: terminal.columns,
    rows: terminal.rows,
    onFrame(lines) {
      const isEmpty = !store.get().isReady && lines.every((line) => line === "");
      screen.setFrame(isEmpty ? opening.firstFrame() : expanded(lines, terminal.columns, preferences.theme));
      terminal.drawNow();
    },
  });
  opening.handTo({
    onBytes(bytes) {
      if (!FOCUS.has(bytes.toString("latin1"))) attention.seen();
      early.take(bytes);
      editor.onTyped();
    },
    onResize,
    onStray: (text) => warn(text.trimEnd()),
    onEnd() {
      isGone = true;
      leave();
    },
  });

  host.signal.addEventListener("abort", leave, { once: true });
  if (host.signal.aborted) leave();
  try {
    if (!(await settleTrust(host, { ask: (left) => asking.trust(left, host.info.cwd, host.signal), say: tell })))
      return 130;
    session = await open({});
    await greet(session);
    for (const one of bindingsFile.read().problems) warn(one);
    attention.setTitle(titleOf(session));
    store.set({ isReady: true, panel: await firstStart(host, session, preferences.theme.name) });
    editor.adopt();
    if (host.prompt?.trim()) talking.submitText(host.prompt);
    const broken = await Promise.race([left, mounted.broken]);
    if (broken !== undefined) throw broken;
  } finally {
    for (const stop of stops) stop();
    stopAsking();
    stopBindings();
    editor.close();
    attention.close();
    stopWatching?.();
    status?.close();
    mounted.unmount();
    terminal.close();
    keyboard.close();
    await session?.close();
  }
  if (isGone) return HUNG_UP;
  if (session) sayGoodbye(session);
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
          ...editor.props,
          settings: { isVim: preferences.isVim, escapeKeys: preferences.escapeKeys, hasEmoji: preferences.hasEmoji },
          takeQueued: talking.takeBack,
          contexts: () => [
            ...(store.get().running.length ? ["Task"] : []),
            ...(editor.isEmpty() ? view.contexts() : []),
          ],
          onSubmit(submission) {
            view.follow();
            talking.submit(submission);
          },
          onAction: actions.act,
          onReady(handle) {
            editor.props.onReady?.(handle);
            setImmediate(editorIsThere);
          },
        }}
        themeNamed={namedTheme}
        onPanelClosed={onPanelClosed}
        onPanelBroken={(cause) => {
          store.set({ panel: undefined });
          warn("The panel could not be shown.");
          problem(cause);
        }}
        onUrl={(url) => tell(`Open this in your browser: ${url}`)}
      />
    );
  }

  function namedTheme(name: string): Theme {
    return themeNamed(name, host, background);
  }

  /** What was typed until now is for it; in a first start, for nobody. */
  function editorIsThere() {
    isEditorThere = true;
    if (store.get().panel) early.forget();
    else early.replay();
  }

  function options(): PaintOptions {
    return { theme: preferences.theme, hasLinks: preferences.hasLinks, width: terminal.columns };
  }

  function adoptSettings(): void {
    preferences = readPreferences(use.settings, host, background);
    const before = flavor;
    flavor = flavorOf(use.settings);
    if (flavor !== before) keyboard.rebind(bindingsFile.read().bindings);
    view.adopt();
    mounted.rerender(tree());
    if (session) status?.refresh(session);
  }

  async function showTranscript(isSearch = false): Promise<void> {
    if (!session || transcript) return;
    transcript = await openTranscript({ session, tools, terminal, keyboard, options, isSearch });
    await Promise.race([transcript.left, left]);
    transcript.close();
    transcript = undefined;
  }

  function adoptBindings({ bindings, problems }: Pick<ReadBindings, "bindings" | "problems">): void {
    keyboard.rebind(bindings);
    for (const one of problems) warn(one);
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
    onOpen(opened.id, (question, turn) => asking.ask(question, turn, use.remembered));
    status?.close();
    status = createStatus({
      ...use,
      theme: () => preferences.theme,
      refreshMs: () => preferences.statusRefreshMs,
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
      await before?.close(isNew(how) ? "clear" : how.fork ? "another session" : "resume");
      if (isNew(how)) {
        screen.draw();
        screen.wipe();
      }
      await greet(session, how.fork ? how.resume : undefined);
      editor.adopt();
    } catch (cause) {
      problem(cause);
    }
  }

  async function greet(opened: Session, copyOf?: string): Promise<void> {
    say(paintingOfGreeting(host, opened, copyOf));
    if (opened.messages.length) say(await paintingOfHistory(opened, tools));
  }

  function sayGoodbye({ id, messages }: Session) {
    const how = use.store && messages.length ? ` To go on with it: gantry --resume ${id}` : "";
    host.stdout.write(`Session ${id} has ended.${how}\n`);
  }

  function onShown(event: SessionEvent, from: Session): void {
    if (FREQUENT.has(event.type) || (session !== undefined && from !== session)) return;
    talking.onEvent(event);
    editor.onEvent(event, from);
    if (event.type === "turn_start") store.set({ tip: preferences.hasTips ? nextTip() : undefined });
    attention.heed(event, titleOf(from));
    status?.refresh(from);
    store.set({ jobs: use.jobs?.list(from) ?? [] });
  }

  function onPanelClosed(answer: CommandAnswer): void {
    store.set({ panel: undefined });
    talking.onAnswer(answer);
    feed?.forgetCommand();
    if (session) status?.refresh(session);
  }
}

/** What was said before is not to be seen any more. */
function isNew({ resume, continueLatest, fork }: OpenOptions): boolean {
  return !resume && !continueLatest && !fork;
}
