import { type JsonObject, PERMISSION_MODES } from "gantry/sdk";
import { isObject, valueAt, without, withValue } from "./merge.ts";

/** What the administrator's files forbid to all other layers. */
export interface Policy {
  /** A file of the administrator cannot be read, so nobody knows what it forbids. */
  readonly isLocked: boolean;
  /** Keys that count in no other layer, with a sentence that says why. */
  readonly closed: ReadonlyMap<string, string>;
}

/** Lists that grant: once the administrator's files have one, nobody else adds to it. Malformed, they grant nothing. */
const GRANTS = [
  "availableModels",
  "allowedHttpHookUrls",
  "httpHookAllowedEnvVars",
  "allowedMcpServers",
  "enabledMcpjsonServers",
  "permissions.additionalDirectories",
  "autoMode.allow",
  "autoMode.environment",
  "sandbox.excludedCommands",
  "sandbox.filesystem.allowWrite",
  "sandbox.filesystem.allowRead",
  "sandbox.network.allowedDomains",
  "sandbox.network.allowUnixSockets",
  "sandbox.network.allowMachLookup",
];

/** Lists that limit what a person may add, and that count from the administrator alone anyway. Malformed, they allow nothing. */
const LIMITS = [
  "strictKnownMarketplaces",
  "allowedChannelPlugins",
  "sshHostAllowlist",
  "prependPlugins",
  "appendPlugins",
];

/** Lists that forbid: those of all layers are joined. Malformed, nobody knows what they forbid. */
const DENIALS = [
  "permissions.deny",
  "permissions.ask",
  "autoMode.soft_deny",
  "autoMode.hard_deny",
  "deniedMcpServers",
  "disabledMcpjsonServers",
  "blockedMarketplaces",
  "sandbox.filesystem.denyWrite",
  "sandbox.filesystem.denyRead",
  "sandbox.network.deniedDomains",
  "sandbox.credentials.files",
  "sandbox.credentials.envVars",
];

/** What holds the lists above. Malformed, nobody knows what is forbidden. */
const HOLDERS = ["permissions", "autoMode", "sandbox", "sandbox.filesystem", "sandbox.network", "sandbox.credentials"];

/** Switches that are stricter when they are on. */
const STRICT_ON = [
  "allowManagedHooksOnly",
  "allowManagedPermissionRulesOnly",
  "allowManagedMcpServersOnly",
  "allowManagedModsOnly",
  "enforceAvailableModels",
  "disableSideloadFlags",
  "disableCommandPluginSources",
  "disableSkillShellExecution",
  "isolatePeerMachines",
  "permissions.blockReadsOutsideWorkingDirectories",
  "permissions.blockWritesOutsideWorkingDirectories",
  "sandbox.enabled",
  "sandbox.failIfUnavailable",
  "sandbox.filesystem.allowManagedReadPathsOnly",
  "sandbox.network.allowManagedDomainsOnly",
  "sandbox.network.strictAllowlist",
];

/** Switches that are stricter when they are off. */
const STRICT_OFF = [
  "enableAllProjectMcpServers",
  "skipAutoPermissionPrompt",
  "skipDangerousModePermissionPrompt",
  "skipWebFetchPreflight",
  "allowAllClaudeAiMcps",
  "channelsEnabled",
  "permissions.dangerouslySkip",
  "permissions.allowDangerouslySkip",
  "sandbox.allowUnsandboxedCommands",
  "sandbox.autoAllowBashIfSandboxed",
  "sandbox.enableWeakerNestedSandbox",
  "sandbox.enableWeakerNetworkIsolation",
  "sandbox.allowAppleEvents",
  "sandbox.filesystem.disabled",
  "sandbox.network.allowAllUnixSockets",
  "sandbox.network.allowLocalBinding",
];

interface Strictness {
  readonly fits: (value: unknown) => boolean;
  /** What counts in place of a value that does not fit; `undefined`: nothing would be strict enough. */
  readonly instead: (value: unknown) => unknown;
}

const isBoolean = (value: unknown) => typeof value === "boolean";
const isWord = (words: readonly string[]) => (value: unknown) => typeof value === "string" && words.includes(value);
const rows = (keys: readonly string[], row: Strictness) => keys.map((key) => [key, row] as const);

