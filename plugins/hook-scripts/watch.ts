import type { SessionView, Settings, SettingsLayer } from "gantry/sdk";
import type { Kit } from "./kit.ts";

const SOURCES: { readonly [L in SettingsLayer]?: string } = {
  managed: "policy_settings",
  local: "local_settings",
  project: "project_settings",
  user: "user_settings",
};

/** From the next event on hooks are what a changed file says. Returns what ends that. */
export function watchSettings(
  kit: Kit,
  settings: Settings,
  open: ReadonlySet<SessionView>,
  onChange: (session: SessionView) => void,
): () => void {
  return settings.watch(({ layer, source: file }) => {
    const told = new Set(kit.book.problems);
    kit.book.forget();
    const problems = kit.book.problems.filter((problem) => !told.has(problem));
    const source = SOURCES[layer];
    for (const session of open) {
      for (const problem of problems) kit.notify(session, problem);
      onChange(session);
      if (source && kit.firing.has("ConfigChange")) void tell(session, source, file);
    }
  });

  /** The change has been taken over by now: an objection can only be told. */
  async function tell(session: SessionView, source: string, file: string): Promise<void> {
    const moment = { event: "ConfigChange", subject: source, input: { source, file_path: file } };
    const { decision, reason } = await kit.firing.fire(session, moment);
    if (decision === "deny")
      kit.notify(session, `a hook objects to the change of ${file}, which counts already: ${reason}`);
  }
}
