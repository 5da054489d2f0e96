import { type Call, messageOf, PERMISSION_MODES, type RuleDestination, type SessionView, z } from "gantry/sdk";
import type { Kit, Permits } from "./kit.ts";
import type { PermissionUpdate } from "./output-schemas.ts";

const DESTINATIONS: Readonly<Record<string, RuleDestination>> = {
  session: "session",
  localSettings: "local",
  projectSettings: "project",
  userSettings: "user",
};

/** What a yes to the call could be widened to, as updates that a hook may hand back. */
export async function suggestionsFor({ rules, remembered }: Permits, session: SessionView, call: Call) {
  const offered = (await remembered?.())?.offer(session, call) ?? (await rules?.())?.suggest(session, call);
  if (!offered) return [];
  const update = { type: "addRules", rules: offered.rules.map(asParts), behavior: "allow", destination: "session" };
  return [update];
}

/** Carries out what a hook that said yes wants to be so from now on. What cannot be is told and left. */
export async function applyUpdates(kit: Kit, session: SessionView, updates: unknown): Promise<void> {
  for (const update of Array.isArray(updates) ? (updates as PermissionUpdate[]) : []) {
    try {
      await apply(kit, session, update);
    } catch (error) {
      kit.notify(session, `what a hook wants permissions to be was not done: ${messageOf(error)}`);
    }
  }
}

async function apply({ permits }: Kit, session: SessionView, update: PermissionUpdate): Promise<void> {
  const { permissions, rules, remembered } = permits;
  if (update.type === "setMode") {
    if (!permissions) throw new Error("no plugin knows modes");
    const mode = update.mode === "manual" ? "default" : update.mode;
    return permissions.setMode(session, z.enum(PERMISSION_MODES).parse(mode));
  }
  if (!("rules" in update)) {
    throw new Error("the folders of a session are chosen when it starts (--add-dir)");
  }
  if (update.type === "replaceRules") throw new Error("rules can be added and removed, not replaced");
  const written = update.rules.map(({ toolName, ruleContent }) =>
    ruleContent ? `${toolName}(${ruleContent})` : toolName,
  );
  const destination = DESTINATIONS[update.destination] ?? "session";
  const isRemoval = update.type === "removeRules";
  if (remembered)
    return (await remembered()).write(session, { behavior: update.behavior, rules: written, destination, isRemoval });
  if (isRemoval || update.behavior !== "allow" || destination !== "session" || !rules) {
    throw new Error("no plugin keeps rules");
  }
  (await rules()).allow(session, written);
}

function asParts(rule: string) {
  const [, toolName = rule, ruleContent] = /^([^(]+)\(([\s\S]*)\)$/.exec(rule) ?? [];
  return { toolName, ...(ruleContent !== undefined && { ruleContent }) };
}
