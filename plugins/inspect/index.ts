import { definePlugin, Exec, Inspector, later, lazy, manifest, optional, Sandbox, Settings } from "gantry/sdk";

const json = { description: "write JSON" };

export const inspect = manifest({
  name: "inspect",
  description: "Shows what is loaded, where each value comes from, and whether all is well.",
  needs: {
    inspector: Inspector,
    settings: optional(Settings),
    exec: optional(Exec),
    sandbox: later(optional(Sandbox)),
  },
  subcommands: {
    plugins: {
      description: "List what is loaded, from where, and what each plugin adds",
      flags: { hooks: { description: "show the order of every hook's taps, and why" }, json },
    },
    config: {
      description: "List the configuration: each key, its value, and where it was set",
      usage: "[key]",
      flags: {
        why: { description: "show every layer's value for a key or a setting", value: "<key>" },
        json,
      },
    },
    doctor: { description: "Check that everything Gantry needs is there", flags: { json } },
  },
});

export default definePlugin(
  inspect,
  lazy(() => import("./inspect.ts")),
);
