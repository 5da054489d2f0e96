import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { foreignIn } from "./escapes.ts";
import { expectFrame } from "./expect-frame.ts";
import type { Pty } from "./pty.ts";
import { settled } from "./settled.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// What there is to look at and to choose from, as it stands in a window.

/** A command, and what its panel shows once it is whole. */
const PANELS: readonly (readonly [command: string, sign: string])[] = [
  ["resume", "the older one"],
  ["rewind", "say the newer"],
  ["model", "script"],
  ["config", "fallbackModel"],
  ["hooks", "PostToolUse"],
  ["permissions", "Bash(npm test:*)"],
  ["memory", "CLAUDE.md"],
  ["plugins", "Built in"],
  ["mcp", "harbour"],
  ["tasks", ""],
  ["theme", ""],
  ["keybindings", ""],
  ["context", ""],
  ["usage", ""],
];

/** They tell of all plugins, and what they come to: nothing to be kept. */
const UNKEPT: ReadonlySet<string> = new Set(["plugins", "context"]);

const SIZES = [
  [80, 24],
  [200, 60],
] as const;

/** What is different each time, or with each plugin that comes. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\b\d+(\.\d+)? (ms|s|min)\b/g, "N ms"],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?\b/g, "2026-01-01 00:00"],
  [/─ \d+ ─$/gm, "─ N ─"],
  [/\b\d+ kB\b/g, "N kB"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "00000000-0000-4000-8000-000000000000"],
  [/\b[0-9a-f]{8}\b/g, "00000000"],
];

test.each(SIZES)("panels in %i columns and %i rows", async (columns, rows) => {
  const place = await createTuiPlace();
  onTestFinished(() => place.remove());
  await furnish(place);
  const t = place.start({ columns, rows });
  await t.shows("? for shortcuts");
  await say(t, "say the older one");
  await say(t, "/rename the older one");
  await say(t, "/clear");
  await say(t, "say the newer");
  for (const [command, sign] of PANELS) {
    t.type(`/${command}`);
    t.press("Enter");
    await t.until(() => isOpen(t) && t.frame().join("\n").includes(sign), `/${command} does not show "${sign}".`);
    await settled(t);
    if (!UNKEPT.has(command))
      expectFrame(`panel-${command}-${columns}x${rows}`, panelOf(t), [
        [new RegExp(place.base, "g"), "/home"],
        ...CHANGING,
      ]);
    while (isOpen(t)) {
      const open = t.frame().join();
      t.press("Escape");
      await t.until(() => t.frame().join() !== open, `/${command} does not close.`);
    }
  }
  expect(foreignIn(t.raw().replaceAll("\u001b[H\u001b[2J\u001b[3J", ""))).toEqual([]);
});

/** Settings, memory and a server, so that there is something to see. */
async function furnish({ home, work }: TuiPlace): Promise<void> {
  await mkdir(path.join(home, ".claude"), { recursive: true });
  const settings = {
    theme: "dark",
    permissions: { allow: ["Bash(npm test:*)"], deny: ["Read(./.env)"] },
    hooks: { PostToolUse: [{ matcher: "Edit", hooks: [{ type: "command", command: "./format.sh" }] }] },
  };
  await writeFile(path.join(home, ".claude/settings.json"), JSON.stringify(settings));
  // No model of the machine's own is found by chance: nothing listens on port 1.
  const config = { "provider-openai": { ports: { ollama: 1, lmStudio: 1, llamaCpp: 1 } } };
  await writeFile(path.join(home, ".gantry/config.json"), JSON.stringify(config));
  const servers = { harbour: { command: "gantry-no-such-program" } };
  await writeFile(path.join(home, ".gantry/mcp.json"), JSON.stringify({ mcpServers: servers }));
  await writeFile(path.join(home, ".claude/CLAUDE.md"), "Answer in few words.\n");
  await writeFile(path.join(work, "CLAUDE.md"), "The harbour has three piers.\n");
}

async function say(t: Pty, text: string): Promise<void> {
  t.type(text);
  await t.until(() => t.frame().includes(`> ${text}`), `${text} was not typed.`);
  t.press("Enter");
  await t.until(() => t.frame().includes(">") && !t.frame().join().includes("Esc interrupts"), `${text} does not end.`);
}

function isOpen(t: Pty): boolean {
  return t.frame().some((line) => /^─ \S/.test(line)) && !t.frame().includes(">");
}

function panelOf(t: Pty): readonly string[] {
  const lines = t.frame();
  return lines.slice(
    Math.max(
      0,
      lines.findLastIndex((line) => /^─ \S/.test(line)),
    ),
  );
}
