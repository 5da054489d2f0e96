import { type CommandManifest, definePlugin, lazy, manifest } from "gantry/sdk";

/** By command, its aliases. What each answers stands in answers.ts. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  schedule: ["routines"],
  ultrareview: [],
  "remote-control": ["rc"],
  "remote-env": [],
  teleport: ["tp"],
  "web-setup": [],
  "autofix-pr": [],
  "install-github-app": [],
  "install-slack-app": [],
  desktop: ["app"],
  mobile: ["ios", "android"],
  chrome: ["claude-in-chrome"],
  ide: [],
  upgrade: [],
  passes: [],
  "usage-credits": [],
  "rate-limit-options": ["extra-usage"],
  "setup-bedrock": [],
  "setup-vertex": [],
  radio: [],
  stickers: [],
};

const hidden = (aliases: readonly string[]): CommandManifest => ({
  description: "Say what Gantry has in place of a vendor's service",
  group: "Help",
  aliases,
  isHidden: true,
  isImmediate: true,
});

export const commandElsewhere = manifest({
  name: "command-elsewhere",
  description: "Says what to use in place of commands that need a vendor's cloud.",
  commands: Object.fromEntries(Object.entries(ELSEWHERE).map(([name, aliases]) => [name, hidden(aliases)])),
});

export default definePlugin(
  commandElsewhere,
  lazy(() => import("./answers.ts")),
);
