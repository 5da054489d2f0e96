/** What reaches a person who looks elsewhere: the title, the progress in the task bar, a bell or a notification. */
import path from "node:path";
import type { Session, SessionEvent } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

export interface AttentionParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes what moves nothing on the screen. */
  signal(text: string): void;
  /** `auto`, `terminal_bell`, `iterm2`, `iterm2_with_bell`, `kitty`, `ghostty` or `notifications_disabled`. */
  channel(): string;
  hasProgressBar(): boolean;
}

export interface Attention {
  setTitle(title: string): void;
  setBusy(isBusy: boolean): void;
  setFocus(hasFocus: boolean): void;
  /** A key was pressed: somebody is there. */
  seen(): void;
  /** Something waits for the person. Told after a while, unless {@link settled} comes before. */
  waits(kind: "answer" | "prompt", text: string): void;
  settled(): void;
  /** After each event of the session. */
  heed(event: SessionEvent, title: string): void;
  close(): void;
}

const TITLE_WIDTH = 60;
/** How long somebody may look elsewhere until they are told. */
const PATIENCE_MS = { answer: 6_000, prompt: 60_000 } as const;

const BELL = "\u0007";
const osc = (text: string) => `\u001b]${text}${BELL}`;

export function createAttention({ env, signal, channel, hasProgressBar }: AttentionParts): Attention {
  const knowsProgress = Boolean(env.WT_SESSION || env.ConEmuANSI === "ON" || env.TERM_PROGRAM === "ghostty");
  let hasFocus: boolean | undefined;
  let seenAt = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let title = "";
  let isBusy = false;

  function settled(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function tell(text: string): void {
    // A terminal that does not tell of its focus is watched by whoever has just pressed a key.
    if (hasFocus ?? Date.now() - seenAt < PATIENCE_MS.answer) return;
    signal(notification(channelOf(channel(), env), visibleLine(text, TITLE_WIDTH * 2)));
  }

  function showProgress(): void {
    if (knowsProgress && hasProgressBar()) signal(osc(`9;4;${isBusy ? 3 : 0}`));
  }

  function setTitle(next: string): void {
    const shown = visibleLine(next, TITLE_WIDTH);
    if (shown === title) return;
    title = shown;
    signal(osc(`0;${shown}`));
  }

  function setBusy(next: boolean): void {
    if (next === isBusy) return;
    isBusy = next;
    showProgress();
  }

  function waits(kind: "answer" | "prompt", text: string): void {
    settled();
    timer = setTimeout(tell, PATIENCE_MS[kind], text);
    timer.unref();
  }

  return {
    setTitle,
    setBusy,
    waits,
    heed(event, next) {
      if (event.type === "turn_start") {
        settled();
        setBusy(true);
      } else if (event.type === "turn_end") {
        setBusy(false);
        setTitle(next);
        if (event.end.reason !== "handled") waits("prompt", "Gantry waits for your next prompt.");
      }
    },
    setFocus(next) {
      hasFocus = next;
      if (next) settled();
    },
    seen() {
      seenAt = Date.now();
      settled();
    },
    settled,
    close() {
      settled();
      if (isBusy && knowsProgress) signal(osc("9;4;0"));
    },
  };
}

export function titleOf({ entries, cwd }: Pick<Session, "entries" | "cwd">): string {
  const named = entries.findLast((entry) => entry.type === "title");
  return `${named?.title ?? path.basename(cwd)} · Gantry`;
}

function channelOf(chosen: string, env: AttentionParts["env"]): string {
  if (chosen !== "auto") return chosen;
  if (env.TERM_PROGRAM === "iTerm.app") return "iterm2";
  if (env.TERM === "xterm-kitty") return "kitty";
  if (env.TERM_PROGRAM === "ghostty" || env.TERM === "xterm-ghostty") return "ghostty";
  return "terminal_bell";
}

function notification(channel: string, text: string): string {
  switch (channel) {
    case "notifications_disabled":
      return "";
    case "iterm2":
      return osc(`9;${text}`);
    case "iterm2_with_bell":
      return osc(`9;${text}`) + BELL;
    case "kitty":
      return `\u001b]99;i=gantry;${text}\u001b\\`;
    case "ghostty":
      return osc(`777;notify;Gantry;${text}`);
    default:
      return BELL;
  }
}
