import { rowMarkup, styles } from "./svg-row.js";
import { CELL, COLOURS, escaped, rounded } from "./svg-style.js";

/** @import { Shot } from "../../e2e/recording/recorder.ts" */

/** @typedef {{ columns: number, rows: number, title: string, description: string }} About */
/** @typedef {{ markup: string, row: number, from: number, to: number }} Shown */

const MARGIN = 18;
const BAR = 34;

/** A recording as one picture that moves: each row is drawn once for as long as it stays, and shown by a rule of CSS. */
export function svgOf(/** @type {readonly Shot[]} */ shots, /** @type {About} */ about) {
  const width = rounded(about.columns * CELL.width + 2 * MARGIN);
  const height = rounded(about.rows * CELL.height + BAR + MARGIN);
  const rows = shownRows(shots, about.rows);
  const { ids, defs } = shared(rows);
  const groups = grouped(rows);
  const starts = startsOf(shots);
  const total = starts[shots.length];
  const share = (/** @type {number} */ shot) => `${rounded((starts[shot] / total) * 100)}%`;
  const rules = groups.flatMap(({ from, to, name }) => (name ? [keyframes(name, from, to)] : []));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" xml:space="preserve">`,
    `<title id="title">${escaped(about.title)}</title>`,
    `<desc id="desc">${escaped(about.description)}</desc>`,
    `<style>${styles()}.i{visibility:hidden;animation:0s step-end infinite;animation-duration:${rounded(total)}s}.z{visibility:visible}`,
    ...rules,
    "@media (prefers-reduced-motion:reduce){.i{animation:none}}</style>",
    `<defs>${defs.map((markup, id) => `<g id="r${id}">${markup}</g>`).join("\n")}</defs>`,
    frame(width, height, about.title),
    `<g transform="translate(${MARGIN},${BAR})">`,
    ...groups.map(groupMarkup),
    "</g></svg>\n",
  ].join("\n");

  function keyframes(/** @type {string} */ name, /** @type {number} */ from, /** @type {number} */ to) {
    const steps = [
      from > 0 ? "0%{visibility:hidden}" : "",
      `${share(from)}{visibility:visible}`,
      to < shots.length ? `${share(to)}{visibility:hidden}` : "",
    ];
    return `.${name}{animation-name:${name}}@keyframes ${name}{${steps.join("")}}`;
  }

  function groupMarkup(/** @type {ReturnType<typeof grouped>[number]} */ { name, to, rows }) {
    const inside = rows.map(({ markup, row }) => {
      const y = rounded(row * CELL.height);
      const id = ids.get(markup);
      return id === undefined
        ? `<g transform="translate(0,${y})">${markup}</g>`
        : `<use href="#r${id}"${y ? ` y="${y}"` : ""}/>`;
    });
    const isLast = to === shots.length;
    return `<g${name ? ` class="i ${name}${isLast ? " z" : ""}"` : ""}>${inside.join("")}</g>`;
  }
}

/** When each shot begins, and when the last one ends. */
function startsOf(/** @type {readonly Shot[]} */ shots) {
  const starts = [0];
  for (const { seconds } of shots) starts.push((starts.at(-1) ?? 0) + seconds);
  return starts;
}

/** Each row with what it shows, from one shot to another. */
function shownRows(/** @type {readonly Shot[]} */ shots, /** @type {number} */ rows) {
  /** @type {Shown[]} */
  const all = [];
  for (let row = 0; row < rows; row++) {
    /** @type {Shown | undefined} */
    let last;
    for (const [at, { screen }] of shots.entries()) {
      const markup = rowMarkup(screen.rows[row] ?? [], screen.cursor?.row === row ? screen.cursor.column : undefined);
      if (last && last.markup === markup) {
        last.to = at + 1;
        continue;
      }
      last = { markup, row, from: at, to: at + 1 };
      if (markup) all.push(last);
    }
  }
  return all;
}

/** What is drawn more than once is drawn by name. */
function shared(/** @type {readonly Shown[]} */ rows) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { markup } of rows) times.set(markup, (times.get(markup) ?? 0) + 1);
  const defs = [...times].filter(([, count]) => count > 1).map(([markup]) => markup);
  return { defs, ids: new Map(defs.map((markup, id) => [markup, id])) };
}

/** Rows that come and go together. One that is always there has no name. */
function grouped(/** @type {readonly Shown[]} */ rows) {
  /** @type {Map<string, { from: number, to: number, name: string, rows: Shown[] }>} */
  const groups = new Map();
  for (const row of [...rows].sort((one, other) => one.from - other.from || one.to - other.to || one.row - other.row)) {
    const key = `${row.from}-${row.to}`;
    const group = groups.get(key) ?? { from: row.from, to: row.to, name: `k${groups.size}`, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function frame(/** @type {number} */ width, /** @type {number} */ height, /** @type {string} */ title) {
  const lights = ["#f0655a", "#e2b341", "#4fb85c"].map(
    (colour, at) => `<circle cx="${22 + at * 19}" cy="17" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<rect x=".5" y=".5" width="${rounded(width - 1)}" height="${rounded(height - 1)}" rx="10" style="shape-rendering:auto" fill="${COLOURS.background}" stroke="#30363d"/>`,
    ...lights,
    `<text x="${rounded(width / 2)}" y="21" text-anchor="middle" class="bar">${escaped(title)}</text>`,
  ].join("");
}
