/** A program of the person's that prints the headers of requests, such as a token that does not last. */
import {
  type Exec,
  type HostInfo,
  type LaterService,
  messageOf,
  type Settings,
  type SettingsLayer,
  z,
} from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { areHeaders } from "./header-text.ts";
import type { Headers } from "./sender.ts";
import type { Environment } from "./switch.ts";

/** Gives headers; rejects while there are none. */
export interface HeadersHelper {
  headers(): Promise<Headers>;
  /** The collector will not have them: they are asked for anew. */
  distrust(): void;
}

export interface HelperParts {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly everyMs: number;
  readonly exec: LaterService<Exec> | undefined;
  readonly host: Pick<HostInfo, "home">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of a failure that costs nothing yet, since earlier headers still serve. */
  readonly onFailure: (problem: string) => void;
}

const HELPER_MS = 10_000;
const MOST_BYTES = 64 * 1_024;
/** After a failure, or a refusal, it is not run again at once. */
const PAUSE_MS = 60_000;
const USUAL_MS = 29 * 60_000;

const PERSONAL: ReadonlySet<SettingsLayer> = new Set(["managed", "flag", "user"]);
const helperSchema = z.union([z.string().min(1), z.array(z.string()).min(1)]);
const headersSchema = z.record(z.string(), z.string());

/** The program that the person's own settings, the command line or the administrator name, as words. */
export function helperIn(settings: Settings | undefined, { home }: Pick<HostInfo, "home">): readonly string[] {
  const layers = settings?.layers("otelHeadersHelper", helperSchema) ?? [];
  const written = layers.find(({ layer }) => PERSONAL.has(layer))?.value ?? [];
  const words = typeof written === "string" ? wordsIn(written) : written;
  return words.map((word) => (word.startsWith("~/") ? home + word.slice(1) : word));
}

/** Words with blanks in them stand in quotation marks. No shell has a part in it. */
function wordsIn(line: string): readonly string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, a: string, b: string) => a ?? b));
}

export function intervalIn(env: Environment): number {
  const name = "OTEL_HEADERS_HELPER_DEBOUNCE_MS";
  const ms = Number((env[`GANTRY_${name}`] ?? env[`CLAUDE_CODE_${name}`])?.trim() || Number.NaN);
  return ms > 0 ? ms : USUAL_MS;
}

export function createHeadersHelper(parts: HelperParts): HeadersHelper {
  const { clock, everyMs, onFailure } = parts;
  let known: Headers | undefined;
  let problem: Error | undefined;
  let ranMs = Number.NEGATIVE_INFINITY;
  let nextMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    ranMs = clock.elapsed();
    try {
      known = await ask(parts);
      problem = undefined;
      nextMs = clock.elapsed() + everyMs;
    } catch (thrown) {
      problem = new Error(`otelHeadersHelper: ${messageOf(thrown).replace(/\.$/, "")}`);
      nextMs = clock.elapsed() + Math.min(PAUSE_MS, everyMs);
      if (known) onFailure(problem.message);
    } finally {
      running = undefined;
    }
  }

  return {
    async headers() {
      if (clock.elapsed() >= nextMs) running ??= refresh();
      await running;
      if (!known) throw problem;
      return known;
    },
    distrust() {
      nextMs = Math.min(nextMs, ranMs + PAUSE_MS);
    },
  };
}

/** Throws what it has done instead, in words that quote nothing of what it has printed. */
async function ask({ words, exec, host, signal }: HelperParts): Promise<Headers> {
  const [file = "", ...args] = words;
  const limits = { timeoutMs: HELPER_MS, maxBytes: MOST_BYTES, signal };
  if (!exec) throw new Error("no plugin here runs programs");
  const { exitCode, stdout, isTimedOut } = await (await exec()).run({ file, args, cwd: host.home, ...limits });
  if (isTimedOut) throw new Error(`it took longer than ${HELPER_MS / 1_000} s`);
  if (exitCode !== 0) throw new Error(`it ended with ${exitCode ?? "a signal"}`);
  const headers = headersSchema.safeParse(parsed(stdout));
  if (!headers.success) throw new Error("it printed no JSON object of headers");
  if (!areHeaders(headers.data)) throw new Error("it printed what is no header");
  return Object.fromEntries(Object.entries(headers.data).map(([name, value]) => [name.toLowerCase(), value]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
