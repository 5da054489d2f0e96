import { definePlugin, Exec, Http, lazy, manifest, optional, Secrets, Settings, Speech, z } from "gantry/sdk";

export const voiceHttp = manifest({
  name: "voice-http",
  description:
    "Records what the person says and has it written down by an endpoint that speaks as OpenAI's transcription does.",
  config: () =>
    z.object({
      longestMs: z.number().int().positive().default(300_000).describe("a recording ends after so long"),
      tryMs: z.number().int().positive().default(3_000).describe("how long /voice try listens"),
      timeoutMs: z.number().int().positive().default(60_000).describe("how long writing it down may take"),
    }),
  needs: { settings: Settings, exec: Exec, http: Http, secrets: optional(Secrets) },
  provides: { speech: Speech },
  commands: {
    voice: {
      description: "Speak in place of typing",
      argumentHint: "[hold | tap | off | setup | try | status]",
      group: "Terminal",
      help: [
        "hold: speak while the space bar is held; tap: from one press to the next. An address of yours writes it down.",
        "",
        "  /voice setup   the address, its model, the language, a key",
        "  /voice try     records three seconds and shows what was understood",
        "  /voice         what is set up, and what is missing",
      ].join("\n"),
    },
  },
});

export default definePlugin(
  voiceHttp,
  lazy(() => import("./voice.ts")),
);
