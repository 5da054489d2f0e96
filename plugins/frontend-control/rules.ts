/** The permission rules and the folders of a session, for programs that show them. */
import { type ListedRule, type Settings, z } from "gantry/sdk";
import { ruleClaim } from "gantry/sdk/kit/claims";
import type { Kit } from "./kit.ts";
import { SOURCES } from "./settings.ts";

const EDITABLE: Readonly<Record<string, string>> = {
  userSettings: "persistent",
  projectSettings: "persistent",
  localSettings: "persistent",
  cliArg: "session",
  session: "session",
};

export async function listRules(kit: Kit): Promise<object> {
  const { session, use, stream } = kit;
  const opened = await session();
  const rules = await use.rules?.();
  if (!rules) throw new Error("No plugin keeps permission rules here.");
  const settings = await use.settings?.();
  const atStart = new Set(stream.host.info.folders);
  return {
    state: {
      rules: [...rules.list(opened).map(inEffect), ...leftOut(settings), ...(await unapproved(kit))],
      workspaceDirectories: opened.folders
        .slice(1)
        .map((path) => ({ path, source: atStart.has(path) ? "cliArg" : "session" })),
      originalCwd: opened.cwd,
      managedOnly: isOnlyManaged(settings),
      ...errorsOf(settings),
    },
  };
}

function inEffect({ behavior, rule, layer, source }: ListedRule) {
  const named = layer === "session" ? "session" : sourceOf(layer, source);
  return { behavior, source: named, rule, editability: EDITABLE[named] ?? "readonly" };
}

/** Rules that stand somewhere and do not count, since nobody may say them there, or an administrator rules. */
function leftOut(settings: Settings | undefined): readonly object[] {
  return (["allow", "ask", "deny"] as const).flatMap((behavior) =>
    (settings?.leftOut?.(`permissions.${behavior}`) ?? []).flatMap(({ key, value, layer, source }) =>
      rulesIn(key, value, behavior).map((rule) => idle(behavior, sourceOf(layer, source), rule)),
    ),
  );
}

/** What the folder would allow, and nobody has approved. */
async function unapproved({ stream }: Kit): Promise<readonly object[]> {
  const { kind } = ruleClaim("", "");
  const { claims } = await stream.host.untrusted();
  return claims
    .filter((claim) => claim.kind === kind && claim.state !== "approved")
    .map(({ text, source }) =>
      idle("allow", source.endsWith("settings.local.json") ? SOURCES.local : SOURCES.project, text),
    );
}

function idle(behavior: string, source: string, rule: string) {
  return { behavior, source, rule, editability: "readonly", notInEffect: true };
}

/** What is left out may be the rules themselves, or all of the permissions, or all that a file says. */
function rulesIn(key: string, value: unknown, behavior: string): readonly string[] {
  const parts = ["permissions", behavior].slice(key === "" ? 0 : key.split(".").length);
  let found: unknown = value;
  for (const part of parts) found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  return (Array.isArray(found) ? found : [found]).filter((one) => typeof one === "string");
}

function sourceOf(layer: keyof typeof SOURCES, source: string): string {
  return layer === "flag" && source === "the command line" ? "cliArg" : SOURCES[layer];
}

function isOnlyManaged(settings: Settings | undefined): boolean {
  const said = settings?.layers("allowManagedPermissionRulesOnly", z.unknown()) ?? [];
  return said.some(({ layer, value }) => layer === "managed" && value !== false);
}

function errorsOf(settings: Settings | undefined): object {
  const errors = (settings?.problems ?? []).map(({ text }) => ({ path: "", message: text }));
  return errors.length ? { errors } : {};
}
