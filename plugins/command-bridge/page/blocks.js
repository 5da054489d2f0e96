/** Neutral blocks, as plugins give them for every screen, as elements. */
import { el, link, safeAddress } from "./dom.js";
import { codeBlock, markdown, wideTable } from "./markdown.js";

export function line(given) {
  const pieces = typeof given === "string" ? [given] : given;
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const text =
      piece.tone && piece.tone !== "plain" ? el("span", { class: `tone-${piece.tone}` }, piece.text) : piece.text;
    return piece.link && safeAddress(piece.link) ? link(piece.link, text) : text;
  });
}

export function lineText(given) {
  return typeof given === "string"
    ? given
    : given.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
}

export function blocks(given) {
  return given.flatMap((one) => (Object.hasOwn(MADE, one.type) ? MADE[one.type](one) : []));
}

const MADE = {
  text: ({ lines }) =>
    el("p", { class: "lines" }, ...lines.flatMap((one, at) => (at ? ["\n", ...line(one)] : line(one)))),
  markdown: ({ text }) => markdown(text),
  code: ({ text, language }) => codeBlock(text, language),
  diff: ({ path, lines }) => diff(lines, path),
  table: ({ head, rows }) =>
    wideTable(
      head ? el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, ...line(cell))))) : "",
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, ...line(cell)))))),
    ),
  fields: ({ fields }) =>
    el("dl", {}, ...fields.flatMap(({ name, value }) => [el("dt", {}, name), el("dd", {}, ...line(value))])),
  list: ({ items }) =>
    el(
      "ul",
      {},
      ...items.map(({ line: one, isDone }) =>
        el("li", {}, isDone === undefined ? "" : isDone ? "☑ " : "☐ ", ...line(one)),
      ),
    ),
  bars: ({ bars, max = Math.max(0, ...bars.map(({ value }) => value)) }) =>
    el(
      "dl",
      { class: "bars" },
      ...bars.flatMap(({ label, value, note }) => [
        el("dt", {}, label),
        el("dd", {}, el("progress", { max: max || 1, value: Math.max(0, value), "aria-label": label }), note ?? ""),
      ]),
    ),
  spark: ({ label, values }) => el("p", {}, `${label}: ${values.join(", ")}`),
  fold: ({ summary, blocks: inner }) => el("details", {}, el("summary", {}, ...line(summary)), ...blocks(inner)),
};

const KINDS = { "+": "added", "-": "removed", "@": "place" };

/** Each line keeps its sign, so that no meaning hangs on a colour alone. */
export function diff(lines, path) {
  const rows = lines.map((one) => el("span", { class: `row ${KINDS[one[0]] ?? ""}` }, `${one}\n`));
  const pre = el("pre", { tabIndex: 0, class: "diff", "aria-label": path ? `Changes of ${path}` : "Changes" }, ...rows);
  return path ? el("figure", {}, el("figcaption", {}, path), pre) : pre;
}
