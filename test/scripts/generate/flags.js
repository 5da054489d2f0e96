import { cell, HEADER, readSource } from "./source.js";

/** The flags and subcommands of the program that plugins own; slash commands have a page of their own. */
export function flagsPage(/** @type {any} */ { plugins }) {
  const manifests = Object.values(plugins).map((plugin) => plugin.manifest);
  return [
    HEADER,
    "# Flags\n",
    "`gantry [flags] [prompt]`, or `gantry SUBCOMMAND [flags]` with the subcommand first. `gantry --help` lists the flags of the plugins that are loaded. A flag that takes several values (`<tools...>`) takes every word up to the next flag: put the prompt before it.\n",
    "| Flag | Owner | Meaning | Goes to |",
    "|---|---|---|---|",
    ...kernelFlags().map(([flags, description]) => `| \`${flags}\` | the kernel | ${cell(description)} | |`),
    ...manifests.flatMap((manifest) =>
      Object.entries(manifest.flags ?? {}).map(
        ([name, flag]) =>
          `| \`${flag.short ? `-${flag.short}, ` : ""}--${name}${flag.value ? ` ${flag.value}` : ""}\` | \`${manifest.name}\` | ${cell(meaning(flag))} | ${cell(target(manifest, flag.to))} |`,
      ),
    ),
    "",
    "## Subcommands\n",
    "| Subcommand | Owner | Meaning | Its flags |",
    "|---|---|---|---|",
    ...manifests.flatMap((manifest) =>
      Object.entries(manifest.subcommands ?? {}).map(
        ([name, one]) =>
          `| \`gantry ${name}${one.usage ? ` ${one.usage}` : ""}\` | \`${manifest.name}\` | ${cell(one.description)} | ${subflags(one)} |`,
      ),
    ),
    "",
    "## Exit codes\n",
    "| Code | Means |",
    "|---|---|",
    "| 0 | the turn was completed, or the conversation was left |",
    "| 1 | an error: what it was stands on standard error or in the result |",
    "| 129, 130, 143 | ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM |",
    "| 141 | whoever read the output, or the terminal, is gone |",
    "",
  ].join("\n");
}

function meaning(/** @type {any} */ flag) {
  return flag.choices ? `${flag.description} (${flag.choices.join(", ")})` : flag.description;
}

function subflags(/** @type {any} */ { flags = {} }) {
  return Object.entries(flags)
    .map(([name, flag]) => `\`--${name}${flag.value ? ` ${flag.value}` : ""}\`: ${cell(flag.description)}`)
    .join("; ");
}

function target(/** @type {any} */ manifest, /** @type {any} */ to) {
  if (to.config) return `configuration \`${manifest.name}.${to.config}\``;
  if (to.setting) return `setting \`${to.setting}\``;
  return `frontend \`${to.frontend}\``;
}

/**
 * The list `OWN` of `core/arguments.ts`.
 * @returns {[string, string][]}
 */
function kernelFlags() {
  const own = readSource("core/arguments.ts")
    .program.body.flatMap((/** @type {any} */ node) => node.declarations ?? [])
    .find((/** @type {any} */ one) => one.id.name === "OWN");
  return own.init.elements.map((/** @type {any} */ pair) => pair.elements.map((/** @type {any} */ one) => one.value));
}
