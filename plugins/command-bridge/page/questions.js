/** Questions that wait for the person: whether a call may run, and forms. */
import { diff } from "./blocks.js";
import { el, link, safeAddress } from "./dom.js";

const LABELS = { once: "Yes, once", session: "Yes, for this session", always: "Yes, always", no: "No" };

export function createQuestions(place, answer, onCount) {
  const shown = new Map();

  return {
    all(questions) {
      shown.clear();
      place.replaceChildren();
      onCount(0);
      for (const question of questions) this.ask(question);
    },
    ask(question) {
      const card = question.kind === "form" ? formOf(question, answer) : permissionOf(question, answer);
      shown.set(question.id, card);
      place.append(card);
      onCount(shown.size);
      card.scrollIntoView?.({ block: "nearest" });
    },
    settled(id) {
      const card = shown.get(id);
      const hadFocus = card?.contains(document.activeElement);
      card?.remove();
      shown.delete(id);
      onCount(shown.size);
      if (hadFocus) document.getElementById("prompt").focus();
    },
  };
}

function card(question, title, fill) {
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const heading = el("h2", { id: `q-${question.id}` }, title);
  const form = el(
    "form",
    { class: "question", noValidate: true, "aria-labelledby": heading.id, "data-id": question.id },
    heading,
    ...fill,
    problem,
  );
  return form;
}

/** Sends the answer; what is wrong with it stays at the question. */
async function give(form, answer, body) {
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  const { problem, fields = {} } = await answer(body);
  for (const button of buttons) button.disabled = false;
  if (problem === undefined) return;
  const shown = form.querySelector(":scope > .problem");
  shown.textContent = problem;
  shown.hidden = false;
  for (const input of form.querySelectorAll("[data-field]")) {
    const said = Object.hasOwn(fields, input.dataset.field) ? fields[input.dataset.field] : "";
    input.querySelector(".problem").textContent = said;
    input.querySelector(".problem").hidden = said === "";
    input.querySelector("input, select").setAttribute("aria-invalid", String(said !== ""));
  }
}

function permissionOf(question, answer) {
  const { title, fields, targets, diff: changes, reason, rule, offers } = question.parts;
  const rows = fields
    .filter(({ isInDiff }) => !isInDiff)
    .flatMap(({ name, lines, isSubject }) => [
      el("dt", {}, name),
      el("dd", { class: isSubject ? "subject" : "" }, el("pre", { tabIndex: 0, "aria-label": name }, lines.join("\n"))),
    ]);
  const why = el("input", {
    type: "text",
    name: "reason",
    placeholder: "What to do instead (optional, with No)",
    autocomplete: "off",
    "aria-label": "What to do instead",
  });
  const form = card(question, title, [
    el("dl", { class: "call" }, ...rows),
    ...targets.map((target) => el("p", { class: "target" }, "Its path leads to: ", el("code", {}, target))),
    changes.length ? diff(changes) : "",
    reason === undefined ? "" : el("p", { class: "why" }, reason),
    rule === undefined ? "" : el("p", { class: "why" }, "Rule: ", el("code", {}, rule)),
    ...widerOf(offers),
    why,
    el(
      "div",
      { class: "answers" },
      ...offers.map((offer, at) =>
        el(
          "button",
          {
            type: "button",
            class: offer.answer === "no" ? "plain" : at === 0 ? "send" : "",
            "data-answer": offer.answer,
            onclick: () =>
              give(form, answer, {
                id: question.id,
                answer: offer.answer,
                ...(offer.answer === "no" && why.value.trim() && { reason: why.value }),
              }),
          },
          LABELS[offer.answer],
        ),
      ),
    ),
  ]);
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

/** What a yes that holds for longer would cover. */
function widerOf(offers) {
  const wider = offers.find(({ rules }) => rules.length);
  if (!wider) return [];
  const file = offers.find((offer) => offer.file)?.file;
  return [
    el(
      "p",
      { class: "why" },
      "For longer: ",
      ...wider.rules.flatMap((rule, at) => [at ? ", " : "", el("code", {}, rule)]),
      wider.covers ? ` (${wider.covers})` : "",
      file ? `; always is written to ${file}` : "",
    ),
  ];
}

function formOf(question, answer) {
  const { kind, from, message, url, fields } = question.form;
  const inputs = kind === "form" ? fields.map((field) => fieldOf(field, `${question.id}-${field.name}`)) : [];
  const form = card(question, from, [
    el("p", { class: "lines" }, message),
    url === undefined ? "" : el("p", { class: "target" }, safeAddress(url) ? link(url, url) : el("code", {}, url)),
    ...inputs.map(({ element }) => element),
    el(
      "div",
      { class: "answers" },
      el(
        "button",
        { type: "submit", class: "send", "data-answer": "once" },
        kind === "form" ? "Send" : kind === "url" ? "It is done" : "Yes",
      ),
      el(
        "button",
        {
          type: "button",
          class: "plain",
          "data-answer": "no",
          onclick: () => give(form, answer, { id: question.id, answer: "no" }),
        },
        "No",
      ),
    ),
  ]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = inputs.map(({ name, value }) => [name, value()]).filter(([, value]) => value !== undefined);
    give(form, answer, {
      id: question.id,
      answer: "once",
      ...(kind === "form" && { values: Object.fromEntries(given) }),
    });
  });
  return form;
}

function fieldOf(field, id) {
  const { name, title = name, description, type, choices = [], isRequired } = field;
  const { input, value } = inputOf(field, id);
  const isGroup = type === "choices";
  const label = el(
    isGroup ? "legend" : "label",
    isGroup ? {} : { for: id },
    title,
    isRequired ? "" : el("span", { class: "dim" }, " (optional)"),
  );
  const help = description ? el("p", { class: "why", id: `${id}-help` }, description) : "";
  if (help && choices.length === 0) input.setAttribute("aria-describedby", help.id);
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const element = el(isGroup ? "fieldset" : "div", { class: "field", "data-field": name }, label, help, input, problem);
  return { name, element, value };
}

const TYPES = { email: "email", uri: "url", date: "date" };

/** The control of a field, and what it holds; `undefined`: nothing. */
function inputOf({ type, format, choices = [], default: usual, isRequired }, id) {
  if (type === "choice") {
    // Nothing is chosen unless the person chooses it.
    const none = isRequired && usual !== undefined ? [] : [el("option", { value: "" }, "")];
    const input = el(
      "select",
      { id },
      ...none,
      ...choices.map(({ value, title }) => el("option", { value, selected: value === usual }, title)),
    );
    return { input, value: () => input.value || undefined };
  }
  if (type === "choices") {
    const boxes = choices.map(({ value, title }) => [
      el("input", { type: "checkbox", value, checked: usual?.includes(value) }),
      title,
    ]);
    const input = el("div", {}, ...boxes.map(([box, title]) => el("label", { class: "check" }, box, " ", title)));
    return { input, value: () => boxes.filter(([box]) => box.checked).map(([box]) => box.value) };
  }
  if (type === "boolean") {
    const input = el("input", { type: "checkbox", id, checked: usual === true });
    return { input, value: () => input.checked };
  }
  const isNumber = type === "number" || type === "integer";
  const input = el("input", {
    id,
    type: isNumber ? "text" : (TYPES[format] ?? "text"),
    inputMode: isNumber ? "decimal" : "text",
    value: usual ?? "",
    autocomplete: "off",
  });
  // What is no number goes as it is, and comes back with what is wrong with it.
  const read = () => (isNumber && Number.isFinite(Number(input.value)) ? Number(input.value) : input.value);
  return { input, value: () => (input.value.trim() === "" ? undefined : read()) };
}
