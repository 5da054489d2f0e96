/** Elements, made without any text becoming HTML. */

/** An element with properties, attributes (`data-x`, `aria-x`, `role`, `for`) and children. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Addresses that a link may lead to; anything else is text. */
export function safeAddress(text) {
  return /^(https?:\/\/|mailto:)/i.test(text) ? text : undefined;
}

export function link(address, ...children) {
  return el("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, ...children);
}
