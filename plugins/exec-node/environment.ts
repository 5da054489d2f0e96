import { delimiter } from "node:path";
import { z } from "gantry/sdk";
import { programFolders } from "gantry/sdk/kit/program-folders";

/** Of the settings: what programs find in their environment besides what Gantry itself has. */
export const environmentSchema = z.record(
  z.string().regex(/^[^=\0]+$/),
  z.string().refine((value) => !value.includes("\0")),
);

type Environment = Readonly<Record<string, string | undefined>>;

export interface FilterOptions {
  /** Names that are kept although they look like secrets. */
  readonly passEnv: readonly string[];
  /** Folders whose programs must not be found through PATH. */
  readonly hiddenFolders: readonly string[];
}

/** The host's environment without its secrets and without what steers a shell or a loader. */
export function filterEnvironment(env: Environment, options: FilterOptions): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || steersPrograms(name)) continue;
    if (isSecret(name) && !options.passEnv.includes(name)) continue;
    kept[name] = value;
  }
  kept.PATH = programFolders(env.PATH, options.hiddenFolders).join(delimiter);
  return kept;
}

/** What a caller adds: as it stands, except what steers a shell or a loader. */
export function additions(env: Environment | undefined): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env ?? {})) {
    if (value !== undefined && !steersPrograms(name)) kept[name] = value;
  }
  return kept;
}

const STEERING = new Set([
  "BASH_ENV",
  "BASHOPTS",
  "BASH_LOADABLES_PATH",
  "BASH_XTRACEFD",
  "CDPATH",
  "DYLD_FRAMEWORK_PATH",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_LIBRARY_PATH",
  "ENV",
  "GLOBIGNORE",
  "IFS",
  "LD_AUDIT",
  "LD_PRELOAD",
  "POSIXLY_CORRECT",
  "PROMPT_COMMAND",
  "PS4",
  "SHELLOPTS",
]);

function steersPrograms(name: string): boolean {
  return STEERING.has(name) || name.startsWith("BASH_FUNC_");
}

/** Everything of the model providers, and every name that ends like a secret. */
const SECRET_NAMES = [
  /^(ANTHROPIC|OPENAI|GEMINI|MISTRAL|OPENROUTER|GROQ|DEEPSEEK|XAI)_/i,
  /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|BEARER_TOKEN.*|CONTAINER_.*)$/i,
  /^(GOOGLE_APPLICATION_CREDENTIALS|AZURE_CLIENT_.*|CLOUDSDK_AUTH_.*|ACTIONS_.*_(TOKEN|URL)|CLAUDE_CODE_OAUTH_.*)$/i,
  /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/i,
  /(^|_)(API_?KEYS?|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|AUTH_?TOKEN|TOKENS?|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?)$/i,
];

function isSecret(name: string): boolean {
  return SECRET_NAMES.some((pattern) => pattern.test(name));
}
