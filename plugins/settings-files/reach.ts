import type { SettingsLayer } from "gantry/sdk";
import { ALLOWING } from "./claims.ts";
import { isObject } from "./merge.ts";

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
  "policyHelper",
  "processWrapper",
  "env",
  "baseUrl",
  "provider",
  "providers",
  "modelOverrides",
  "autoMemoryDirectory",
  "plansDirectory",
  "permissions.defaultMode",
  "permissions.additionalDirectories",
  "permissions.dangerouslySkip",
  "permissions.allowDangerouslySkip",
  "autoMode",
  "skipAutoPermissionPrompt",
  "skipDangerousModePermissionPrompt",
  "disableAllHooks",
  "allowedHttpHookUrls",
  "httpHookAllowedEnvVars",
  "enableAllProjectMcpServers",
  "enabledMcpjsonServers",
  "allowedMcpServers",
  "sandbox",
  "vimInsertModeRemaps",
];

/** What a folder may say before anyone has trusted it: only what forbids. */
const STRICTER = ["permissions.deny", "permissions.ask", "permissions.disableBypassPermissionsMode"];

/** What the person has said of the folder. */
export interface FolderTrust {
  readonly isTrusted: boolean;
  /** What is left of a list that allows something. */
  readonly approved: (value: unknown) => unknown;
}

/**
 * What of a layer's value at a path counts, given who wrote the layer; `undefined` when nothing does. A value that holds more
 * than may count is trimmed, so it does not matter at which depth somebody asks.
 */
export function mayCount(
  value: unknown,
  path: string,
  layer: SettingsLayer,
  folder: FolderTrust,
  report: (problem: string) => void,
): unknown {
  const { isTrusted } = folder;
  if (value === undefined || (layer !== "local" && layer !== "project")) return value;
  if (covers(PERSONAL, path)) {
    report(`"${path}" does not count there. Set it in your own settings or on the command line.`);
    return undefined;
  }
  if (covers([ALLOWING], path)) return folder.approved(value);
  if (!isTrusted && covers(STRICTER, path)) return value;
  const isDivided =
    isObject(value) && [...PERSONAL, ...STRICTER, ALLOWING].some((key) => key.startsWith(prefixOf(path)));
  if (isDivided) {
    const kept = Object.entries(value)
      .map(([key, inner]) => [key, mayCount(inner, prefixOf(path) + key, layer, folder, report)] as const)
      .filter(([, inner]) => inner !== undefined);
    return kept.length > 0 ? Object.fromEntries(kept) : undefined;
  }
  if (isTrusted) return value;
  report(
    "until this folder is trusted, only what forbids counts of this file. gantry trust add trusts it, --trust for one run.",
  );
  return undefined;
}

function covers(keys: readonly string[], path: string): boolean {
  return keys.some((key) => path === key || path.startsWith(`${key}.`));
}

function prefixOf(path: string): string {
  return path === "" ? "" : `${path}.`;
}
