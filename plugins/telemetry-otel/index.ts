import {
  definePlugin,
  Exec,
  HookEvents,
  Http,
  Inspector,
  later,
  lazy,
  Meter,
  manifest,
  optional,
  Permissions,
  Settings,
  z,
} from "gantry/sdk";

export const telemetryOtel = manifest({
  name: "telemetry-otel",
  description:
    "OpenTelemetry over OTLP, for who asks for it: metrics, events, and spans of turns, model calls, tools and hooks.",
  config: () =>
    z
      .object({
        enabled: z
          .boolean()
          .default(false)
          .describe(
            "send; counts from your own configuration only, never from a project's. OTEL_* variables say where to",
          ),
      })
      .prefault({}),
  needs: {
    inspector: later(Inspector),
    http: later(optional(Http)),
    exec: later(optional(Exec)),
    settings: later(optional(Settings)),
    meter: later(optional(Meter)),
    hooks: later(optional(HookEvents)),
    permissions: later(optional(Permissions)),
  },
  taps: {
    sessionStart: true,
    // Outermost, so that it sees what the turn gets, with every try that it took.
    modelWrap: { stage: "last" },
    event: {
      only: [
        "turn_start",
        "turn_end",
        "assistant",
        "tool_start",
        "denied",
        "tool_end",
        "compacting",
        "compacted",
        "fault",
        "mcpServerChanged",
        "mentionResolved",
        "hookRegistered",
      ],
    },
    sessionEnd: { stage: "last" },
  },
});

export default definePlugin(
  telemetryOtel,
  lazy(() => import("./telemetry-otel.ts")),
);
