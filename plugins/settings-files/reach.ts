import type { JsonObject, SettingsLayer } from "gantry/sdk";
import { ALLOWING } from "./claims.ts";
import type { Policy } from "./managed.ts";
import { isObject, valueAt, without } from "./merge.ts";

/**
 * Keys that move secrets, run helpers or switch protections: they count from the person, the administrator and the command
 * line, never from a folder, trusted or not.
 */
const PERSONAL = [
  "apiKeyHelper",
  "awsAuthRefresh",
  "awsCredentialExport",
  "gcpAuthRefresh",
  "otelHeadersHelper",
  "proxyAuthHelper",
  "processWrapper",
  "statusLine",
  "subagentStatusLine",
  "forceLoginMethod",
  "forceLoginOrgUUID",
  "autoUpdatesChannel",
  "minimumVersion",
  "env",
  "baseUrl",
  "provider",
  "providers",
  "modelOverrides",
  "autoMemoryDirectory",
  "plansDirectory",
  "cleanupPeriodDays",
  "permissions.defaultMode",
  "permissions.additionalDirectories",
  "permissions.dangerouslySkip",
  "permissions.allowDangerouslySkip",
  "autoMode",
  "useAutoModeDuringPlan",
  "skipAutoPermissionPrompt",
  "skipDangerousModePermissionPrompt",
  "skipWebFetchPreflight",
  "disableAllHooks",
  "allowedHttpHookUrls",
  "httpHookAllowedEnvVars",
  "enableAllProjectMcpServers",
  "enabledMcpjsonServers",
  "allowedMcpServers",
  "crossSessionInbound",
  "isolatePeerMachines",
  "sandbox",
  "vimInsertModeRemaps",
];

/** Keys that only an administrator's file may set. */
const MANAGED_ONLY = [
  "allowManagedHooksOnly",
  "allowManagedPermissionRulesOnly",
  "allowManagedMcpServersOnly",
  "allowManagedModsOnly",
  "allowAllClaudeAiMcps",
  "strictKnownMarketplaces",
  "blockedMarketplaces",
  "strictPluginOnlyCustomization",
  "disableCommandPluginSources",
  "pluginSuggestionMarketplaces",
  "pluginTrustMessage",
  "disableSideloadFlags",
  "channelsEnabled",
  "allowedChannelPlugins",
  "claudeMd",
  "forceRemoteSettingsRefresh",
  "policyHelper",
  "parentSettingsBehavior",
  "requiredMinimumVersion",
  "requiredMaximumVersion",
  "forceLoginGatewayUrl",
  "sshHostAllowlist",
  "wslInheritsWindowsSettings",
  "prependPlugins",
  "appendPlugins",
  "sandbox.filesystem.allowManagedReadPathsOnly",
  "sandbox.network.allowManagedDomainsOnly",
  "sandbox.bwrapPath",
  "sandbox.socatPath",
];

const isForbidden = (value: unknown) => value === true || value === "disable";
const isList = (value: unknown) => Array.isArray(value) || typeof value === "string";

/** What forbids counts from a folder before anyone has trusted it; a switch never in the other direction. */
const FORBIDDING: Readonly<Record<string, (value: unknown) => boolean>> = {
  "permissions.deny": isList,
  "permissions.ask": isList,
  "permissions.disableBypassPermissionsMode": isForbidden,
  "permissions.blockReadsOutsideWorkingDirectories": isForbidden,
  "permissions.blockWritesOutsideWorkingDirectories": isForbidden,
  "permissions.disableAutoMode": isForbidden,
  disableAutoMode: isForbidden,
  disableSkillShellExecution: isForbidden,
  deniedMcpServers: isList,
  disabledMcpjsonServers: isList,
};

/** What of a layer does not count. */
export interface Dropped {
  /** A dotted path. */
  readonly key: string;
  /** A sentence, for the person. */
  readonly reason: string;
  /** The reason is about this key, about the file as a whole, or a mistake that is told of before anyone asks for the key. */
  readonly kind: "key" | "file" | "mistake";
}

/** What of a layer counts, given who wrote it, and what does not. */
export function split(
  content: JsonObject,
  layer: SettingsLayer,
  policy: Policy,
  isTrusted: boolean,
): { readonly counts: JsonObject; readonly dropped: readonly Dropped[] } {
  if (layer === "managed") return { counts: content, dropped: [] };
  const isFolder = layer === "project" || layer === "local";
  const dropped = new Map<string, Dropped>();
  const drop = (key: string, reason: string, kind: Dropped["kind"] = "key") => {
    const isThere = valueAt(content, key) !== undefined;
    if (isThere && !dropped.has(key)) dropped.set(key, { key, reason, kind });
  };
  for (const key of MANAGED_ONLY) {
    drop(key, `"${key}" does not count there: only the administrator's file can set it.`, "mistake");
  }
  if (isFolder) {
    for (const key of PERSONAL) {
      drop(key, `"${key}" does not count there. Set it in your own settings or on the command line.`);
    }
    for (const key of loosening(content))
      drop(key, `"${key}" does not count there, since it does not forbid anything.`);
    if (policy.isLocked) for (const key of unforbidding(content)) drop(key, LOCKED, "file");
    // What allows counts one by one, as it is approved.
    else if (!isTrusted) for (const key of unforbidding(content)) if (key !== ALLOWING) drop(key, UNTRUSTED, "file");
  }
  for (const [key, reason] of policy.closed) drop(key, reason);
  const paths = [...dropped.keys()].map((key) => key.split("."));
  return { counts: (without(content, paths) ?? {}) as JsonObject, dropped: [...dropped.values()] };
}

const UNTRUSTED =
  "until this folder is trusted, only what forbids counts of this file. gantry trust add trusts it, --trust for one run.";
const LOCKED = "only what forbids counts of this file, until the administrator's settings can be read.";

function loosening(content: JsonObject): readonly string[] {
  return Object.entries(FORBIDDING).flatMap(([key, forbids]) => {
    const value = valueAt(content, key);
    return value === undefined || forbids(value) ? [] : [key];
  });
}

/** The outermost keys that hold nothing that forbids. */
function unforbidding(content: Readonly<Record<string, unknown>>, prefix = ""): readonly string[] {
  return Object.entries(content).flatMap(([name, value]) => {
    const key = prefix + name;
    if (Object.hasOwn(FORBIDDING, key)) return [];
    const isDivided = isObject(value) && Object.keys(FORBIDDING).some((inner) => inner.startsWith(`${key}.`));
    return isDivided ? unforbidding(value, `${key}.`) : [key];
  });
}
