import { CELL, COLOURS, colourOf, escaped, rounded } from "./svg-style.js";

/** @import { Look, Run } from "../../e2e/recording/screen.ts" */

const FONT = 'ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace';

export function styles() {
  return [
    `svg{font:${CELL.size}px ${FONT};fill:${COLOURS.text}}text{white-space:pre}rect{shape-rendering:crispEdges}`,
    ".b{font-weight:700}.t{font-style:italic}.u{text-decoration:underline}.d{opacity:.6}",
    ".bar{font-size:12px;fill:#8b949e}",
  ].join("");
}

/** A row of the terminal from the top of its own: grounds, rules, and text at exact places whatever the font. */
export function rowMarkup(/** @type {readonly Run[]} */ row, /** @type {number | undefined} */ cursor) {
  let column = 0;
  const grounds = [];
  const signs = [];
  for (const run of row) {
    const { text, ground } = coloursOf(run.look);
    if (ground) grounds.push(rect(column, run.columns, ground));
    signs.push(...pieces(run.text).map(({ at, part }) => sign(column + at, part, text, run.look)));
    column += run.columns;
  }
  if (cursor !== undefined) grounds.push(rect(cursor, 1, "#8b949e"));
  return grounds.join("") + signs.join("");
}

function coloursOf(/** @type {Look} */ look) {
  const text = colourOf(look.color, COLOURS.text);
  const ground = colourOf(look.background, "");
  return look.isInverse ? { text: ground || COLOURS.background, ground: text } : { text, ground };
}

/** Lines of a frame apart from words: they are drawn, since fonts leave gaps between them. Blanks take no part. */
function pieces(/** @type {string} */ text) {
  return [...text.matchAll(/─+|[│⎿]|[^─│⎿\s](?:[^─│⎿]*[^─│⎿\s])?/g)].map(({ 0: part, index }) => ({ part, at: index }));
}

function sign(
  /** @type {number} */ column,
  /** @type {string} */ text,
  /** @type {string} */ colour,
  /** @type {Look} */ look,
) {
  const x = rounded(column * CELL.width);
  const length = rounded(text.length * CELL.width);
  if (text[0] === "─") return `<path d="M${x} 9.5h${length}" stroke="${colour}"/>`;
  if (text[0] === "│") return `<path d="M${rounded(x + CELL.width / 2)} 0v${CELL.height}" stroke="${colour}"/>`;
  if (text === "⎿") return `<path d="M${rounded(x + 2)} 2v10h6" fill="none" stroke="${colour}"/>`;
  const classes = [look.isBold && "b", look.isItalic && "t", look.isUnderlined && "u", look.isDim && "d"].filter(
    Boolean,
  );
  return [
    `<text x="${x}" y="${CELL.baseline}"`,
    text.length > 1 ? ` textLength="${length}"` : "",
    colour === COLOURS.text ? "" : ` fill="${colour}"`,
    classes.length ? ` class="${classes.join(" ")}"` : "",
    `>${escaped(text)}</text>`,
  ].join("");
}

const rect = (/** @type {number} */ column, /** @type {number} */ columns, /** @type {string} */ colour) =>
  `<rect x="${rounded(column * CELL.width)}" width="${rounded(columns * CELL.width)}" height="${CELL.height}" fill="${colour}"/>`;
