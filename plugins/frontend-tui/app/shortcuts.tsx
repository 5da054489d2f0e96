/** What `?` shows on an empty editor. */
import { Box, Text } from "ink";
import type { JSX } from "react";
import type { Keyboard } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";
import { cut, width as widthOf } from "../paint/width.ts";

interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

/** Where Gantry scrolls what was said. */
const LOOKING_BACK = [
  { action: "scroll:pageUp", does: "look back" },
  { action: "scroll:bottom", does: "to what is newest" },
  { action: "transcript:search", does: "search what was said" },
];

export function Shortcuts({
  keyboard,
  theme,
  width,
  isFullScreen,
}: {
  keyboard: Keyboard;
  theme: Theme;
  width: number;
  isFullScreen: boolean;
}): JSX.Element {
  const key = (action: string, usual: string) => keyboard.labelOf(action) || usual;
  const all: readonly Shortcut[] = [
    { keys: "/", does: "commands" },
    { keys: "@", does: "files and folders" },
    { keys: "!", does: "a shell command" },
    { keys: "esc esc", does: "clear, or rewind" },
    { keys: key("chat:cycleMode", "shift+tab"), does: "permission mode" },
    { keys: key("app:toggleTranscript", "ctrl+o"), does: "everything in full" },
    { keys: key("app:toggleTodos", "ctrl+t"), does: "background work" },
    { keys: key("task:background", "ctrl+b"), does: "what runs goes on behind" },
    { keys: key("history:search", "ctrl+r"), does: "search what was typed" },
    { keys: key("chat:externalEditor", "ctrl+g"), does: "your editor" },
    { keys: key("chat:newline", "ctrl+j"), does: "new line" },
    { keys: key("app:suspend", "ctrl+z"), does: "suspend; fg comes back" },
    ...(isFullScreen
      ? LOOKING_BACK.map(({ action, does }) => ({ keys: keyboard.labelOf(action, "Fullscreen"), does }))
      : []),
    { keys: "ctrl+c twice", does: "leave" },
  ].filter(({ keys }) => keys !== "");
  const cells = all.map(({ keys, does }) => `${keys}  ${does}`);
  const wide = Math.max(...cells.map(widthOf)) + 3;
  const columns = Math.max(1, Math.min(3, Math.floor((width - 2) / wide)));
  const rows = Math.ceil(cells.length / columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (cells[column * rows + row] ?? "").padEnd(wide)).join(""),
  );
  return (
    <Box flexDirection="column">
      {lines.map((line) => (
        <Text key={line}>{theme.style("dim", cut(`  ${line.trimEnd()}`, width))}</Text>
      ))}
    </Box>
  );
}
