/** The program: a command line becomes a host, a frontend or a subcommand, and an exit code. */
import { appendFileSync } from "node:fs";
import { isGantryError, type JsonObject, messageOf, Settings } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import * as z from "zod";
import { type CommandLine, Printed, parseArguments } from "./arguments.ts";
import type { Catalogue } from "./discover.ts";
import { error, wordsOf } from "./errors.ts";
import { exit } from "./exit.ts";
import { asFrontendHost, type OpenedHost, type OpenProgram } from "./frontend-host.ts";
import type { Host } from "./host.ts";
import { openHost } from "./kernel.ts";
import { VERSION } from "./version.ts";

const SIGNALS = { SIGINT: 130, SIGQUIT: 131, SIGTERM: 143, SIGHUP: 129 } as const;

export interface ProgramOptions {
  readonly catalogue: Catalogue;
  /** The preset when nothing else names one, and the one for `--bare`. */
  readonly presets: { readonly usual: string; readonly bare: string };
}

/** Runs the program to its end. Resolves to the exit code; whatever fails is said on standard error. */
export async function main(argv: readonly string[], options: ProgramOptions): Promise<number> {
  const ending = onSignals();
  let host: OpenedHost | undefined;
  try {
    const opened = opening(argv, options);
    host = await opened({});
    const code = await run(host, opened, ending.signal);
    return ending.code ?? code;
  } catch (thrown) {
    if (thrown instanceof Printed) return print(thrown.message);
    const report = isGantryError(thrown) ? "" : " [GANTRY_INTERNAL] Please report this, with what --debug shows.";
    process.stderr.write(`gantry: ${wordsOf(thrown)}${report}\n`);
    return ending.code ?? 1;
  } finally {
    await host?.close();
  }
}

/** Opens the program's hosts: one where it was started, and more where a frontend wants them, which end with the first. */
function opening(argv: readonly string[], { catalogue, presets }: ProgramOptions): OpenProgram {
  const isBare = argv.includes("--bare");
  const usual = { from: "the default", values: { preset: presets.usual } };
  const all = new Set<Host>();
  return async ({ folders = [], ...folder }) => {
    let line: CommandLine | undefined;
    const host = await openHost({
      ...folder,
      trust: argv.includes("--trust"),
      catalogue,
      defaults: [isBare ? { from: "--bare", values: { preset: presets.bare } } : usual],
      useFiles: !isBare,
      commandLine: (manifests) => {
        line = parseArguments(argv, manifests);
        // A log that is asked for is there, whether or not anything happens.
        if (line.own.debugFile !== undefined) debug(line, "host", `Gantry ${VERSION}, process ${process.pid}`);
        const added = [...(line.own.addDir ?? []), ...folders];
        return { config: line.config, settings: line.settings as JsonObject, folders: added };
      },
      onLog: (plugin, message) => debug(line, plugin, message),
    });
    const isFirst = !all.size;
    all.add(host);
    const close = async () => {
      const closing = isFirst ? [...all] : [host];
      await Promise.all(closing.map((one) => one.close().finally(() => all.delete(one))));
    };
    return { host, line: line as CommandLine, close };
  };
}

async function run({ host, line }: OpenedHost, opened: OpenProgram, signal: AbortSignal): Promise<number> {
  const { subcommand } = line;
  const frontendHost = asFrontendHost({ host, line, opened, signal });
  const named = subcommand && host.generation.subcommands.get(subcommand.name);
  if (named) return (await named.handler())(subcommand.args, subcommand.flags, frontendHost);
  const { frontends, subcommands } = host.generation;
  const flags = choosingFlags(host);
  const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const chosen = line.frontend === undefined ? await fitting(host, isTerminal) : frontends.get(line.frontend);
  if (!chosen) throw error("GANTRY_FRONTEND_ABSENT", { flags });
  if (chosen.manifest.needsTerminal && !isTerminal)
    throw error("GANTRY_FRONTEND_TERMINAL", { name: chosen.name, flags });
  const { prompt } = line;
  if (prompt && !line.frontend && !/\s/.test(prompt) && nearest(prompt, subcommands.keys())) {
    throw error("GANTRY_SUBCOMMAND_UNKNOWN", { name: prompt, known: subcommands.keys(), flags });
  }
  return (await chosen.handler())(frontendHost);
}

/** The first frontend that this terminal, or what stands in place of one, is good for. */
async function fitting(host: Host, isTerminal: boolean) {
  const { generation, info } = host;
  for (const one of generation.frontends.values()) {
    const { needsTerminal, unless } = one.manifest;
    if (needsTerminal && !isTerminal) continue;
    const isExcepted = Object.entries(unless?.env ?? {}).some(([name, value]) =>
      value ? info.env[name] === value : info.env[name],
    );
    const layered = unless?.settings && (await host.service(Settings));
    const isSet = Object.entries(unless?.settings ?? {}).some(
      ([key, value]) => layered?.get(key, z.unknown()) === value,
    );
    if (!isExcepted && !isSet) return one;
  }
  return undefined;
}

/** The flags that choose a frontend. */
function choosingFlags({ generation }: Host): readonly string[] {
  const flags = generation.members.flatMap(({ plugin }) => Object.entries(plugin.manifest.flags ?? {}));
  return flags.flatMap(([name, { to }]) => ("frontend" in to ? `--${name}` : []));
}

// ---------------------------------------------------------------- endings

/** The first signal asks the frontend to end; the second ends the program at once. */
function onSignals(): { readonly signal: AbortSignal; readonly code: number | undefined } {
  const controller = new AbortController();
  const state: { signal: AbortSignal; code: number | undefined } = {
    signal: controller.signal,
    code: undefined,
  };
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (state.code !== undefined) exit(code);
      state.code = code;
      controller.abort(name);
    });
  }
  return state;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

let isUnwritable = false;

function debug(line: CommandLine | undefined, plugin: string, message: string): void {
  const { debug: filter, debugFile } = line?.own ?? {};
  const isWanted = typeof filter === "string" ? filter.split(",").includes(plugin) : filter || debugFile !== undefined;
  if (!isWanted) return;
  const text = `[${plugin}] ${message}\n`;
  if (debugFile === undefined) process.stderr.write(text);
  else appendTo(debugFile, `${new Date().toISOString()} ${text}`);
}

/** What plugins log is for the person alone. A file that cannot be written is said once, and then logs go to standard error. */
function appendTo(file: string, text: string): void {
  try {
    appendFileSync(file, text, { mode: 0o600 });
  } catch (thrown) {
    if (!isUnwritable) process.stderr.write(`gantry: --debug-file ${file} cannot be written: ${messageOf(thrown)}\n`);
    isUnwritable = true;
    process.stderr.write(text);
  }
}
