import { filesBelow } from "../project.js";
import { exportsOf, HEADER, prose, readSource } from "./source.js";

const EXAMPLE = `import { definePlugin, Files } from "gantry/sdk";

export default definePlugin({
  name: "size",
  needs: { files: Files },
  commands: { size: { description: "Say how large a file is.", argumentHint: "<path>" } },
  setup: ({ use, host }) => ({
    commands: { size: async (path) => \`\${(await use.files.stat(\`\${host.cwd}/\${path}\`))?.size ?? "no"} bytes\` },
  }),
});`;

/** Every key that these files make, with the interface of its name. */
function servicesIn(/** @type {string[]} */ files) {
  return files.flatMap((file) => {
    const declarations = exportsOf(readSource(file));
    return declarations
      .filter((one) => one.node.type === "VariableDeclarator" && /^\w+ = createService</.test(one.text))
      .map((key) => ({
        name: key.name,
        id: key.node.init.arguments[0].value,
        contract: declarations.find((one) => one.name === key.name && one.node.type === "TSInterfaceDeclaration"),
      }));
  });
}

/** The services of the sdk, with who provides and who uses each. */
export function servicesPage(/** @type {any} */ { plugins }) {
  const manifests = Object.values(plugins).map((plugin) => plugin.manifest);
  const services = servicesIn(filesBelow("sdk").filter((file) => /^sdk\/[\w-]+\.ts$/.test(file)));
  return [
    HEADER,
    "# Services\n",
    "One thing with one owner. A plugin that needs one says so (`needs: { files: Files }`) and gets it as `use.files`; it never learns who provides it. `needs: { meter: optional(Meter) }` may stay unmet. A need that nobody meets, two owners of one service and needs in a circle are errors at the start.\n",
    "```ts",
    EXAMPLE,
    "```\n",
    "A plugin makes a service of its own with `createService`, in a module that its users import.\n",
    "| Service | Provided by |",
    "|---|---|",
    ...services.map(
      ({ name, id }) =>
        `| [\`${name}\`](#${name.toLowerCase()}) | ${names(manifests, "provides", id) || "the kernel"} |`,
    ),
    "",
    ...services.flatMap(({ name, id, contract }) => [
      `## ${name}\n`,
      `${prose(contract?.doc ?? "")}\n`,
      `Provided by ${names(manifests, "provides", id) || "the kernel"}. Used by ${names(manifests, "needs", id) || "no built-in plugin yet"}.\n`,
      "```text",
      contract?.text ?? "",
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
