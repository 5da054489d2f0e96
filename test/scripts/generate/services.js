import { exportsOf, HEADER, prose, readSource } from "./source.js";

/** The services of the sdk, with who provides and who uses each. */
export function servicesPage(/** @type {any} */ { plugins }) {
  const manifests = Object.values(plugins).map((plugin) => plugin.manifest);
  const services = ["sdk/services.ts", "sdk/host.ts"].flatMap((file) => {
    const declarations = exportsOf(readSource(file));
    return declarations
      .filter((one) => one.node.type === "VariableDeclarator" && /^\w+ = createService</.test(one.text))
      .map((key) => ({
        name: key.name,
        id: key.node.init.arguments[0].value,
        contract: declarations.find((one) => one.name === key.name && one.node.type === "TSInterfaceDeclaration"),
      }));
  });
  return [
    HEADER,
    "# Services\n",
    "One thing with one owner. A plugin that needs one says so (`needs: { files: Files }`) and gets it as `use.files`; it never learns who provides it.\n",
    ...services.flatMap(({ name, id, contract }) => [
      `## ${name}\n`,
      `${prose(contract?.doc ?? "")}\n`,
      `Provided by ${names(manifests, "provides", id) || (name === "Inspector" ? "the kernel" : "no built-in plugin yet")}. Used by ${names(manifests, "needs", id) || "no built-in plugin yet"}.\n`,
      "```text",
      (contract?.text ?? "").replace(/^interface/, "interface"),
      "```\n",
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function names(/** @type {any[]} */ manifests, /** @type {"provides" | "needs"} */ side, /** @type {string} */ id) {
  return manifests
    .filter((manifest) => Object.values(manifest[side] ?? {}).some((key) => key.id === id))
    .map((manifest) => `\`${manifest.name}\``)
    .join(", ");
}
