import { nearest } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import { isObject } from "./merge.ts";

/** Every key there is, whether or not a plugin reads it yet. What lies below a key without parts is its reader's business. */
export const KEYS: readonly string[] = [
  "$schema model availableModels enforceAvailableModels modelOverrides fallbackModel effortLevel ultracode",
  "alwaysThinkingEnabled showThinkingSummaries fastMode fastModePerSessionOptIn advisorModel outputStyle language",
  "switchModelsOnFlag autoContinueAtUsageLimit provider providers baseUrl",

  "permissions.allow permissions.ask permissions.deny permissions.additionalDirectories permissions.defaultMode",
  "permissions.disableBypassPermissionsMode permissions.blockReadsOutsideWorkingDirectories",
  "permissions.blockWritesOutsideWorkingDirectories permissions.dangerouslySkip permissions.allowDangerouslySkip",
  "autoMode.environment autoMode.allow autoMode.soft_deny autoMode.hard_deny autoMode.classifyAllShell autoMode.model",
  "disableAutoMode useAutoModeDuringPlan skipAutoPermissionPrompt skipDangerousModePermissionPrompt",
  "permissionExplainerEnabled",

  "sandbox.enabled sandbox.failIfUnavailable sandbox.autoAllowBashIfSandboxed sandbox.excludedCommands",
  "sandbox.allowUnsandboxedCommands sandbox.ignoreViolations sandbox.enableWeakerNestedSandbox",
  "sandbox.enableWeakerNetworkIsolation sandbox.allowAppleEvents sandbox.ripgrep sandbox.bwrapPath sandbox.socatPath",
  "sandbox.filesystem.allowWrite sandbox.filesystem.denyWrite sandbox.filesystem.denyRead sandbox.filesystem.allowRead",
  "sandbox.filesystem.disabled sandbox.filesystem.allowManagedReadPathsOnly",
  "sandbox.network.allowedDomains sandbox.network.deniedDomains sandbox.network.strictAllowlist",
  "sandbox.network.allowUnixSockets sandbox.network.allowAllUnixSockets sandbox.network.allowLocalBinding",
  "sandbox.network.allowMachLookup sandbox.network.httpProxyPort sandbox.network.socksProxyPort",
  "sandbox.network.tlsTerminate sandbox.network.allowManagedDomainsOnly",
  "sandbox.credentials.files sandbox.credentials.envVars sandbox.credentials.allowPlaintextInject",
  "sandbox.credentials.awsPairs sandbox.credentials.sigv4",

  "autoCompactEnabled autoCompactWindow autoMemoryEnabled autoMemoryDirectory claudeMdExcludes",
  "fileCheckpointingEnabled plansDirectory skillListingBudgetFraction skillListingMaxDescChars cleanupPeriodDays env",

  "hooks disableAllHooks allowedHttpHookUrls httpHookAllowedEnvVars disableBundledSkills disableSkillShellExecution",
  "skillOverrides disableWorkflows enableWorkflows workflowSizeGuideline workflowKeywordTriggerEnabled",

  "enabledPlugins extraKnownMarketplaces pluginConfigs enableAllProjectMcpServers enabledMcpjsonServers",
  "disabledMcpjsonServers allowedMcpServers deniedMcpServers disableClaudeAiConnectors",

  "agent teammateMode disableAgentView crossSessionInbound isolatePeerMachines processWrapper",
  "worktree.baseRef worktree.symlinkDirectories worktree.sparsePaths worktree.bgIsolation",

  "theme tui viewMode verbose editorMode vimInsertModeRemaps keybindingFlavor statusLine subagentStatusLine",
  "fileSuggestion respectGitignore respondToBashCommands defaultShell promptSuggestions promptSuggestionEnabled spinnerTips spinnerTipsEnabled",
  "spinnerTipsOverride spinnerVerbs showTurnDuration terminalProgressBarEnabled syntaxHighlightingDisabled",
  "prefersReducedMotion axScreenReader spellcheck emojiCompletionEnabled footerLinksRegexes preferredNotifChannel",
  "askUserQuestionTimeout dialogExpiry voice companyAnnouncements autoScrollEnabled diffTool",

  "attribution.commit attribution.pr attribution.sessionUrl includeCoAuthoredBy includeGitInstructions prUrlTemplate",

  "apiKeyHelper awsAuthRefresh awsCredentialExport gcpAuthRefresh otelHeadersHelper proxyAuthHelper forceLoginMethod",
  "forceLoginOrgUUID autoUpdatesChannel minimumVersion skipWebFetchPreflight",

  "allowManagedHooksOnly allowManagedPermissionRulesOnly allowManagedMcpServersOnly allowAllClaudeAiMcps",
  "strictKnownMarketplaces blockedMarketplaces strictPluginOnlyCustomization disableCommandPluginSources",
  "pluginSuggestionMarketplaces pluginTrustMessage disableSideloadFlags channelsEnabled allowedChannelPlugins claudeMd",
  "forceRemoteSettingsRefresh policyHelper parentSettingsBehavior requiredMinimumVersion requiredMaximumVersion",
  "forceLoginGatewayUrl sshHostAllowlist wslInheritsWindowsSettings prependPlugins appendPlugins allowManagedModsOnly",
].flatMap((line) => line.split(" "));

const MOST_NAMED = 5;
/** Longer names are no slips of the finger. */
const LONGEST = 60;

/** Names the unknown keys of a file in one sentence, with the known ones that were meant; `undefined` when there is none. */
export function unknownText(
  content: Readonly<Record<string, unknown>>,
  lineOf: (path: readonly string[]) => number | undefined,
): string | undefined {
  const unknown = unknownPaths(content);
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, MOST_NAMED).map((path) => {
    const meant = meantBy(path);
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    return `${visibleLine(JSON.stringify(path.join(".")), LONGEST)} (line ${lineOf(path) ?? "?"}${hint})`;
  });
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : "";
  return `no setting is called ${named.join(", ")}${more}. What is not known does nothing.`;
}

function unknownPaths(
  content: Readonly<Record<string, unknown>>,
  above: readonly string[] = [],
): (readonly string[])[] {
  const names = partsBelow(above);
  return Object.entries(content).flatMap(([key, value]) => {
    const path = [...above, key];
    if (!names.has(key)) return [path];
    return isObject(value) && !KEYS.includes(path.join(".")) ? unknownPaths(value, path) : [];
  });
}

function partsBelow(above: readonly string[]): ReadonlySet<string> {
  const prefix = above.map((key) => `${key}.`).join("");
  const known = KEYS.filter((key) => key.startsWith(prefix));
  return new Set(known.map((key) => key.slice(prefix.length).split(".")[0] as string));
}

/** The same name elsewhere, or a neighbour that is spelt nearly so. */
function meantBy(path: readonly string[]): string | undefined {
  const key = path.at(-1) ?? "";
  if (key.length > LONGEST) return undefined;
  for (const parts of KEYS.map((known) => known.split("."))) {
    if (parts.includes(key)) return parts.slice(0, parts.indexOf(key) + 1).join(".");
  }
  const above = path.slice(0, -1);
  const near = nearest(key, partsBelow(above));
  return near === undefined ? undefined : [...above, near].join(".");
}
