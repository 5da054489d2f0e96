/** The first thing to be seen: the editor, painted here, before all that draws it later has been loaded. */
import { type FrontendHost, Settings } from "gantry/sdk";
import { EMPTY } from "../input/buffer.ts";
import { draftLines } from "../input/draft-lines.ts";
import type { DraftView } from "../input/draft-types.ts";
import { ASK_BACKGROUND, backgroundOf } from "../paint/terminal-colours.ts";
import { expanded, RULE } from "./frame.ts";
import { fullLook } from "./full-look.ts";
import { type Preferences, readPreferences } from "./preferences.ts";
import { openTerminal, type Terminal, type TerminalParts } from "./terminal.ts";

export interface Opening {
  readonly terminal: Terminal;
  readonly preferences: Preferences;
  readonly background: "dark" | "light" | undefined;
  /** What is drawn until there is something else to draw. */
  firstFrame(): string[];
  /** Who hears of the terminal from here on; what came before is told first. */
  handTo(parts: TerminalParts): void;
}

const NOTHING_TYPED: DraftView = {
  buffer: EMPTY,
  isShell: false,
  menu: undefined,
  search: undefined,
  ghost: "",
  hasStash: false,
  hint: "",
  vim: undefined,
};

export async function openEarly(host: FrontendHost): Promise<Opening> {
  const background = backgroundOf({ env: host.info.env });
  const preferences = readPreferences(await host.service(Settings), host, background);
  const { theme } = preferences;
  const before: ((parts: TerminalParts) => void)[] = [];
  let heard: TerminalParts | undefined;
  const tell = (what: (parts: TerminalParts) => void) => {
    if (heard) what(heard);
    else before.push(what);
  };
  const terminal = openTerminal(host, {
    onBytes: (bytes) => tell((parts) => parts.onBytes(bytes)),
    onResize: () => tell((parts) => parts.onResize()),
    onStray: (text) => tell((parts) => parts.onStray(text)),
    onEnd: () => tell((parts) => parts.onEnd()),
  });

  function firstFrame(): string[] {
    const width = terminal.columns;
    const editor = draftLines(NOTHING_TYPED, {
      theme,
      columns: Math.max(1, width - 3),
      width,
      maxRows: 1,
      isActive: true,
      placeholder: "",
    });
    return expanded([RULE, ...editor, RULE, ""], width, theme);
  }

  terminal.screen.setFrame(firstFrame());
  if (preferences.isFullScreen) terminal.setFull(fullLook(() => theme));
  terminal.screen.draw();
  if (theme.depth) terminal.signal(ASK_BACKGROUND);
  return {
    terminal,
    preferences,
    background,
    firstFrame,
    handTo(parts) {
      heard = parts;
      for (const what of before.splice(0)) what(parts);
    },
  };
}
