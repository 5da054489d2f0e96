import { definePlugin, later, lazy, manifest, optional, Settings, Tools, z } from "gantry/sdk";

export const inputShell = manifest({
  name: "input-shell",
  description:
    "A prompt that begins with ! is a shell command: it runs at once, and what it says joins the conversation.",
  config: () =>
    z.object({
      when: z
        .enum(["terminal", "interactive", "never"])
        .default("terminal")
        .describe("whose prompts: of a person at a terminal, or of whoever can be asked"),
    }),
  needs: { tools: Tools, settings: later(optional(Settings)) },
  taps: {
    // As long as the command takes. Before hook scripts, which see what has become of it.
    input: { stage: "early", deadlineMs: 0 },
    toolGate: { only: ["Bash"], stage: "early" },
    ask: { only: ["Bash"], stage: "first" },
  },
});

export default definePlugin(
  inputShell,
  lazy(() => import("./input-shell.ts")),
);
