import { cell, HEADER } from "./source.js";

/** The settings that `/config` knows. */
export function settingsPage(/** @type {any[]} */ known) {
  const groups = [...new Set(known.map(({ group }) => group))];
  return [
    HEADER,
    "# Settings of one value\n",
    "What `/config` shows and changes, in `settings.json` ([the guide](../guides/settings.md) tells of layers, rules and lists).\n",
    ...groups.flatMap((group) => [
      `## ${group}\n`,
      "| Key | Takes | Default | Meaning |",
      "|---|---|---|---|",
      ...known.filter((one) => one.group === group).map(row),
      "",
    ]),
  ].join("\n");
}

function row(/** @type {any} */ { path, takes, fallback, description }) {
  const type = Array.isArray(takes) ? takes.map((/** @type {string} */ word) => `\`"${word}"\``).join(" or ") : takes;
  const usual = fallback === undefined ? "" : `\`${JSON.stringify(fallback)}\``;
  return `| \`${path}\` | ${cell(type)} | ${usual} | ${cell(description)} |`;
}
