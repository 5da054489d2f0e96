/** The first start without a key: colours, and who answers. */
import path from "node:path";
import type { FrontendHost, ListPanel, Models, Session } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { THEMES } from "../paint/theme.ts";
import { isOnboardingDue, onboardingPanel, rememberOnboarding } from "../panels/onboarding.ts";

const MOST_LOCAL = 10;

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
    localModels: () => localModels(session, models),
    chooseTheme: (name) => writeSettings(file, (current) => ({ ...current, theme: name })).then(() => undefined),
    chooseModel: (model) => session.setModel(model),
  });
}

/** Of providers that found a server by looking around, in their order; those that can be used otherwise would answer already. */
async function localModels(session: Session, models: Models | undefined): Promise<readonly string[]> {
  const all = (await models?.providers(session).catch(() => undefined)) ?? [];
  return all
    .filter(({ manifest, isUsable }) => isUsable && typeof manifest.usable === "object" && manifest.usable.probe)
    .flatMap(({ name, models }) => models.slice(0, MOST_LOCAL).map(({ id }) => `${name}/${id}`));
}
