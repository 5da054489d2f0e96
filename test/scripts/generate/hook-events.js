import { cell, HEADER } from "./source.js";

const FOLDER = "schemas/hooks";

/** What exit code 2 does, as `events.ts` says it. */
const EXIT_TWO = {
  block: "blocks",
  model: "stderr goes to the model",
  person: "stderr is shown to the person",
  nothing: "nothing",
};

/** The page that lists every hook event, and the JSON Schemas of what a script reads and prints, by file below docs/reference. */
export function hookEventFiles(
  /** @type {{ EVENTS: Record<string, any> }} */ { EVENTS },
  /** @type {(event: string) => any} */ inputSchema,
  /** @type {(event: string) => any} */ outputSchema,
) {
  const names = Object.keys(EVENTS);
  const schemas = names.flatMap((event) => [
    [`${FOLDER}/${event}.input.schema.json`, json(event, "what a hook reads", inputSchema(event))],
    [`${FOLDER}/${event}.output.schema.json`, json(event, "what a hook may print", outputSchema(event))],
  ]);
  return Object.fromEntries([["hook-events.md", page(EVENTS, inputSchema, outputSchema)], ...schemas]);
}

function page(
  /** @type {Record<string, any>} */ events,
  /** @type {(event: string) => any} */ inputSchema,
  /** @type {(event: string) => any} */ outputSchema,
) {
  const common = namesInAll(Object.keys(events).map((event) => propertiesOf(inputSchema(event))));
  return [
    HEADER,
    "# Hook events\n",
    "What a hook script may be written for. How they are written, matched and merged: [hook scripts](../guides/hook-script.md).\n",
    `Every script reads one JSON object with ${common.map((name) => `\`${name}\``).join(", ")}, and the fields of its event. It may print one JSON object: \`continue\`, \`stopReason\`, \`systemMessage\`, \`decision\` ("approve" or "block"), \`reason\`, and \`hookSpecificOutput\` with \`hookEventName\` and the fields of its event. The schemas say it exactly.\n`,
    "A **gate** denies when its hook fails. Events marked *waiting* are known, and no plugin here has their moment yet: hooks for them are accepted and do not run.\n",
    "| Event | Matcher | Reads | May answer | Exit 2 | |",
    "|---|---|---|---|---|---|",
    ...Object.entries(events).map(([event, rules]) => {
      const reads = Object.keys(propertiesOf(inputSchema(event))).filter((name) => !common.includes(name));
      const answers = Object.keys(propertiesOf(propertiesOf(outputSchema(event)).hookSpecificOutput)).filter(
        (name) => name !== "hookEventName",
      );
      const marks = [rules.isGate && "gate", !rules.isFired && "*waiting*"].filter(Boolean).join(", ");
      const schemas = `[in](${FOLDER}/${event}.input.schema.json), [out](${FOLDER}/${event}.output.schema.json)`;
      return `| **${event}** (${schemas}) | ${cell(rules.matches ?? "none")} | ${list(reads)} | ${list(answers)} | ${EXIT_TWO[/** @type {keyof typeof EXIT_TWO} */ (rules.exitTwo)]} | ${marks} |`;
    }),
    "",
  ].join("\n");
}

function json(/** @type {string} */ event, /** @type {string} */ what, /** @type {any} */ schema) {
  const { $schema, ...rest } = asJsonSchema(schema);
  return `${JSON.stringify({ $schema, title: `${event}: ${what}`, ...rest }, null, 2)}\n`;
}

function asJsonSchema(/** @type {any} */ schema) {
  return schema.toJSONSchema({ io: "input", unrepresentable: "any" });
}

/** @returns {Record<string, any>} */
function propertiesOf(/** @type {any} */ schema) {
  if (!schema) return {};
  return schema.properties ?? asJsonSchema(schema).properties ?? {};
}

/** The names that all of them have. */
function namesInAll(/** @type {Record<string, any>[]} */ all) {
  const [first = {}, ...others] = all;
  return Object.keys(first).filter((name) => others.every((one) => name in one));
}

function list(/** @type {string[]} */ names) {
  return names.map((name) => `\`${name}\``).join(", ");
}
