import { readFileSync } from "node:fs";
import path from "node:path";
import xterm from "@xterm/headless";
import { expect, test } from "vitest";
import { root } from "../../scripts/project.js";
import { castOf } from "../../scripts/record/cast.js";
import { svgOf } from "../../scripts/record/svg.js";
import { playFirstMinute, SIZE } from "./first-minute.ts";
import type { Shot } from "./recorder.ts";
import { screenText } from "./screen.ts";
import { xmlProblem } from "./xml.ts";

const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const svg = read("docs/terminal.svg");

test("the recording in docs shows what the program shows: else npm run record", async () => {
  const shots = await playFirstMinute();
  const played = shots.flatMap(({ name, screen }) => (name ? [{ name, screen: screenText(screen) }] : []));
  expect(await markedScreens(read("docs/terminal.cast"))).toEqual(played);
}, 120_000);

test("the picture is XML of its own, small, named, and still for whoever wants no motion", () => {
  expect(xmlProblem(svg)).toBeUndefined();
  expect(Buffer.byteLength(svg)).toBeLessThan(300 * 1024);
  expect(svg).toMatch(/<title id="title">[^<]+<\/title>/);
  expect(svg).toMatch(/<desc id="desc">[^<]+<\/desc>/);
  expect(svg).toContain("prefers-reduced-motion");
  expect(svg).not.toMatch(/<script|<image|<foreignObject|\son\w+=|url\(|@import|href="(?!#)/);
});

test("a cast holds every sign and colour, and a picture escapes what would end it", async () => {
  const shot = (text: string, name: string): Shot => ({
    screen: { rows: [[{ text, columns: text.length, look: { color: "#ff0000", isBold: true } }]], cursor: undefined },
    seconds: 1,
    name,
  });
  const about = { columns: 40, rows: 1, title: "a <b> & c", description: '"d"' };
  const shots = [shot("</text><script>", "first"), shot("a & b", "second")];
  expect(xmlProblem(svgOf(shots, about))).toBeUndefined();
  expect(svgOf(shots, about)).not.toContain("<script>");
  expect(castOf(shots, about)).toContain(JSON.stringify("\u001b[38;2;255;0;0;1m</text><script>").slice(1, -1));
  expect(await markedScreens(castOf(shots, about))).toEqual([
    { name: "first", screen: "</text><script>" },
    { name: "second", screen: "a & b" },
  ]);
});

test.each([
  ["a tag that is not closed", "<svg><g></svg>"],
  ["a sign that has to be escaped", "<svg>a & b</svg>"],
  ["an attribute twice", '<svg a="1" a="2"></svg>'],
  ["something behind the end", "<svg></svg><g/>"],
])("%s is not well-formed", (_, text) => {
  expect(xmlProblem(text)).toBeDefined();
});

/** The screens that a player shows where the cast has its markers. */
async function markedScreens(cast: string) {
  const terminal = new xterm.Terminal({ cols: SIZE.columns, rows: SIZE.rows, allowProposedApi: true });
  const screens = [];
  for (const line of cast.trimEnd().split("\n").slice(1)) {
    const [, kind, data] = JSON.parse(line) as [number, "o" | "m", string];
    if (kind === "o") await new Promise<void>((resolve) => terminal.write(data, resolve));
    else {
      const rows = Array.from({ length: SIZE.rows }, (_, row) => terminal.buffer.active.getLine(row));
      const text = rows.map((row) => row?.translateToString(true).trimEnd()).join("\n");
      screens.push({ name: data, screen: text.trimEnd() });
    }
  }
  terminal.dispose();
  return screens;
}
