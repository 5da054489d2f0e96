/** A sign of the terminal, in the picture's units. */
export const CELL = { width: 8.4, height: 18, size: 14, baseline: 13.5 };

/** What a terminal has before a program chooses: text, ground, and the sixteen. */
export const COLOURS = { text: "#e6edf3", background: "#0d1117" };

const SIXTEEN = [
  ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"],
  ["#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f6fc"],
].flat();

export function colourOf(/** @type {string | undefined} */ name, /** @type {string} */ otherwise) {
  if (!name) return otherwise;
  if (name.startsWith("#")) return name;
  return SIXTEEN[Number(name.replace("palette ", ""))] ?? otherwise;
}

export const rounded = (/** @type {number} */ number) => Math.round(number * 1000) / 1000;

export const escaped = (/** @type {string} */ text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
