/**
 * What may become memory: what the person typed, and commands that ended well. Never what tools returned, nor what the model said: a
 * page or a file of a stranger must not become a note that later sessions go by.
 */
import { type Entry, type SessionView, textOf } from "gantry/sdk";
import { momentsOfLog } from "gantry/sdk/kit/moments";

export interface Sources {
  /** What the person typed, oldest first. */
  readonly said: readonly string[];
  /** Commands of the project's own tools that ended well. */
  readonly commands: readonly WorkingCommand[];
  /** The last record that was looked at. */
  readonly through: string | undefined;
}

export interface WorkingCommand {
  readonly command: string;
  /** What it is for: `test`, `build`. */
  readonly purpose: string;
}

/** The sources since the last look. */
export function sourcesOf(session: SessionView, typed: readonly string[], plugin: string): Sources {
  const { entries } = session;
  const last = entries.findLast((one) => one.type === "plugin" && one.plugin === plugin && one.kind === "extracted");
  const { through } = (last?.type === "plugin" ? (last.data ?? {}) : {}) as { through?: unknown };
  const start = entries.findLastIndex(({ uuid }) => uuid === through);
  const fresh = entries.slice(start + 1);
  // What was rewound is in no branch; what a command or a hook made of a prompt begins otherwise.
  const said = fresh.flatMap((entry) => typedIn(entry, typed) ?? []);
  return { said: [...new Set(said)], commands: workingCommands(fresh), through: fresh.at(-1)?.uuid };
}

function typedIn(entry: Entry, typed: readonly string[]): string | undefined {
  if (entry.type !== "user" || entry.isMeta) return undefined;
  const logged = textOf(entry.message.content).trim();
  return typed.findLast((said) => logged.startsWith(said));
}

function workingCommands(entries: readonly Entry[]): readonly WorkingCommand[] {
  const found = new Map<string, WorkingCommand>();
  for (const moment of momentsOfLog(entries)) {
    const command = moment.by === "call" ? moment.input.command : undefined;
    if (moment.by !== "call" || typeof command !== "string") continue;
    const plain = command.trim();
    const purpose = purposeOf(plain);
    if (purpose === undefined) continue;
    // The last time counts.
    if (moment.isError === false) found.set(plain, { command: plain, purpose });
    else found.delete(plain);
  }
  return [...found.values()];
}

const RUNNERS = [
  /^(?:npm|pnpm|yarn|bun)(?: run)? (?!i\b|install|add|ci|remove|publish|config|login|exec|dlx|x\b)/,
  /^(?:npx|pnpm exec|bunx) (?:vitest|jest|mocha|tsc|eslint|biome|prettier|playwright|cypress|vite|webpack|turbo|nx) ?/,
  /^(?:make|just|task|rake|mage|ninja|tox|nox|pytest|ruff|mypy|phpunit|rspec|jest|vitest|tsc)\b ?/,
  /^(?:cargo|go|deno|dotnet|mix|mvn|gradle|swift|zig|flutter|bazel) (?!install|publish|add|get\b)/,
  /^\.\/(?:gradlew|mvnw|manage\.py|bin\/[\w-]+|scripts?\/[\w.-]+) ?/,
  /^(?:python3? -m (?:pytest|unittest|mypy|ruff)|python3? manage\.py|poetry run|uv run|bundle exec|composer run|docker compose) ?/,
];
const PURPOSE =
  /(?<![a-z])(tests?|build|lint|format|fmt|start|dev|serve|deploy|migrate|seed|typecheck|types|check|bench|coverage|e2e|compile|clippy|vet|ruff|mypy|tsc|eslint|biome|prettier|pytest|vitest|jest|up)(?![a-z])/i;
const LONGEST_COMMAND = 100;

/**
 * What a command is for; `undefined` for all but plain calls of the project's own tools. The model wrote the command, perhaps at a
 * stranger's word, so nothing that fetches, joins, expands or leads elsewhere is kept.
 */
export function purposeOf(command: string): string | undefined {
  if (command.length > LONGEST_COMMAND || !/^[\w@./:=,+ -]+$/.test(command)) return undefined;
  if (/:\/\/|\.\.|(?:^|\s)[\w-]+=|(?:^|[\s=])[/~]/.test(command) || !RUNNERS.some((runner) => runner.test(command)))
    return undefined;
  return PURPOSE.exec(command)?.[1]
    ?.toLowerCase()
    .replace(/^tests$/, "test");
}
