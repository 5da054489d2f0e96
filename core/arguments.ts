/** Arguments into data: the kernel's own flags, those of the plugins, subcommands, the prompt. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { FlagManifest, Manifest, Notice, SubcommandFlag, SubcommandFlags } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import type { ConfigLayer } from "./config.ts";
import { error } from "./errors.ts";
import { PROTOCOL_TEXT, VERSION_TEXT } from "./version.ts";

/** What the command line asks for. */
export interface CommandLine {
  readonly prompt: string | undefined;
  readonly subcommand:
    | { readonly name: string; readonly args: readonly string[]; readonly flags: FlagValues }
    | undefined;
  /** The frontend that a flag chooses. */
  readonly frontend: string | undefined;
  readonly own: OwnFlags;
  /** The configuration that flags give, a layer each. */
  readonly config: readonly ConfigLayer[];
  /** The settings that flags give. */
  readonly settings: Record<string, unknown>;
  /** Of flags that do nothing. */
  readonly notices: readonly Notice[];
}

type FlagValues = SubcommandFlags;

interface OwnFlags {
  readonly model?: string;
  readonly continue?: boolean;
  readonly resume?: string | true;
  readonly forkSession?: boolean;
  readonly sessionId?: string;
  readonly addDir?: readonly string[];
  readonly verbose?: boolean;
  readonly debug?: string | true;
  readonly debugFile?: string;
  readonly bare?: boolean;
  readonly trust?: boolean;
}

/** Text that is written to standard output in place of a run: help, the version. */
export class Printed extends Error {}

const OWN: readonly [flags: string, description: string][] = [
  ["--model <model>", "the model: provider/id, an id or an alias"],
  ["-c, --continue", "go on with the newest session of this folder"],
  ["-r, --resume [session]", "go on with this session: its id, the start of that, or its name"],
  ["--fork-session", "with --resume or --continue: go on in a copy"],
  ["--session-id <uuid>", "the id of the new session"],
  ["--add-dir <folders...>", "further folders to work in"],
  ["--trust", "let code and settings of this folder count, this time"],
  ["--bare", "kernel and provider alone: no tools, no context"],
  ["--verbose", "show more"],
  ["--debug [plugins]", "show what plugins log; all, or those named"],
  ["--debug-file <file>", "append what plugins log to this file"],
];

export function parseArguments(argv: readonly string[], manifests: readonly Manifest[]): CommandLine {
  const subcommands = new Map(manifests.flatMap((manifest) => Object.entries(manifest.subcommands ?? {})));
  const at = firstWord(argv, manifests);
  const name = subcommands.has(argv[at] ?? "") ? (argv[at] as string) : undefined;
  const command = new Command(name ? `gantry ${name}` : "gantry");
  for (const [flags, description] of OWN) command.option(flags, description);
  command
    .version(VERSION_TEXT.trimEnd(), "--version", "show the version")
    .option("-v", "show the version of the agent protocol, and Gantry's")
    .on("option:v", () => {
      throw new Printed(PROTOCOL_TEXT);
    })
    .helpOption("-h, --help", "show this help");

  const described = name ? subcommands.get(name) : undefined;
  const taken = Object.keys(described?.flags ?? {});
  const owned = manifests.flatMap(flagsOf).filter(({ flag }) => !taken.includes(flag));
  for (const [flag, manifest] of Object.entries(described?.flags ?? {})) {
    command.addOption(subcommandOption(flag, manifest));
  }
  // A subcommand takes them too, so that it can say what they would change; its help is about its own.
  const meant = name ? owned : meantBy(argv, owned);
  for (const { flag, manifest } of meant) command.addOption(optionOf(flag, manifest).hideHelp(name !== undefined));
  command.usage(described ? `${described.usage ?? ""} [flags]`.trim() : "[flags] [prompt]");
  command.description(described?.description ?? "An agent host in which everything is a plugin.");
  if (!name) command.addHelpText("after", listOf(subcommands));
  command.argument("[words...]");

  const values = parse(command, name ? argv.toSpliced(at, 1) : argv, owned);
  const isGiven = (key: string) => command.getOptionValueSource(key) === "cli";
  const words = command.args;
  const said = { ...NOTHING, own: values as OwnFlags, ...routed(meant, values, isGiven) };
  if (name) return { ...said, frontend: undefined, subcommand: { name, args: words, flags: values as FlagValues } };
  // Who settles the model of a session sees that the person has named one.
  if (said.own.model !== undefined) said.settings.model = said.own.model;
  return { ...said, prompt: words.length ? words.join(" ") : undefined };
}

/** The flags that these words may mean: there are a hundred, to set all up takes longer than to read the words, and help lists them all. */
function meantBy(argv: readonly string[], owned: readonly OwnedFlag[]): readonly OwnedFlag[] {
  if (argv.some((word) => word === "--help" || /^-\w*h/.test(word))) return owned;
  return owned.filter(
    ({ flag, manifest }) => manifest.short !== undefined || argv.some((word) => word.startsWith(`--${flag}`)),
  );
}

/**
 * Where the first word is that belongs to no flag. A flag that takes as many words as there are, or perhaps one, or that chooses a
 * frontend, ends the search: what follows is a prompt.
 */
