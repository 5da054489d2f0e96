import { cell, cut, docBefore, exportsOf, HEADER, prose, readSource } from "./source.js";

/** The thirteen hooks, from the table in `sdk/hooks.ts`. */
export function hooksPage() {
  const source = readSource("sdk/hooks.ts");
  const declarations = new Map(exportsOf(source).map((one) => [one.name, one]));
  const table = declarations.get("createHooks")?.node.body.body[0].argument.arguments[0].properties;
  const rules = rulesOf(source, declarations.get("HOOKS"));
  const hooks = table.map((/** @type {any} */ property) => {
    const { callee, typeArguments, arguments: given } = property.value;
    const [parameters, result] = typeArguments.params;
    return {
      name: property.key.name,
      doc: docBefore(source, property.start),
      kind: callee.name.replace(/Hook$/, ""),
      names: given[0].elements.map((/** @type {any} */ one) => one.value),
      parameters: cut(source, parameters)
        .replace(/\s+/g, " ")
        .replace(/^\[ ?|,? ?\]$/g, ""),
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
        `| ${index + 1} | [\`${hook.name}\`](#${hook.name.toLowerCase()}) | ${hook.kind} | (${hook.names.join(", ")})${hook.result ? ` → ${cell(hook.result)}` : ""} | ${hook.onFail} | ${deadline(hook.deadlineMs)} |`,
    ),
    "",
    "A tap that fails is reported and the others go on (`report`), denies the call (`deny`), or fails the start of the session (`fail`).",
    "",
    ...hooks.flatMap((/** @type {any} */ hook) => [
      `## ${hook.name}\n`,
      `${prose(hook.doc)}\n`,
      "```text",
      `(${hook.parameters}) => ${hook.result ? `${hook.result} | undefined` : "void"}`,
      "```\n",
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
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

function deadline(/** @type {number} */ ms) {
  return ms === 0 ? "the turn's" : `${ms / 1000} s`;
}
