import { definePlugin, later, lazy, manifest, optional, SessionStore, z } from "gantry/sdk";

export const frontendAcp = manifest({
  name: "frontend-acp",
  description: "Editors: the Agent Client Protocol over standard input and output.",
  config: () =>
    z.object({
      writes: z
        .enum(["unsaved", "all"])
        .default("unsaved")
        .describe("what the editor writes itself: files with unsaved changes, or all that are there already"),
    }),
  needs: { store: later(optional(SessionStore)) },
  subcommands: {
    acp: { description: "Serve an editor over standard input and output (Agent Client Protocol)" },
  },
});

export default definePlugin(
  frontendAcp,
  lazy(() => import("./acp.ts")),
);
