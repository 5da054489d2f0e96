/** The session that is talked in, with what shows it: one at a time, and another one when a command asks for it. */
import type { FrontendHost, OpenOptions, Question, Session, SessionEvent, TurnView } from "gantry/sdk";
import { questionChange } from "gantry/sdk/kit/question";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { PaintOptions } from "../paint/blocks.ts";
import type { Asking } from "../panels/asking.ts";
import { createFeed, type Feed } from "./feed.ts";
import { paintingOfGreeting } from "./greeting.ts";
import { paintingOfHistory } from "./history.ts";
import type { Preferences } from "./preferences.ts";
import type { Saying } from "./saying.ts";
import { type Services, servicesOf } from "./services.ts";
import { createStatus, type Status } from "./status.ts";
import type { Store } from "./store.ts";
import type { Terminal } from "./terminal.ts";
import { createToolLines, type ToolLines } from "./tool-lines.ts";

export interface SessionsParts extends Pick<Saying, "say" | "warn" | "problem"> {
  readonly host: FrontendHost;
  readonly terminal: Terminal;
  readonly store: Store;
  readonly asking: Asking;
  options(): PaintOptions;
  preferences(): Preferences;
  onSettings(): void;
  /** Who asks for a session. */
  onOpen(sessionId: string, ask: (question: Question, turn: TurnView) => ReturnType<Asking["ask"]>): void;
  /** After each event of the session, once it is shown. */
  onShown(event: SessionEvent, session: Session): void;
  /** There is another session. */
  onGoneOver(): void;
  /** The session was ended, and not by us. */
  onEnded(): void;
}

export interface Sessions {
  current(): Session | undefined;
  feed(): Feed | undefined;
  tools(): ToolLines;
  services(): Services;
  /** The first session, with its greeting. */
  begin(): Promise<Session>;
  /** A command has asked for another session; where that cannot be opened, this one goes on. */
  goOver(how: OpenOptions): Promise<void>;
  refreshStatus(): void;
  /** Nothing is shown any more. */
  stop(): void;
  /** How to go on with it, where the terminal is as it was before. */
  sayGoodbye(): void;
}

/** They come by the hundred, and change nothing but what the feed shows. */
const FREQUENT: ReadonlySet<string> = new Set(["text", "thinking", "tool_input", "tool_progress", "agent"]);

export async function createSessions(parts: SessionsParts): Promise<Sessions> {
  const { host, terminal, store, options, preferences, say, warn } = parts;
  const { screen } = terminal;
  let use = await servicesOf(host);
  let session: Session | undefined;
  let feed: Feed | undefined;
  let status: Status | undefined;
  let tools = createToolLines(undefined, () => {});
  let stopWatching = use.settings?.watch(parts.onSettings);

  async function open(how: OpenOptions): Promise<Session> {
    const opened = await host.open({ ...how, isInteractive: true });
    // Trust may have brought other plugins.
    stopWatching?.();
    use = await servicesOf(host);
    stopWatching = use.settings?.watch(parts.onSettings);
    parts.onOpen(opened.id, async (question, turn) => {
      const change = question.form ? undefined : await questionChange(question, turn.session, use.slots);
      return parts.asking.ask(question, turn, { remembered: use.remembered, change });
    });
    status?.close();
    status = createStatus({
      ...use,
      theme: () => preferences().theme,
      refreshMs: () => preferences().statusRefreshMs,
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
      showsFigures: () => preferences().showsTurnDuration,
      onShown: (event) => onShown(event, opened),
    });
    opened.watch(feed.take);
    opened.scope.signal.addEventListener("abort", () => session === opened && parts.onEnded(), { once: true });
    parts.onSettings();
    status.refresh(opened);
    return opened;
  }

  function onShown(event: SessionEvent, from: Session): void {
    if (FREQUENT.has(event.type) || (session !== undefined && from !== session)) return;
    parts.onShown(event, from);
    status?.refresh(from);
    store.set({ jobs: use.jobs?.list(from) ?? [] });
  }

  async function greet(opened: Session, copyOf?: string): Promise<void> {
    say(paintingOfGreeting(host, opened, copyOf));
    if (opened.messages.length) say(await paintingOfHistory(opened, tools));
  }

  return {
    current: () => session,
    feed: () => feed,
    tools: () => tools,
    services: () => use,
    async begin() {
      session = await open({});
      await greet(session);
      return session;
    },
    async goOver(how) {
      const before = session;
      try {
        session = await open(how);
        await before?.close(reasonOf(how));
        if (isNew(how)) {
          screen.draw();
          screen.wipe();
        }
        await greet(session, how.fork ? how.resume : undefined);
        parts.onGoneOver();
      } catch (cause) {
        parts.problem(cause);
      }
    },
    refreshStatus: () => session && status?.refresh(session),
    stop() {
      stopWatching?.();
      status?.close();
    },
    sayGoodbye() {
      if (!session) return;
      const how = use.store && session.messages.length ? ` To go on with it: gantry --resume ${session.id}` : "";
      host.stdout.write(`Session ${session.id} has ended.${how}\n`);
    },
  };
}

/** Why the session that is left ends. */
function reasonOf(how: OpenOptions): string {
  if (isNew(how)) return "clear";
  return how.fork ? "another session" : "resume";
}

/** What was said before is not to be seen any more. */
function isNew({ resume, continueLatest, fork }: OpenOptions): boolean {
  return !resume && !continueLatest && !fork;
}