function firstWord(argv: readonly string[], manifests: readonly Manifest[]): number {
  const words = new Map<string, number>();
  const take = (flags: readonly string[], value = "") => {
    if (value === "" || /^<[^.]*>$/.test(value)) for (const flag of flags) words.set(flag, value === "" ? 1 : 2);
  };
  for (const [flags] of OWN) {
    const [, names = "", value] = /^([^<[]*)(.*)$/.exec(flags) ?? [];
    take(names.trim().split(", "), value);
  }
  for (const { flag, manifest } of manifests.flatMap(flagsOf)) {
    if (!("frontend" in manifest.to))
      take([`--${flag}`, ...(manifest.short ? [`-${manifest.short}`] : [])], manifest.value);
  }
  let at = 0;
  for (let word = argv[at]; word?.startsWith("-"); word = argv[at]) {
    const [flag = "", given] = word.split(/=(.*)/s);
    const count = words.get(flag);
    if (count === undefined) return -1;
    at += given === undefined ? count : 1;
  }
  return at;
}

const NOTHING = {
  prompt: undefined,
  subcommand: undefined,
  frontend: undefined,
  config: [],
  settings: {},
  notices: [],
};

interface OwnedFlag {
  readonly plugin: string;
  readonly flag: string;
  readonly manifest: FlagManifest;
}

function flagsOf({ name, flags = {} }: Manifest): OwnedFlag[] {
  return Object.entries(flags).map(([flag, manifest]) => ({ plugin: name, flag, manifest }));
}

function subcommandOption(flag: string, { short, value, description, isRepeated }: SubcommandFlag): Option {
  const option = new Option(`${short ? `-${short}, ` : ""}--${flag}${value ? ` ${value}` : ""}`, description);
  return isRepeated ? option.argParser((given: string, before: string[] = []) => [...before, given]) : option;
}

function optionOf(flag: string, { short, value, description, choices, type }: FlagManifest): Option {
  const option = new Option(`${short ? `-${short}, ` : ""}--${flag}${value ? ` ${value}` : ""}`, description);
  if (type === "number") option.argParser(asNumber);
  if (choices) option.argParser((given: string) => asChoice(given, choices)).argChoices = [...choices];
  return option;
}

function asChoice(given: string, choices: readonly string[]): string {
  if (choices.includes(given)) return given;
  throw new InvalidArgumentError(`It is none of ${choices.join(", ")}.${didYouMean(given, choices)}`);
}

function asNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It is no number.");
  return number;
}

function parse(command: Command, argv: readonly string[], owned: readonly OwnedFlag[]): Record<string, unknown> {
  const printed: string[] = [];
  command.exitOverride().configureOutput({ writeOut: (text) => void printed.push(text), writeErr: () => undefined });
  try {
    return command.parse([...argv], { from: "user" }).opts();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) throw new Printed(printed.join(""));
    const flag = /'(-[^']*)'/.exec(thrown.message)?.[1];
    if (thrown.code === "commander.unknownOption" && flag) {
      throw error("GANTRY_ARGUMENT_UNKNOWN", {
        flag,
        known: [...command.options.flatMap(({ long }) => long ?? []), ...owned.map(({ flag }) => `--${flag}`)],
      });
    }
    const [problem = ""] = thrown.message.replace(/^error: /, "").split("\n", 1);
    throw error("GANTRY_ARGUMENT_INVALID", {
      problem: `${problem[0]?.toUpperCase()}${problem.slice(1)}.`.replace(/([.?])\.$/, "$1"),
    });
  }
}

/** Sends each flag's value where its manifest says. */
function routed(owned: readonly OwnedFlag[], values: Record<string, unknown>, isGiven: (key: string) => boolean) {
  const config: ConfigLayer[] = [];
  const notices: Notice[] = [];
  const settings: Record<string, unknown> = {};
  let frontend: string | undefined;
  const taken = new Set<string>();
  for (const { plugin, flag, manifest } of owned) {
    const key = new Option(`--${flag}`).attributeName();
    // A flag may have two spellings, which are one value.
    if (!isGiven(key) || taken.has(key)) continue;
    taken.add(key);
    const value = values[key];
    if (manifest.idleBecause)
      notices.push({ level: "warning", text: `--${flag} has no effect: ${manifest.idleBecause}.` });
    if ("frontend" in manifest.to) frontend = manifest.to.frontend;
    else if ("config" in manifest.to)
      config.push({ from: `--${flag}`, values: { [plugin]: { [manifest.to.config]: value } } });
    else put(settings, manifest.to.setting.split("."), value);
  }
  return { config, settings, notices, frontend };
}

/** Lists given to the same setting by several flags are joined. */
function put(target: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  const before = target[key];
  if (!rest.length) target[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  else {
    const inner = (before ?? {}) as Record<string, unknown>;
    target[key] = inner;
    put(inner, rest, value);
  }
}

function listOf(subcommands: ReadonlyMap<string, { readonly description: string }>): string {
  const width = Math.max(0, ...[...subcommands.keys()].map((name) => name.length));
  const lines = [...subcommands].map(([name, { description }]) => `  ${name.padEnd(width)}  ${description}`);
  return lines.length ? `\nSubcommands (gantry <subcommand> --help says more):\n${lines.join("\n")}` : "";
}
