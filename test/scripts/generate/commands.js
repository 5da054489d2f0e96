import { cell, HEADER } from "./source.js";

/** The headings in the order in which `/help` has them; all others follow. */
const GROUPS = ["Session", "Model", "Context", "Permissions", "Project", "Extend", "Terminal", "Insight", "Help"];

/** Every slash command that a built-in plugin brings. */
export function commandsPage(/** @type {any} */ { plugins }) {
  const all = Object.values(plugins).flatMap(({ manifest }) =>
    Object.entries(manifest.commands ?? {}).map(([name, /** @type {any} */ command]) => ({
      ...command,
      name,
      plugin: manifest.name,
      group: command.group ?? manifest.name,
    })),
  );
  const shown = all.filter(({ isHidden }) => !isHidden);
  const groups = [...new Set(shown.map(({ group }) => group))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const hidden = all.filter(({ isHidden }) => isHidden);
  return [
    HEADER,
    "# Slash commands\n",
    `A line that begins with \`/\` and a name runs a command; what stands behind the name is for it. \`/help\` lists those that there are, \`/help NAME\` says what one does. There are ${shown.length} of Gantry's own; plugins, files and servers may add more ([a first tool](../guides/first-tool.md), [MCP](../guides/mcp.md)). Each answers where there is no screen, too: \`gantry -p '/status'\`.\n`,
    ...groups.flatMap((group) =>
      section(
        group,
        shown.filter((one) => one.group === group),
      ),
    ),
    ...(hidden.length ? section("Not listed by /help", hidden) : []),
  ].join("\n");
}

function rank(/** @type {string} */ group) {
  const at = GROUPS.indexOf(group);
  return at < 0 ? GROUPS.length : at;
}

/** @returns {string[]} */
function section(/** @type {string} */ title, /** @type {any[]} */ commands) {
  return [
    `## ${title}\n`,
    "| Command | Meaning | Plugin |",
    "|---|---|---|",
    ...commands
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((one) => `| ${usage(one)} | ${cell(meaning(one))} | \`${one.plugin}\` |`),
    "",
  ];
}

function usage(/** @type {any} */ { name, argumentHint, aliases = [] }) {
  const also = aliases.length
    ? `; also ${aliases.map((/** @type {string} */ alias) => `\`/${alias}\``).join(", ")}`
    : "";
  return `\`/${name}${argumentHint ? ` ${argumentHint.replaceAll("|", "\\|")}` : ""}\`${also}`;
}

function meaning(/** @type {any} */ { description, help }) {
  const [said = "", ...examples] = (help ?? "").split("\n");
  const isExample = said.startsWith("/");
  const shown = (isExample ? [said, ...examples] : examples)
    .map((/** @type {string} */ one) => `\`${one}\``)
    .join(", ");
  return [`${description}.`, isExample ? "" : said, shown && `Such as ${shown}.`].filter(Boolean).join(" ");
}
