import { filesBelow } from "../project.js";
import { cell, cut, docBefore, examplesOf, exportsOf, HEADER, prose, readSource } from "./source.js";

/** What becomes of what a tap returns, by tapable class. */
const RESULT = {
  AsyncSeries: "Nothing is expected.",
  AsyncParallel: "Nothing is expected; all taps run at once.",
  Sync: "Nothing is expected.",
  AsyncSeriesWaterfall:
    "It goes to the next tap, and at the end to the host. `undefined` leaves what came in as it is.",
  SyncWaterfall: "It goes to the next tap, and at the end to the host. `undefined` leaves what came in as it is.",
  AsyncSeriesBail: "The first result counts, and no further tap is asked. `undefined` leaves it to the next tap.",
};

/** What a vote becomes: the guard joins it to those before. */
const VOTE = "It is joined to the votes so far: the stricter one counts. `undefined` casts no vote.";

/** What a failure leads to, by the hook's column. */
const FAILURE = {
  report: "It is reported with the plugin's name, and the others go on as if this tap had no opinion.",
  deny: "The call is denied, however often that happens.",
  fail: "The session is not opened. One that is open when plugins change stays with those it had.",
};

/** Hooks in which a tap may ask for `onFail: "deny"`, and what that does. */
const TIGHTENED = {
  preTool: 'With `onFail: "deny"` the call is denied instead.',
  postTool: 'With `onFail: "deny"` the result is withheld from the model instead.',
};

/** The thirteen hooks, from the table in `sdk/hooks.ts`. */
export function hooksPage() {
  const source = readSource("sdk/hooks.ts");
  const declarations = new Map(exportsOf(source).map((one) => [one.name, one]));
  const table = declarations.get("createHooks")?.node.body.body[0].argument.arguments[0].properties;
  const rules = rulesOf(source, declarations.get("HOOKS"));
  const meanings = meaningsOfTypes();
  const hooks = table.map((/** @type {any} */ property) => {
    const { callee, typeArguments, arguments: given } = property.value;
    const [parameters, result] = typeArguments.params;
    return {
      name: property.key.name,
      doc: docBefore(source, property.start),
      kind: callee.name.replace(/Hook$/, ""),
      names: given[0].elements.map((/** @type {any} */ one) => one.value),
      parameters: parameters.elementTypes.map((/** @type {any} */ one) => ({
        name: one.label.name,
        type: cut(source, one.elementType),
      })),
      result: result ? cut(source, result) : undefined,
      ...rules.get(property.key.name),
    };
  });
  return [
    HEADER,
    "# Hooks\n",
    `${prose(declarations.get("createHooks")?.doc ?? "")}\n`,
    "| # | Hook | tapable class | Arguments → result | If a tap fails | Deadline |",
    "|---|---|---|---|---|---|",
    ...hooks.map(
      (/** @type {any} */ hook, /** @type {number} */ index) =>
        `| ${index + 1} | [\`${hook.name}\`](#${hook.name.toLowerCase()}) | ${hook.kind} | (${hook.names.join(", ")})${hook.result ? ` → ${cell(hook.result)}` : ""} | ${hook.onFail} | ${deadline(hook)} |`,
    ),
    "",
    "Taps run in five stages (`first`, `early`, `normal`, `late`, `last`) and, within a stage, in plugin order; `gantry plugins --hooks` prints the order. A plugin that fails three times in a row has its taps off for the session, except for those that deny when they fail. A tap changes nothing that it is given: it returns something else.",
    "",
    "Everything in the examples comes from `gantry/sdk`. [First hook](../guides/first-hook.md) shows whole plugins.",
    "",
    ...hooks.flatMap((/** @type {any} */ hook) => [
      `## ${hook.name}\n`,
      `${prose(hook.doc)}\n`,
      ...hook.parameters.map(
        (/** @type {any} */ one) => `- **\`${one.name}\`**: \`${one.type}\`${meanings.get(one.type) ?? ""}`,
      ),
      `- **Result**: ${resultOf(hook, meanings)}`,
      `- **Deadline**: ${deadlineOf(hook)}`,
      `- **If a tap fails**: ${failureOf(hook)}\n`,
      ...examplesOf(hook.doc).map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`),
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function resultOf(/** @type {any} */ { name, kind, result, parameters }, /** @type {Map<string, string>} */ meanings) {
  const becomes = name === "toolGate" ? VOTE : RESULT[/** @type {keyof typeof RESULT} */ (kind)];
  if (!result) return becomes;
  // A type that an argument has was explained there.
  const isKnown = parameters.some((/** @type {any} */ one) => one.type === result);
  return `\`${result}\`${(!isKnown && meanings.get(result)) || "."} ${becomes}`;
}

function failureOf(/** @type {any} */ { name, onFail }) {
  const tightened = Object.hasOwn(TIGHTENED, name) ? ` ${TIGHTENED[/** @type {keyof typeof TIGHTENED} */ (name)]}` : "";
  return FAILURE[/** @type {keyof typeof FAILURE} */ (onFail)] + tightened;
}

function deadlineOf(/** @type {any} */ { deadlineMs, kind }) {
  if (deadlineMs) return `${deadlineMs / 1000} s for each tap.`;
  return kind.startsWith("Sync") ? "None, since it is synchronous." : "None of its own: it ends with the turn.";
}

/** The first sentence of the doc comment of every type of the sdk, to stand behind the type's name. */
function meaningsOfTypes() {
  const files = filesBelow("sdk").filter((file) => /^sdk\/\w+\.ts$/.test(file));
  return new Map(
    files
      .flatMap((file) => exportsOf(readSource(file)))
      .filter(({ node }) => node.type.startsWith("TS"))
      .map(({ name, doc }) => {
        const [sentence] = /^.*?[.](?=\s|$)/s.exec(prose(doc)) ?? [""];
        return [name, sentence && `. ${cell(sentence)}`];
      }),
  );
}

function rulesOf(/** @type {any} */ source, /** @type {any} */ declaration) {
  const literal = declaration.node.init.arguments[0];
  return new Map(
    literal.properties.map((/** @type {any} */ hook) => [
      hook.key.name,
      Object.fromEntries(
        hook.value.properties.map((/** @type {any} */ rule) => [
          rule.key.name,
          rule.value.type === "Literal" && typeof rule.value.value === "string"
            ? rule.value.value
            : Number(cut(source, rule.value).replaceAll("_", "")),
        ]),
      ),
    ]),
  );
}

function deadline(/** @type {any} */ { deadlineMs, kind }) {
  if (deadlineMs) return `${deadlineMs / 1000} s`;
  return kind.startsWith("Sync") ? "none" : "the turn's";
}
