import { cell, HEADER } from "./source.js";

/** What the sources read from the environment; those that every program reads (`PATH`, `HOME`, `TERM`) left out. */
const ENVIRONMENT = {
  GANTRY_HOME: "where Gantry keeps its own state, in place of `~/.gantry`",
  GANTRY_TRUST: "`1` trusts the folder in this run, as `--trust` does",
  CLAUDE_CONFIG_DIR: "where the person's settings are, in place of `~/.claude`",
  ANTHROPIC_API_KEY: "the key for Claude models",
  ANTHROPIC_AUTH_TOKEN: "a bearer token in place of the key",
  ANTHROPIC_BASE_URL: "another address of the Messages API",
  ANTHROPIC_CUSTOM_HEADERS: "further headers of its requests, `Name: value`, one a line",
  OPENAI_BASE_URL: "the endpoint for `provider-openai`, such as `http://127.0.0.1:8000/v1`",
  OPENAI_API_KEY: "its key; alone it means OpenAI itself",
  OPENAI_MODEL: "its model when none is named",
  HTTPS_PROXY: "the proxy for https; so `HTTP_PROXY`, `NO_PROXY`, and each in lower case, which wins",
  NODE_EXTRA_CA_CERTS: "a file of further certificates; Node reads it",
  NO_COLOR: "anything: no colours",
  IS_SANDBOX: "`1` lets root skip permissions, for containers",
  CLAUDE_CODE_MAX_TOOL_USE_CONCURRENCY: "how many tool calls run at the same time; default 10",
  CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS: "the most tokens that Read shows of a file",
  CLAUDE_CODE_GLOB_NO_IGNORE: "`false` makes Glob leave out what ignore files name",
  CLAUDE_ENV_FILE: "a script that is run before each command of Bash",
  CLAUDE_CODE_STOP_HOOK_BLOCK_CAP: "how often Stop hooks may make one turn go on; default 8, at most 10",
  CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "how long SessionEnd hooks may take together; default 1500",
  BASH_DEFAULT_TIMEOUT_MS: "before `tool-bash.defaultTimeoutMs`",
  BASH_MAX_TIMEOUT_MS: "before `tool-bash.maxTimeoutMs`",
  BASH_MAX_OUTPUT_LENGTH: "before `tool-bash.shownCharacters`; at most 150000",
};

/** The configuration: its own keys, and one object per plugin. */
export function configPage(/** @type {any} */ { plugins, presets }) {
  const withConfig = Object.values(plugins)
    .map((plugin) => plugin.manifest)
    .filter((manifest) => manifest.config);
  return [
    HEADER,
    "# Configuration\n",
    "Which plugins there are and what options they have. What a plugin leaves unsaid is its default; `gantry config` lists every key with its value and where it was set, `gantry config --why KEY` every layer's value.\n",
    "The nearest layer that says something counts, objects key by key:\n",
    "1. flags of the command line ([flags](flags.md)),",
    "2. the project's file: `gantry.config.{ts,mts,js,mjs,cjs,json,yaml,yml}`, `.gantryrc`, `.gantryrc.{json,yaml,yml,ts,js}` or the key `gantry` of `package.json`, in the nearest folder upward that has one (never the home folder). It counts once the folder is trusted,",
    "3. the person's file: `~/.gantry/config.{ts,js,mjs,json,yaml,yml}`,",
    "4. the preset `default`.\n",
    "Besides, each file and folder in the project's `.gantry/plugins/` (once it is trusted) and in `~/.gantry/plugins/` is a plugin without being named.\n",
    "| Key | Takes |",
    "|---|---|",
    `| \`preset\` | the plugins to begin with, by the name of a list: ${Object.keys(presets)
      .map((name) => `\`${name}\``)
      .join(", ")} |`,
    "| `plugins` | a list of further plugins, by built-in name, by path (`./my-plugin.ts`) or by package name; `-name` leaves one out |",
    "| a plugin's name | its options, as below |\n",
    "An unknown key is an error that names the nearest known one.\n",
    "What may be done (`permissions`), the model and other settings stand in `settings.json`, in five layers: managed, command line (`--settings`), `.claude/settings.local.json`, `.claude/settings.json`, `~/.claude/settings.json`. The nearest value counts, lists are joined, and a denial of any layer holds. Of a folder that is not trusted only what forbids counts. `gantry config --why permissions.allow` names the layers.\n",
    ...withConfig.flatMap((manifest) => [
      `## ${manifest.name}\n`,
      ...(manifest.description ? [`${manifest.description}\n`] : []),
      "| Key | Type | Default | Meaning |",
      "|---|---|---|---|",
      ...rows(schemaOf(manifest)),
      "",
    ]),
    "## Presets\n",
    ...Object.entries(presets).map(([name, preset]) => `- \`${name}\`: ${preset.plugins.join(", ")}`),
    "",
    "## Environment\n",
    "| Variable | Meaning |",
    "|---|---|",
    ...Object.entries(ENVIRONMENT).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
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

function schemaOf(/** @type {any} */ { config }) {
  const schema = typeof config === "function" ? config() : config;
  // The schema's own library gives the JSON Schema, so that this page needs no second copy of it.
  return schema.toJSONSchema({ io: "input", unrepresentable: "any" });
}
