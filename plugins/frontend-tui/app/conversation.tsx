/** One conversation on the terminal, from the first question of trust to the last line. */
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
import { defaultBindings } from "../input/bindings.ts";
import type { Submission } from "../input/composer.tsx";
import { createKeyboard } from "../input/keyboard.ts";
import type { PaintOptions } from "../paint/blocks.ts";
import { ASK_BACKGROUND, backgroundOf } from "../paint/terminal-colours.ts";
import { type Asking, createAsking } from "../panels/asking.ts";
import { settleTrust } from "../panels/trusting.ts";
import { createActions } from "./actions.ts";
import { createFeed, type Feed } from "./feed.ts";
import { greetingLines } from "./greeting.ts";
import { historyLines } from "./history.ts";
import { promptLines, saidLines } from "./lines.ts";
import { Live } from "./live.tsx";
import { mount } from "./mount.ts";
import { readPreferences } from "./preferences.ts";
import { servicesOf } from "./services.ts";
import { createStatus, type Status } from "./status.ts";
import { createStore } from "./store.ts";
import { openTerminal } from "./terminal.ts";
import { createToolLines } from "./tool-lines.ts";
import { createWaiting } from "./waiting.ts";

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
  let wanted: OpenOptions | undefined;
  let isBusy = false;
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const tell = (text: string) => say(saidLines(text, "dim", options()));
  const asking = createAsking({ say: tell });
  const keyboard = createKeyboard({ bindings: defaultBindings() });
  const terminal = openTerminal(host, {
    onBytes: (bytes) => keyboard.feed(bytes),
    onResize,
    onStray: (text) => say(saidLines(text.trimEnd(), "warning", options())),
    onEnd: () => leave(),
  });
  const { screen } = terminal;
  const store = createStore({ columns: terminal.columns, rows: terminal.rows });
  const waiting = createWaiting((queued) => store.set({ queued }));
  const actions = createActions({
    store,
    terminal,
    session: () => session,
    isBusy: () => isBusy,
    permissions: () => use.permissions,
    runCommand: (text) => submit({ text, content: [{ type: "text", text }] }),
    refresh: () => session && status?.refresh(session),
    leave: () => leave(),
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
      screen.setFrame(lines);
      terminal.drawSoon();
    },
  });

  host.signal.addEventListener("abort", leave, { once: true });
  try {
    if (!(await settleTrust(host, asking, tell))) return 130;
    session = await open({});
    await greet(session);
    store.set({ isReady: true });
    if (host.prompt?.trim()) submit({ text: host.prompt, content: [{ type: "text", text: host.prompt }] });
    const broken = await Promise.race([left, mounted.broken]);
    if (broken !== undefined) throw broken;
  } finally {
    stopListening();
    stopWatching?.();
    status?.close();
    mounted.unmount();
    terminal.close();
    keyboard.close();
    await session?.close();
  }
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
        onSubmit={submit}
        onAction={actions.act}
        onPanelClosed={onPanelClosed}
        onUrl={(url) => tell(`Open this in your browser: ${url}`)}
      />
    );
  }

  function options(): PaintOptions {
    return { theme: preferences.theme, hasLinks: preferences.hasLinks, width: terminal.columns };
  }

  function say(lines: readonly string[]): void {
    if (feed) return feed.say(lines);
    screen.print(lines);
    screen.draw();
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

  function onResize() {
    const size = { columns: terminal.columns, rows: terminal.rows };
    mounted.resize(size.columns, size.rows);
    feed?.repaint();
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

  // ---------------------------------------------------------------- talking

  function submit(submission: Submission): void {
    store.set({ areShortcutsShown: false, hint: undefined });
    if (!session || submission.text.trim() === "") return;
    const [, name = "", args = ""] = /^\/([\w:-]+)(?:\s+([\s\S]*))?$/.exec(submission.text.trim()) ?? [];
    if (!isBusy) void send(submission.content);
    else if (name && isImmediate(name)) void runNow(submission.text, name, args);
    else waiting.add(submission);
  }

  function isImmediate(name: string): boolean {
    const all = session && use.commands?.list(session);
    return all?.some((one) => (one.name === name || one.aliases?.includes(name)) && one.isImmediate) ?? false;
  }

  async function runNow(text: string, name: string, args: string): Promise<void> {
    say(promptLines(text, options()));
    try {
      if (session) onAnswer(await use.commands?.run(session, name, args));
    } catch (cause) {
      sayProblem(cause);
    }
  }

  /** What a command, or a panel, has come to. */
  function onAnswer(answer: CommandAnswer): void {
    if (answer === undefined) return;
    if (typeof answer === "string") return say(saidLines(answer, "text", options()));
    if ("panel" in answer) return store.set({ panel: answer.panel });
    if ("open" in answer) return void (isBusy ? (wanted = answer.open) : goOver(answer.open));
    submit({ text: answer.prompt, content: [{ type: "text", text: answer.prompt }] });
  }

  function onPanelClosed(answer: CommandAnswer): void {
    store.set({ panel: undefined });
    onAnswer(answer);
    if (session) status?.refresh(session);
  }

  async function send(content: Submission["content"]): Promise<void> {
    isBusy = true;
    try {
      // What happens is shown as it is watched; this waits for the end.
      for await (const _ of (session as Session).send(content));
    } catch (cause) {
      sayProblem(cause);
      isBusy = false;
    }
  }

  function onShown(event: SessionEvent, from: Session): void {
    if (from !== session && session !== undefined) return;
    switch (event.type) {
      case "turn_start":
        isBusy = true;
        break;
      case "open":
        wanted = event.options;
        break;
      case "tool_end":
        if (!store.get().running.length) join(waiting.takeForTurn());
        break;
      case "turn_end":
        isBusy = false;
        void goOn();
        break;
    }
    if (event.type !== "text" && event.type !== "thinking" && event.type !== "tool_input") {
      status?.refresh(from);
      store.set({ jobs: use.jobs?.list(from) ?? [] });
    }
  }

  /** What was sent meanwhile goes along with the turn that runs. */
  function join(submissions: readonly Submission[]): void {
    for (const { text, content } of submissions) {
      feed?.sayPrompt(content, text);
      void send(content);
    }
  }

  /** After a turn: to the session that was asked for, then to what waits. */
  async function goOn(): Promise<void> {
    const how = wanted;
    wanted = undefined;
    if (how) await goOver(how);
    if (!isBusy) for (const { content } of waiting.takeNext()) void send(content);
  }
}