/** What a malformed value of the administrator's files means: always the stricter side. */
const STRICTNESS: ReadonlyMap<string, Strictness> = new Map([
  ...rows(HOLDERS, { fits: isObject, instead: () => undefined }),
  ...rows([...GRANTS, ...LIMITS], { fits: Array.isArray, instead: () => [] }),
  ...rows(DENIALS, {
    fits: Array.isArray,
    instead: (value) => (typeof value === "string" ? [value] : undefined),
  }),
  ...rows(STRICT_ON, { fits: isBoolean, instead: () => true }),
  ...rows(STRICT_OFF, { fits: isBoolean, instead: () => false }),
  ...rows(["permissions.disableBypassPermissionsMode", "disableAutoMode"], {
    fits: (value) => isBoolean(value) || value === "disable",
    instead: () => "disable",
  }),
  ...rows(["permissions.defaultMode"], {
    fits: isWord([...PERMISSION_MODES, "manual"]),
    instead: () => "default",
  }),
  ...rows(["strictPluginOnlyCustomization"], {
    fits: (value) => isBoolean(value) || Array.isArray(value),
    instead: () => true,
  }),
  ...rows(["forceLoginOrgUUID"], {
    fits: (value) => typeof value === "string" || Array.isArray(value),
    instead: () => [],
  }),
]);

/** A file of the administrator in which nothing malformed has loosened anything. */
export interface StrictContent {
  readonly content: JsonObject;
  readonly problems: readonly { readonly key: string; readonly text: string }[];
  /** Something in it cannot be understood, and no value would be strict enough. */
  readonly isLocked: boolean;
}

export function strictContent(written: JsonObject): StrictContent {
  let content = written;
  let isLocked = false;
  const problems: { key: string; text: string }[] = [];
  for (const [key, { fits, instead }] of STRICTNESS) {
    const value = valueAt(content, key);
    if (value === undefined || fits(value)) continue;
    const stricter = instead(value);
    if (stricter === undefined) {
      isLocked = true;
      content = (without(content, [key.split(".")]) ?? {}) as JsonObject;
      problems.push({ key, text: `"${key}" has no meaning. ${LOCK_HOLDS}` });
    } else {
      content = withValue(content, key, stricter);
      problems.push({ key, text: `"${key}" has no meaning and counts as ${JSON.stringify(stricter)}.` });
    }
  }
  return { content, problems, isLocked };
}

/** What counts of a key of the administrator when its reader cannot do with the value; `undefined` where that loosens nothing. */
export function stricterValue(key: string): unknown {
  return STRICTNESS.get(key)?.instead(undefined);
}

/** What holds while an administrator's file cannot be read. */
export const LOCK: JsonObject = {
  permissions: { disableBypassPermissionsMode: "disable" },
  disableAutoMode: "disable",
};
export const LOCK_HOLDS =
  "Until it is corrected, the modes bypassPermissions and auto are forbidden, and of a folder's settings only what forbids counts.";

export function policyOf(managed: readonly JsonObject[], isLocked: boolean): Policy {
  const isSet = (key: string) => managed.some((content) => valueAt(content, key) !== undefined);
  const isOn = (key: string) => managed.some((content) => valueAt(content, key) === true);
  const closed = new Map<string, string>();
  const close = (key: string, because: string) => closed.set(key, `"${key}" does not count there: ${because}.`);
  for (const key of GRANTS) {
    if (isSet(key)) close(key, "the administrator has set it, and only those values count");
  }
  for (const [key, only] of ONLY) {
    if (isOn(only)) close(key, `only the administrator's count (${only})`);
  }
  return { isLocked, closed };
}

/** What a switch of the administrator keeps to their own files, whether or not these have it. */
const ONLY = [
  ["permissions.allow", "allowManagedPermissionRulesOnly"],
  ["hooks", "allowManagedHooksOnly"],
  ["sandbox.filesystem.allowRead", "sandbox.filesystem.allowManagedReadPathsOnly"],
  ["sandbox.network.allowedDomains", "sandbox.network.allowManagedDomainsOnly"],
] as const;
