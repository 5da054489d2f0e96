/** Markdown as elements: what answers are written in, and no more. Everything that is not understood stays text. */
import { el, link, safeAddress } from "./dom.js";

const FENCE = /^ {0,3}(```+|~~~+)\s*([\w+#.-]*)[^`]*$/;
const BULLET = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const ROW = /^\s*\|(.*)\|\s*$/;

export function markdown(text) {
  const lines = text.split("\n");
  const blocks = [];
  let at = 0;
  while (at < lines.length) at = takeBlock(lines, at, blocks);
  return blocks;
}

/** Takes one block that begins at a line; returns where the next begins. */
function takeBlock(lines, at, blocks) {
  const line = lines[at];
  if (line.trim() === "") return at + 1;
  const fence = FENCE.exec(line);
  if (fence) return takeFence(lines, at, fence, blocks);
  const heading = HEADING.exec(line);
  if (heading) {
    // The page has an h1 of its own.
    blocks.push(el(`h${Math.min(6, heading[1].length + 1)}`, {}, inline(heading[2])));
    return at + 1;
  }
  if (RULE.test(line)) {
    blocks.push(el("hr"));
    return at + 1;
  }
  if (BULLET.test(line)) return takeList(lines, at, blocks);
  if (QUOTE.test(line)) return takeQuote(lines, at, blocks);
  if (ROW.test(line) && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[at + 1] ?? "")) return takeTable(lines, at, blocks);
  return takeParagraph(lines, at, blocks);
}

function takeFence(lines, at, [, mark, language], blocks) {
  const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(mark) && /^[`~\s]+$/.test(line));
  const last = end < 0 ? lines.length : end;
  blocks.push(codeBlock(lines.slice(at + 1, last).join("\n"), language));
  return last + 1;
}

export function codeBlock(text, language) {
  const code = el("pre", { tabIndex: 0, "aria-label": language ? `Code, ${language}` : "Code" }, el("code", {}, text));
  return el(
    "div",
    { class: "code" },
    language ? el("span", { class: "language", "aria-hidden": "true" }, language) : "",
    code,
  );
}

function takeQuote(lines, at, blocks) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => QUOTE.exec(line)[1]);
  blocks.push(el("blockquote", {}, ...markdown(inner.join("\n"))));
  return end;
}

function takeList(lines, at, blocks) {
  const [, indent, mark] = BULLET.exec(lines[at]);
  const isOrdered = /\d/.test(mark);
  const list = el(isOrdered ? "ol" : "ul", isOrdered && mark !== "1." ? { start: Number.parseInt(mark, 10) } : {});
  let end = at;
  let item;
  while (end < lines.length) {
    const bullet = BULLET.exec(lines[end]);
    if (bullet && bullet[1].length <= indent.length) {
      if (bullet[1].length < indent.length || /\d/.test(bullet[2]) !== isOrdered) break;
      item = [bullet[3]];
      const own = item;
      end += 1;
      while (end < lines.length && isInside(lines, end, indent.length)) {
        own.push(lines[end].slice(Math.min(indent.length + 2, lines[end].search(/\S|$/))));
        end += 1;
      }
      list.append(listItem(own.join("\n").trimEnd()));
    } else break;
  }
  blocks.push(list);
  return end;
}

/** Whether a line goes on with the item before it: it is indented further, or empty with such a line behind. */
function isInside(lines, at, indent) {
  if (lines[at].trim() === "")
    return at + 1 < lines.length && /^\s/.test(lines[at + 1]) && isInside(lines, at + 1, indent);
  return lines[at].search(/\S/) > indent;
}

function listItem(text) {
  const task = /^\[([ xX])\]\s+(.*)$/s.exec(text);
  const children = markdown(task ? task[2] : text);
  // A single paragraph needs no paragraph of its own.
  if (children[0]?.tagName === "P") children.splice(0, 1, ...children[0].childNodes);
  const box = task && el("input", { type: "checkbox", checked: task[1] !== " ", disabled: true, "aria-label": "done" });
  return el("li", task ? { class: "task" } : {}, box, ...children);
}

function takeTable(lines, at, blocks) {
  let end = at + 2;
  while (end < lines.length && ROW.test(lines[end])) end += 1;
  const cells = (line) =>
    ROW.exec(line)[1]
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell.trim().replaceAll("\\|", "|")));
  const head = el("tr", {}, ...cells(lines[at]).map((cell) => el("th", { scope: "col" }, cell)));
  const rows = lines.slice(at + 2, end).map((line) => el("tr", {}, ...cells(line).map((cell) => el("td", {}, cell))));
  blocks.push(wideTable(el("thead", {}, head), el("tbody", {}, ...rows)));
  return end;
}

export function wideTable(...parts) {
  return el("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": "Table" }, el("table", {}, ...parts));
}

function takeParagraph(lines, at, blocks) {
  let end = at + 1;
  const starts = [FENCE, HEADING, BULLET, QUOTE, RULE];
  while (end < lines.length && lines[end].trim() !== "" && !starts.some((start) => start.test(lines[end]))) end += 1;
  blocks.push(el("p", {}, inline(lines.slice(at, end).join("\n"))));
  return end;
}

const INLINE =
  /(`+)([\s\S]+?)\1(?!`)|\*\*(?=\S)([\s\S]+?)\*\*|(?<![\w*])[*_](?=\S)([^*_]+?)[*_](?![\w*])|~~(?=\S)([\s\S]+?)~~|\[([^\]\n]+)\]\(\s*<?([^\s)>]+)>?[^)]*\)|(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?])/g;

/** Signs within a line. */
export function inline(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, , code, strong, weak, gone, label, address, bare] = found;
    parts.push(text.slice(last, found.index));
    last = found.index + whole.length;
    if (code !== undefined) parts.push(el("code", {}, code));
    else if (strong !== undefined) parts.push(el("strong", {}, inline(strong)));
    else if (weak !== undefined) parts.push(el("em", {}, inline(weak)));
    else if (gone !== undefined) parts.push(el("del", {}, inline(gone)));
    else if (bare !== undefined) parts.push(link(bare, bare));
    // Where a link leads is always seen, since its text may say something else.
    else if (safeAddress(address)) parts.push(link(address, label), address === label ? "" : ` (${hostOf(address)})`);
    else parts.push(whole);
  }
  parts.push(text.slice(last));
  const fragment = document.createDocumentFragment();
  fragment.append(...parts.filter((part) => part !== ""));
  return fragment;
}

function hostOf(address) {
  try {
    return new URL(address).host || address;
  } catch {
    return address;
  }
}
