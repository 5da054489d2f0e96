/** The first start without a key: colours, and who answers. */
import path from "node:path";
import type { FrontendHost, ListPanel, Models, Session } from "gantry/sdk";
import { localModels } from "gantry/sdk/kit/local-models";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { THEMES } from "../paint/theme.ts";
import { isOnboardingDue, onboardingPanel, rememberOnboarding } from "../panels/onboarding.ts";

/** `undefined`: it was shown before, or a model answers. */
export async function firstStart(
  { info }: Pick<FrontendHost, "info">,
  session: Session,
  theme: string,
  models: Models | undefined,
): Promise<ListPanel | undefined> {
  if (!(await isOnboardingDue(info, session))) return undefined;
  rememberOnboarding(info);
  const file = path.join(info.claudeFolder, "settings.json");
  return onboardingPanel({
    version: info.version,
    themes: THEMES.map((name) => ({ name })),
    theme,
    localModels: () => localModels(models, session, info),
    chooseTheme: (name) => writeSettings(file, (current) => ({ ...current, theme: name })).then(() => undefined),
    chooseModel: (model) => session.setModel(model),
  });
}
