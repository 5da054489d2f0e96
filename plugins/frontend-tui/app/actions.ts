/** What keys do that belong to nobody in particular. */
import type { Jobs, PermissionMode, Permissions, Session } from "gantry/sdk";
import type { Store } from "./store.ts";
import type { Terminal } from "./terminal.ts";

export interface ActionParts {
  readonly store: Store;
  readonly terminal: Terminal;
  permissions(): Permissions | undefined;
  jobs(): Jobs | undefined;
  session(): Session | undefined;
  isBusy(): boolean;
  runCommand(text: string): void;
  openTranscript(isSearch?: boolean): void;
  /** Looks at what was said before, where this is an action that does. */
  look(action: string): boolean;
  refresh(): void;
  leave(): void;
}

/** Modes that one key goes through; those that may not be entered are passed over. */
const CYCLE: readonly PermissionMode[] = ["default", "acceptEdits", "plan", "auto", "bypassPermissions"];
const TWICE_MS = 1500;
/** A key may be bound to a command. */
const COMMAND = "command:";

export function createActions(parts: ActionParts) {
  const { store, terminal } = parts;
  let last = { action: "", at: 0 };

  /** Whether the same was done just before. */
  function isAgain(action: string): boolean {
    const isSoon = last.action === action && Date.now() - last.at < TWICE_MS;
    last = { action: isSoon ? "" : action, at: Date.now() };
    return isSoon;
  }

  function hint(text: string): void {
    store.set({ hint: text });
    setTimeout(() => store.get().hint === text && store.set({ hint: undefined }), TWICE_MS).unref();
  }

  function interrupt(): boolean {
    if (!parts.isBusy()) return false;
    store.set({ activity: { label: "Stopping", startedAt: Date.now() } });
    void parts.session()?.interrupt();
    return true;
  }

  function leaveOnSecond(action: string, key: string): void {
    if (isAgain(action)) parts.leave();
    else hint(`${key} again leaves.`);
  }

  function interruptOrLeave(): void {
    if (isAgain("leave")) parts.leave();
    else {
      interrupt();
      last = { action: "leave", at: Date.now() };
      hint("Ctrl-C again leaves.");
    }
  }

  async function cycleMode(): Promise<void> {
    const session = parts.session();
    const permissions = parts.permissions();
    if (!session || !permissions) return;
    const now = CYCLE.indexOf(permissions.mode(session));
    for (let step = 1; step <= CYCLE.length; step++) {
      const mode = CYCLE[(now + step) % CYCLE.length] as PermissionMode;
      const isEntered = await permissions.setMode(session, mode).then(
        () => true,
        () => false,
      );
      if (isEntered) break;
    }
    parts.refresh();
  }

  /** What runs goes on without being waited for. */
  function moveToBackground(): void {
    const session = parts.session();
    const moved = session ? (parts.jobs()?.background(session) ?? 0) : 0;
    if (moved) parts.refresh();
    else hint("Nothing that runs here can go on in the background.");
  }

  const acts: Readonly<Record<string, () => unknown>> = {
    "app:interrupt": interruptOrLeave,
    "app:exit": () => leaveOnSecond("exit", "Ctrl-D"),
    "app:redraw": () => terminal.screen.redraw(),
    "app:suspend": () => terminal.suspend(),
    "app:toggleTranscript": () => parts.openTranscript(),
    "app:toggleTodos": () => store.set({ areJobsShown: !store.get().areJobsShown }),
    "transcript:search": () => parts.openTranscript(true),
    "task:background": moveToBackground,
    "chat:rewind": () => parts.runCommand("/rewind"),
    "chat:cycleMode": () => void cycleMode(),
    "chat:modelPicker": () => parts.runCommand("/model"),
    "chat:help": () => store.set({ areShortcutsShown: !store.get().areShortcutsShown }),
  };

  /** Whether there is such an action here. */
  function act(action: string): boolean {
    if (action === "chat:cancel") return interrupt();
    const own = action.startsWith(COMMAND) ? () => parts.runCommand(`/${action.slice(COMMAND.length)}`) : acts[action];
    if (!own) return parts.look(action);
    own();
    return true;
  }

  return { act };
}
