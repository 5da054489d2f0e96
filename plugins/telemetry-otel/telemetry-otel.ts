import { messageOf, type Setup } from "gantry/sdk";
import type { telemetryOtel } from "./index.ts";
import { readSwitch } from "./switch.ts";
import { type TelemetryTaps, tell } from "./tell.ts";

/** Nothing of what records and sends is loaded unless the person has asked for it. */
const setup: Setup<typeof telemetryOtel> = async (context) => {
  const notices: string[] = [];
  try {
    const { isOn, env, problem } = await readSwitch(context);
    if (problem) notices.push(problem);
    if (isOn) {
      const { startRecording } = await import("./recording.ts");
      return { taps: await startRecording(context, env) };
    }
  } catch (thrown) {
    // What only watches must not keep a session from opening.
    notices.push(`Telemetry is off: ${messageOf(thrown)}`);
  }
  return { taps: silent(notices) };
};

export default setup;

function silent(notices: readonly string[]): TelemetryTaps {
  return {
    sessionStart: (session) => tell(session, notices),
    modelWrap: () => undefined,
    event: () => undefined,
    sessionEnd: () => undefined,
  };
}
