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
  "autoMode.environment autoMode.allow autoMode.soft_deny autoMode.hard_deny autoMode.classifyAllShell",
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
  "fileSuggestion respectGitignore respondToBashCommands defaultShell promptSuggestionEnabled spinnerTipsEnabled",
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

/** A key that nothing knows. */
interface UnknownKey {
  readonly path: readonly string[];
  /** The known key that was probably meant. */
  readonly meant: string | undefined;
}

/** The keys of a file that are in no table, with the known ones nearest to them. */
function unknownKeys(content: Readonly<Record<string, unknown>>, above: readonly string[] = []): UnknownKey[] {
  const prefix = above.map((key) => `${key}.`).join("");
  const known = KEYS.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const names = new Set(known.map((key) => key.split(".")[0] as string));
  return Object.entries(content).flatMap(([key, value]) => {
    const path = [...above, key];
    if (!names.has(key)) return [{ path, meant: meantBy(key, prefix, names) }];
    return isObject(value) && !known.includes(key) ? unknownKeys(value, path) : [];
  });
}

const MOST_NAMED = 5;

/** Names the unknown keys of a file in one sentence; `undefined` when there is none. */
export function unknownText(
  content: Readonly<Record<string, unknown>>,
  lineOf: (path: readonly string[]) => number | undefined,
): string | undefined {
  const unknown = unknownKeys(content);
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, MOST_NAMED).map(({ path, meant }) => {
    const name = visibleLine(JSON.stringify(path.join(".")), 80);
    const hint = meant === undefined ? "" : `did you mean "${meant}"?`;
    const notes = [`line ${lineOf(path) ?? "?"}`, hint].filter(Boolean).join("; ");
    return `${name} (${notes})`;
  });
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : "";
  return `no setting is called ${named.join(", ")}${more}. What is not known does nothing.`;
}

/** A sibling that is spelt nearly so, or the same name elsewhere. */
function meantBy(key: string, prefix: string, siblings: Iterable<string>): string | undefined {
  const sibling = nearest(key, siblings);
  if (sibling !== undefined) return prefix + sibling;
  return KEYS.find((known) => known === key || known.endsWith(`.${key}`));
}
