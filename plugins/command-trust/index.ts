import { definePlugin, lazy, manifest, Trust } from "gantry/sdk";

export const commandTrust = manifest({
  name: "command-trust",
  description: "Shows what this folder would run or allow, approves it, and forgets it again.",
  needs: { trust: Trust },
  subcommands: {
    trust: {
      description: "List what this folder would run or allow; approve all of it; forget a folder",
      usage: "[list | add | remove [folder]]",
      flags: { json: { description: "write JSON" } },
    },
  },
});

export default definePlugin(
  commandTrust,
  lazy(() => import("./command-trust.ts")),
);
