// Written by `npm run generate` from the folders beside this file.
import agents from "./agents/index.ts";
import buddy from "./buddy/index.ts";
import cacheWatch from "./cache-watch/index.ts";
import checkpointFiles from "./checkpoint-files/index.ts";
import commandBridge from "./command-bridge/index.ts";
import commandContext from "./command-context/index.ts";
import commandCore from "./command-core/index.ts";
import commandElsewhere from "./command-elsewhere/index.ts";
import commandExtend from "./command-extend/index.ts";
import commandFiles from "./command-files/index.ts";
import commandGit from "./command-git/index.ts";
import commandMemory from "./command-memory/index.ts";
import commandModel from "./command-model/index.ts";
import commandPermissions from "./command-permissions/index.ts";
import commandSettings from "./command-settings/index.ts";
import commandTrust from "./command-trust/index.ts";
import commandUsage from "./command-usage/index.ts";
import compactBreaker from "./compact-breaker/index.ts";
import compactSummary from "./compact-summary/index.ts";
import compactTrim from "./compact-trim/index.ts";
import contextEnv from "./context-env/index.ts";
import contextGit from "./context-git/index.ts";
import contextMentions from "./context-mentions/index.ts";
import execNode from "./exec-node/index.ts";
import execSandbox from "./exec-sandbox/index.ts";
import filesNode from "./files-node/index.ts";
import frontendAcp from "./frontend-acp/index.ts";
import frontendControl from "./frontend-control/index.ts";
import frontendHeadless from "./frontend-headless/index.ts";
import frontendLine from "./frontend-line/index.ts";
import frontendTui from "./frontend-tui/index.ts";
import hookScripts from "./hook-scripts/index.ts";
import httpNode from "./http-node/index.ts";
import inputShell from "./input-shell/index.ts";
import inspect from "./inspect/index.ts";
import mcpAuth from "./mcp-auth/index.ts";
import mcpBridge from "./mcp-bridge/index.ts";
import mcpServe from "./mcp-serve/index.ts";
import memoryAuto from "./memory-auto/index.ts";
import memoryDream from "./memory-dream/index.ts";
import memoryExtract from "./memory-extract/index.ts";
import memoryFiles from "./memory-files/index.ts";
import memorySession from "./memory-session/index.ts";
import modelBudget from "./model-budget/index.ts";
import modelRetry from "./model-retry/index.ts";
import outputStyles from "./output-styles/index.ts";
import permitCheck from "./permit-check/index.ts";
import permitClassifier from "./permit-classifier/index.ts";
import permitModes from "./permit-modes/index.ts";
import permitPaths from "./permit-paths/index.ts";
import permitRemember from "./permit-remember/index.ts";
import permitRules from "./permit-rules/index.ts";
import permitShell from "./permit-shell/index.ts";
import presetDefault from "./preset-default/index.ts";
import presetHeadless from "./preset-headless/index.ts";
import presetMinimal from "./preset-minimal/index.ts";
import promptBase from "./prompt-base/index.ts";
import promptSuggest from "./prompt-suggest/index.ts";
import providerAnthropic from "./provider-anthropic/index.ts";
import providerOffline from "./provider-offline/index.ts";
import providerOpenai from "./provider-openai/index.ts";
import providerReplay from "./provider-replay/index.ts";
import secretsKeyring from "./secrets-keyring/index.ts";
import seenFiles from "./seen-files/index.ts";
import sessionCommands from "./session-commands/index.ts";
import sessionGoal from "./session-goal/index.ts";
import sessionJsonl from "./session-jsonl/index.ts";
import sessionRetention from "./session-retention/index.ts";
import settingsFiles from "./settings-files/index.ts";
import shellFolders from "./shell-folders/index.ts";
import skills from "./skills/index.ts";
import statusLine from "./status-line/index.ts";
import telemetryOtel from "./telemetry-otel/index.ts";
import toolAgent from "./tool-agent/index.ts";
import toolAsk from "./tool-ask/index.ts";
import toolBash from "./tool-bash/index.ts";
import toolEdit from "./tool-edit/index.ts";
import toolGlob from "./tool-glob/index.ts";
import toolGrep from "./tool-grep/index.ts";
import toolJobs from "./tool-jobs/index.ts";
import toolPlan from "./tool-plan/index.ts";
import toolRead from "./tool-read/index.ts";
import toolSearch from "./tool-search/index.ts";
import toolTodo from "./tool-todo/index.ts";
import toolWrite from "./tool-write/index.ts";
import usageMeter from "./usage-meter/index.ts";
import voiceHttp from "./voice-http/index.ts";

