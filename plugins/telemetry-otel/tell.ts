import type { Handlers, SessionView } from "gantry/sdk";
import type { telemetryOtel } from "./index.ts";

export type TelemetryTaps = Handlers<typeof telemetryOtel>["taps"];

export function tell(session: SessionView, notices: readonly string[]): void {
  for (const text of notices) session.notify({ level: "warning", plugin: "telemetry-otel", text });
}
