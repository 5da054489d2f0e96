/** One conversation on the terminal, from the first question of trust to the last line. */
import type { CommandAnswer, EditorMode, FrontendHost } from "gantry/sdk";
import { settleTrust } from "gantry/sdk/kit/settle-trust";
import type { KeyPress } from "../input/keys.ts";
import type { PaintOptions } from "../paint/blocks.ts";
import { backgroundOf } from "../paint/terminal-colours.ts";
import { createAsking } from "../panels/asking.ts";
import { createActions } from "./actions.ts";
import { createAttention, titleOf } from "./attention.ts";
import { createEditor } from "./editor.ts";
import { firstStart } from "./first-start.ts";
import { expanded } from "./frame.ts";
import { openKeys } from "./key-bindings.ts";
import { Live } from "./live.tsx";
import { mount } from "./mount.ts";
import type { Opening } from "./opening.ts";
import { readPreferences, themeNamed } from "./preferences.ts";
import { createSaying } from "./saying.ts";
import { createSessions, type SessionsParts } from "./sessions.ts";
import { createStore } from "./store.ts";
import { createTalking } from "./talking.ts";
import { createTips } from "./tips.ts";
import { createView } from "./view.ts";

/** The exit code when the terminal is gone, as after SIGHUP. */
const HUNG_UP = 129;

const FOCUS: ReadonlySet<string> = new Set(["\u001b[I", "\u001b[O"]);

/** Talks until the person leaves. Resolves to the exit code. `onOpen` hears who asks for a session, `onVimMode` the editor's mode. */
export async function converse(
  host: FrontendHost,
  opening: Opening,
  onOpen: SessionsParts["onOpen"],
  onVimMode: (mode: EditorMode | undefined) => void,
): Promise<number> {
  const { terminal } = opening;
  const { screen } = terminal;
  let { background, preferences } = opening;
  let isGone = false;
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const session = () => sessions.current();
  const feed = () => sessions.feed();
  const { say, tell, warn, problem } = createSaying(() => terminal, feed, options);
  const asking = createAsking({ say: tell });
  const store = createStore({ columns: terminal.columns, rows: terminal.rows });
  const sessions = await createSessions({
    host,
    terminal,
    store,
    asking,
    options,
    preferences: () => preferences,
    say,
    warn,
    problem,
    onSettings: adoptSettings,
    onOpen,
    onShown(event, from) {
      talking.onEvent(event);
      editor.onEvent(event, from);
      if (event.type === "turn_start") store.set({ tip: preferences.hasTips ? nextTip() : undefined });
      attention.heed(event, titleOf(from));
    },
    onGoneOver: () => editor.adopt(),
    onEnded: () => leave(),
  });
  const { services } = sessions;
  const keys = openKeys({
    claudeFolder: host.info.claudeFolder,
    services,
    isAsking: () => asking.current() !== undefined,
    warn,
  });
  const { keyboard } = keys;
  const attention = createAttention({
    env: host.info.env,
    signal: terminal.signal,
    channel: () => preferences.notifications,
    hasProgressBar: () => preferences.hasProgressBar,
  });
  const talking = createTalking({
    store,
    session,
    services,
    feed,
    say,
    sayProblem: problem,
    goOver: sessions.goOver,
    onRun,
  });
  const nextTip = createTips();
  const view = createView({
    terminal,
    keyboard,
    left,
    isWanted: () => preferences.isFullScreen,
    session,
    tools: sessions.tools,
    options,
  });
  const actions = createActions({
    store,
    terminal,
    session,
    isBusy: talking.isBusy,
    permissions: () => services().permissions,
    jobs: () => services().jobs,
    runCommand: talking.submitText,
    openTranscript: (isSearch) => void view.showTranscript(isSearch),
    look: view.act,
    refresh: sessions.refreshStatus,
    leave: () => leave(),
  });
  const editor = createEditor({ host, terminal, store, session, services, isBusy: talking.isBusy, warn, problem });
  const onAction = (_: KeyPress, action: string | undefined) => action !== undefined && actions.act(action);
  const stops = [
    keyboard.listen(["Global"], onAction),
    keyboard.listen(view.contexts, onAction),
    keyboard.onFocus(attention.setFocus),
    keyboard.onReply((reply) => {
      background = backgroundOf({ reply }) ?? background;
      adoptSettings();
    }),
    asking.subscribe(() => {
      if (asking.current()) attention.waits("answer", "Gantry asks for your answer.");
      else attention.settled();
    }),
  ];
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
      keys.early.take(bytes);
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
    const first = await sessions.begin();
    keys.tellProblems();
    attention.setTitle(titleOf(first));
    store.set({ isReady: true, panel: await firstStart(host, first, preferences.theme.name, services().models) });
    editor.adopt();
    if (host.prompt?.trim()) talking.submitText(host.prompt);
    const broken = await Promise.race([left, mounted.broken]);
    if (broken !== undefined) throw broken;
  } finally {
    for (const stop of stops) stop();
    editor.close();
    attention.close();
    sessions.stop();
    mounted.unmount();
    terminal.close();
    keys.close();
    await session()?.close();
  }
  if (isGone) return HUNG_UP;
  sessions.sayGoodbye();
  return 0;

  function tree() {
    return (
      <Live
        store={store}
        keyboard={keyboard}
        theme={preferences.theme}
        asking={asking}
        isCalm={preferences.isCalm}
        isFullScreen={() => screen.isFull}
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
          onVimMode(mode) {
            onVimMode(mode);
            sessions.refreshStatus();
          },
          onReady(handle) {
            editor.props.onReady?.(handle);
            // What was typed until now is for it; in a first start, for nobody.
            setImmediate(() => keys.editorIsThere(store.get().panel === undefined));
          },
        }}
        themeNamed={(name) => themeNamed(name, host, background)}
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

  function options(): PaintOptions {
    return { theme: preferences.theme, hasLinks: preferences.hasLinks, width: terminal.columns };
  }

  function adoptSettings(): void {
    preferences = readPreferences(services().settings, host, background);
    keys.adopt();
    view.adopt();
    mounted.rerender(tree());
    sessions.refreshStatus();
  }

  function onResize() {
    const size = { columns: terminal.columns, rows: terminal.rows };
    mounted.resize(size.columns, size.rows);
    feed()?.repaint();
    view.resize();
    store.set({ size });
    mounted.rerender(tree());
    terminal.drawSoon();
  }

  function onPanelClosed(answer: CommandAnswer): void {
    store.set({ panel: undefined });
    talking.onAnswer(answer);
    feed()?.forgetCommand();
    onRun();
  }

  /** The session may have another name, or a mode. */
  function onRun() {
    const open = session();
    if (open) attention.setTitle(titleOf(open));
    sessions.refreshStatus();
  }
}