/** The plugins and presets that come with the program. */
export const catalogue = {
  plugins: {
    agents,
    buddy,
    "cache-watch": cacheWatch,
    "checkpoint-files": checkpointFiles,
    "command-bridge": commandBridge,
    "command-context": commandContext,
    "command-core": commandCore,
    "command-elsewhere": commandElsewhere,
    "command-extend": commandExtend,
    "command-files": commandFiles,
    "command-git": commandGit,
    "command-memory": commandMemory,
    "command-model": commandModel,
    "command-permissions": commandPermissions,
    "command-settings": commandSettings,
    "command-trust": commandTrust,
    "command-usage": commandUsage,
    "compact-breaker": compactBreaker,
    "compact-summary": compactSummary,
    "compact-trim": compactTrim,
    "context-env": contextEnv,
    "context-git": contextGit,
    "context-mentions": contextMentions,
    "exec-node": execNode,
    "exec-sandbox": execSandbox,
    "files-node": filesNode,
    "frontend-acp": frontendAcp,
    "frontend-control": frontendControl,
    "frontend-headless": frontendHeadless,
    "frontend-line": frontendLine,
    "frontend-tui": frontendTui,
    "hook-scripts": hookScripts,
    "http-node": httpNode,
    "input-shell": inputShell,
    inspect,
    "mcp-auth": mcpAuth,
    "mcp-bridge": mcpBridge,
    "mcp-serve": mcpServe,
    "memory-auto": memoryAuto,
    "memory-dream": memoryDream,
    "memory-extract": memoryExtract,
    "memory-files": memoryFiles,
    "memory-session": memorySession,
    "model-budget": modelBudget,
    "model-retry": modelRetry,
    "output-styles": outputStyles,
    "permit-check": permitCheck,
    "permit-classifier": permitClassifier,
    "permit-modes": permitModes,
    "permit-paths": permitPaths,
    "permit-remember": permitRemember,
    "permit-rules": permitRules,
    "permit-shell": permitShell,
    "prompt-base": promptBase,
    "prompt-suggest": promptSuggest,
    "provider-anthropic": providerAnthropic,
    "provider-offline": providerOffline,
    "provider-openai": providerOpenai,
    "provider-replay": providerReplay,
    "secrets-keyring": secretsKeyring,
    "seen-files": seenFiles,
    "session-commands": sessionCommands,
    "session-goal": sessionGoal,
    "session-jsonl": sessionJsonl,
    "session-retention": sessionRetention,
    "settings-files": settingsFiles,
    "shell-folders": shellFolders,
    skills,
    "status-line": statusLine,
    "telemetry-otel": telemetryOtel,
    "tool-agent": toolAgent,
    "tool-ask": toolAsk,
    "tool-bash": toolBash,
    "tool-edit": toolEdit,
    "tool-glob": toolGlob,
    "tool-grep": toolGrep,
    "tool-jobs": toolJobs,
    "tool-plan": toolPlan,
    "tool-read": toolRead,
    "tool-search": toolSearch,
    "tool-todo": toolTodo,
    "tool-write": toolWrite,
    "usage-meter": usageMeter,
    "voice-http": voiceHttp,
  },
  presets: {
    default: presetDefault,
    headless: presetHeadless,
    minimal: presetMinimal,
  },
};
