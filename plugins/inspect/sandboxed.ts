import { supposedSession } from "gantry/sdk/kit/supposed-session";
import type { Check, Patient } from "./doctor.ts";

/** Whether commands are confined, where the settings want them to be. */
export async function sandboxed({ host: { info }, sandbox, scope }: Patient): Promise<readonly Check[]> {
  const session = supposedSession({ ...info, isInteractive: true, scope });
  const { isOn, problem, isRequired, notices } = (await sandbox?.state(session)) ?? { isOn: false, notices: [] };
  if (!isOn) return [];
  const name = "sandbox";
  const left = notices.map((text): Check => ({ name, state: "warn", text }));
  if (problem === undefined) return [{ name, state: "ok", text: "Commands are confined." }, ...left];
  const state = isRequired ? "fail" : "warn";
  const then = isRequired ? "No command runs." : "Commands run unconfined.";
  return [{ name, state, text: `It is not available. ${then}`, remedy: problem }, ...left];
}
