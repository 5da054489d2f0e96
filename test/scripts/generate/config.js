import { cell, HEADER } from "./source.js";

/** The configuration: its own keys, and one object per plugin. */
export function configPage(/** @type {any} */ { plugins, presets }) {
  const withConfig = Object.values(plugins)
    .map((plugin) => plugin.manifest)
    .filter((manifest) => manifest.config);
  return [
    HEADER,
    "# Configuration\n",
    "Read from `gantry.config.{ts,js,json,yaml}`, `.gantryrc*` or `package.json#gantry` in the project, once it is trusted, and from `~/.gantry/config.*`. Nearest wins.\n",
    "| Key | Takes |",
    "|---|---|",
    `| \`preset\` | a list of plugins to begin with: ${Object.keys(presets)
      .map((name) => `\`${name}\``)
      .join(", ")} |`,
    "| `plugins` | further plugins, by built-in name, by path (`./my-plugin.ts`) or by package name; `-name` leaves one out |",
    "| a plugin's name | its options, as below |\n",
    ...withConfig.flatMap((manifest) => [
      `## ${manifest.name}\n`,
      ...(manifest.description ? [`${manifest.description}\n`] : []),
      "| Key | Type | Default | Meaning |",
      "|---|---|---|---|",
      ...rows(schemaOf(manifest.config)),
      "",
    ]),
    "## Presets\n",
    ...Object.entries(presets).map(([name, preset]) => `- \`${name}\`: ${preset.plugins.join(", ")}`),
    "",
  ].join("\n");
}

/** @returns {string[]} */
function rows(/** @type {any} */ schema, prefix = "") {
  return Object.entries(schema.properties ?? {}).flatMap(([key, /** @type {any} */ property]) => {
    const nested = property.type === "object" && property.properties ? rows(property, `${prefix}${key}.`) : [];
    const fallback = property.default === undefined || nested.length ? "" : `\`${JSON.stringify(property.default)}\``;
    return [
      `| \`${prefix}${key}\` | ${cell(typeOf(property))} | ${cell(fallback)} | ${cell(property.description ?? "")} |`,
      ...nested,
    ];
  });
}

/** @returns {string} */
function typeOf(/** @type {any} */ schema) {
  if (schema.enum) return schema.enum.map((/** @type {any} */ one) => `\`${JSON.stringify(one)}\``).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object" && !schema.properties) {
    return `record of ${typeOf(schema.additionalProperties)}`;
  }
  return schema.type ?? "anything";
}

function schemaOf(/** @type {any} */ config) {
  // The schema's own library gives the JSON Schema, so that this page needs no second copy of it.
  return config.toJSONSchema({ io: "input", unrepresentable: "any" });
}
