/** @import { Shot } from "../../e2e/recording/recorder.ts" */
/** @import { Run, Screen } from "../../e2e/recording/screen.ts" */

const ESC = "\u001b";

/** A recording as asciicast 2: what changed, row by row, and a marker where a screen has a name. */
export function castOf(
  /** @type {readonly Shot[]} */ shots,
  /** @type {{ columns: number, rows: number, title: string }} */ { columns, rows, title },
) {
  const header = { version: 2, width: columns, height: rows, title, env: { TERM: "xterm-256color" } };
  /** @type {unknown[]} */
  const lines = [header];
  let at = 0;
  /** @type {Screen | undefined} */
  let before;
  for (const { screen, seconds, name } of shots) {
    lines.push([rounded(at), "o", changes(screen, before)]);
    if (name) lines.push([rounded(at), "m", name]);
    at += seconds;
    before = screen;
  }
  // A player would stop as soon as the last screen is there.
  lines.push([rounded(at), "o", ""]);
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

const rounded = (/** @type {number} */ seconds) => Math.round(seconds * 1000) / 1000;

function changes(/** @type {Screen} */ screen, /** @type {Screen | undefined} */ before) {
  const rows = screen.rows.map((row, at) => {
    const isSame = before && JSON.stringify(row) === JSON.stringify(before.rows[at]);
    return isSame ? "" : `${ESC}[${at + 1};1H${row.map(painted).join("")}${ESC}[K`;
  });
  const { cursor } = screen;
  const last = cursor ? `${ESC}[${cursor.row + 1};${cursor.column + 1}H${ESC}[?25h` : `${ESC}[?25l`;
  return rows.join("") + last;
}

function painted(/** @type {Run} */ { text, look }) {
  const codes = [
    ...colour(look.color, 38),
    ...colour(look.background, 48),
    ...(look.isBold ? [1] : []),
    ...(look.isDim ? [2] : []),
    ...(look.isItalic ? [3] : []),
    ...(look.isUnderlined ? [4] : []),
    ...(look.isInverse ? [7] : []),
  ];
  return codes.length ? `${ESC}[${codes.join(";")}m${text}${ESC}[0m` : text;
}

/** @returns {(number | string)[]} */
function colour(/** @type {string | undefined} */ name, /** @type {38 | 48} */ code) {
  if (!name) return [];
  if (!name.startsWith("#")) return [code, 5, name.replace("palette ", "")];
  return [code, 2, ...[1, 3, 5].map((at) => Number.parseInt(name.slice(at, at + 2), 16))];
}
