/** The conversation: items that come, change and go, each an element of its own. */
import { blocks, line, lineText } from "./blocks.js";
import { el } from "./dom.js";
import { markdown } from "./markdown.js";

const STATES = {
  running: "running",
  ok: "done",
  error: "failed",
  denied: "not allowed",
  invalid: "not valid",
  aborted: "cut off",
};

export function createItems(place, onChange) {
  const known = new Map();
  /** Streamed text is put on the page once a frame, however often it comes. */
  const waiting = new Set();

  return {
    all(items) {
      known.clear();
      const made = items.map((item) => {
        const element = elementOf(item);
        known.set(item.id, { item, element });
        return element;
      });
      place.replaceChildren(...(made.length ? made : [el("p", { class: "empty" }, "Nothing has been said yet.")]));
      onChange();
    },
    put(item) {
      const before = known.get(item.id);
      const element = elementOf(item, before?.element);
      if (before) before.element.replaceWith(element);
      else {
        place.querySelector(".empty")?.remove();
        place.append(element);
      }
      known.set(item.id, { item, element });
      onChange();
    },
    more({ id, text }) {
      const one = known.get(id);
      if (!one) return;
      one.item = { ...one.item, text: one.item.text + text };
      if (!waiting.size) requestAnimationFrame(show);
      waiting.add(id);
    },
    gone(ids) {
      for (const id of ids) {
        known.get(id)?.element.remove();
        known.delete(id);
      }
    },
  };

  function show() {
    for (const id of waiting) {
      const one = known.get(id);
      one?.element.querySelector(".text").replaceChildren(...textOf(one.item));
    }
    waiting.clear();
    onChange();
  }
}

function textOf(item) {
  return item.kind === "answer" ? markdown(item.text) : [item.text];
}

function elementOf(item, before) {
  switch (item.kind) {
    case "person":
      return el("article", { class: "item person", "aria-label": "You" }, el("div", { class: "text" }, item.text));
    case "answer":
      return el(
        "article",
        { class: "item answer", "aria-label": "Gantry" },
        el("div", { class: "text" }, ...textOf(item)),
      );
    case "thinking":
      return el(
        "details",
        { class: "item thinking" },
        el("summary", {}, "Thinking"),
        el("div", { class: "text" }, item.text),
      );
    case "reply":
      return el(
        "article",
        { class: "item reply", "aria-label": "Reply" },
        el("pre", { class: "text", tabIndex: 0 }, item.text),
      );
    case "notice":
      return el("p", { class: `item notice ${item.level}` }, item.level === "info" ? "" : `${item.level}: `, item.text);
    default:
      return toolOf(item, before?.querySelector("details")?.open);
  }
}

function toolOf(item, isOpen = false) {
  const head = el(
    "summary",
    {},
    el("span", { class: "name" }, item.tool),
    el("span", { class: "about", title: lineText(item.title) }, ...line(item.title)),
    el("span", { class: "state" }, ...(item.summary ? line(item.summary) : [STATES[item.state] ?? item.state])),
  );
  const details = el("details", { open: isOpen }, head, el("div", { class: "inside" }, ...blocks(item.details)));
  return el(
    "article",
    { class: "item tool", "data-state": item.state, "aria-label": `${item.tool}, ${STATES[item.state] ?? item.state}` },
    details,
    item.body.length ? el("div", { class: "inside shown" }, ...blocks(item.body)) : "",
  );
}
