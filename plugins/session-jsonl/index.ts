import { definePlugin, lazy, manifest, SessionStore, z } from "gantry/sdk";

export const sessionJsonl = manifest({
  name: "session-jsonl",
  description: "Keeps sessions as transcripts, one JSON record a line.",
  config: () => z.object({ persist: z.boolean().default(true).describe("write transcripts") }),
  provides: { store: SessionStore },
  flags: {
    "no-session-persistence": {
      description: "write no transcript; the session cannot be continued",
      to: { config: "persist" },
    },
  },
});

export default definePlugin(
  sessionJsonl,
  lazy(() => import("./session-jsonl.ts")),
);
