import { GantryError, isGantryError, messageOf } from "gantry/sdk";
import { sentence } from "gantry/sdk/kit/clause";
import { didYouMean } from "gantry/sdk/kit/nearest";

type Known = readonly string[] | Iterable<string>;
const list = (names: Known) => [...names].join(", ");

/**
 * Every error of the kernel: its code, one sentence with the offending value, the remedy. Codes are never reused. The page
 * `docs/reference/errors.md` is made from this table.
 */
export const ERRORS = Object.freeze({
  GANTRY_ARGUMENT_INVALID: (p: { problem: string; remedy?: string }) => [p.problem, p.remedy ?? "See gantry --help."],
  GANTRY_ARGUMENT_UNKNOWN: (p: { flag: string; known: Known }) => [
    `There is no flag "${p.flag}".${didYouMean(p.flag, p.known)}`,
    "gantry --help lists every flag.",
  ],
  GANTRY_SUBCOMMAND_UNKNOWN: (p: { name: string; known: Known; flags: Known }) => [
    `There is no subcommand "${p.name}".${didYouMean(p.name, p.known)}`,
    `To send it as a prompt, choose a frontend: ${list(p.flags)}.`,
  ],
  GANTRY_FRONTEND_ABSENT: (p: { flags: Known }) => [
    "No frontend fits: standard input and output are no terminal and no flag chooses another frontend.",
    `Flags that choose one: ${list(p.flags) || "none is loaded"}.`,
  ],
  GANTRY_FRONTEND_TERMINAL: (p: { name: string; flags: Known }) => [
    `The frontend "${p.name}" needs a terminal at standard input and output.`,
    `Flags that choose one: ${list(p.flags)}.`,
  ],
  GANTRY_CONFIG_BROKEN: (p: { file: string; problem: string }) => [
    `The configuration ${p.file} cannot be read: ${sentence(p.problem)}`,
    "Correct the file, or move it away.",
  ],
  GANTRY_CONFIG_INVALID: (p: { key: string; problem: string; from: string }) => [
    `The configuration key "${p.key}" is not valid: ${sentence(p.problem)}`,
    `It was set in ${p.from}.`,
  ],
  GANTRY_CONFIG_UNKNOWN: (p: { key: string; from: string; known: Known }) => [
    `No plugin is named "${p.key}", which ${p.from} configures.${didYouMean(p.key, p.known)}`,
    'Name the plugin in "plugins", or remove the key.',
  ],
  GANTRY_PRESET_UNKNOWN: (p: { name: string; from: string; known: Known }) => [
    `There is no preset "${p.name}", which ${p.from} names.${didYouMean(p.name, p.known)}`,
    `Presets: ${list(p.known)}.`,
  ],
  GANTRY_PLUGIN_UNKNOWN: (p: { name: string; from: string; known: Known }) => [
    `There is no plugin "${p.name}", which ${p.from} names.${didYouMean(p.name, p.known)}`,
    "Give a built-in name, a path that starts with ./, or the name of an installed package.",
  ],
  GANTRY_PLUGIN_BROKEN: (p: { name: string; problem: string }) => [
    `The plugin ${p.name} cannot be loaded: ${sentence(p.problem)}`,
    'Correct it, or leave it out with "-name" in "plugins".',
  ],
  GANTRY_PLUGIN_SHAPE: (p: { name: string; got: string }) => [
    `${p.name} has no plugin as its default export, but ${p.got}.`,
    "Write export default definePlugin({ name, … }). If it does, two copies of gantry/sdk are loaded: make gantry a peer dependency of the plugin.",
  ],
  GANTRY_PLUGIN_NAME: (p: { name: string; from: string }) => [
    `"${p.name}" in ${p.from} is no name for a plugin.`,
    "Use lower-case letters, digits and -, beginning with a letter.",
  ],
  GANTRY_PLUGIN_TWICE: (p: { name: string; first: string; second: string }) => [
    `Two plugins are named "${p.name}": ${p.first} and ${p.second}.`,
    `Rename one, or leave the built-in one out with "-${p.name}" before the other in "plugins".`,
  ],
  GANTRY_PLUGIN_CLASH: (p: { kind: string; name: string; first: string; second: string }) => [
    `The plugins ${p.first} and ${p.second} both claim the ${p.kind} "${p.name}".`,
    `Choose with "plugins": ["-${p.first}"] or ["-${p.second}"] in the configuration; to change a tool without replacing it, wrap it.`,
  ],
  GANTRY_PLUGIN_NEEDS: (p: { name: string; service: string; all: Known }) => [
    `The plugin ${p.name} needs the service "${p.service}", and no plugin provides it.`,
    `Add a plugin that provides it, or leave out in "plugins" what cannot be without: ${[...p.all].map((name) => `"-${name}"`).join(", ")}.`,
  ],
  GANTRY_PLUGIN_CYCLE: (p: { members: Known }) => [
    `These plugins need each other: ${[...p.members].join(" → ")}.`,
    "One of them must do without the other, or make the need optional.",
  ],
  GANTRY_TOOL_SCHEMA: (p: { name: string; owner: string; problem: string }) => [
    `No model can be told what the tool ${p.name} of ${p.owner} takes: ${sentence(p.problem)}`,
    "Describe its input by texts, numbers, yes or no, lists and objects.",
  ],
  GANTRY_PLUGIN_HANDLERS: (p: { name: string; problem: string }) => [
    `What the setup of ${p.name} returns does not fit its manifest: ${p.problem}`,
    "Setup returns a handler for exactly the names in the manifest.",
  ],
  GANTRY_PLUGIN_SETUP: (p: { name: string; problem: string }) => [
    `The plugin ${p.name} cannot be set up: ${sentence(p.problem)}`,
    `Correct it, or leave it out with "-${p.name}" in "plugins". A plugin that names its taps in its manifest is only off.`,
  ],
  GANTRY_PLUGIN_SLOW: (p: { name: string; ms: number }) => [
    `The setup of ${p.name} did not end within ${p.ms} ms.`,
    "Start slow work in the background and let scope own it.",
  ],
  GANTRY_CLAIMS_SLOW: (p: { name: string; ms: number }) => [
    `The plugin ${p.name} did not list within ${p.ms} ms what the folder asks for.`,
    "Leave it out, or see what it waits for.",
  ],
  GANTRY_MODEL_REQUEST: (p: { model: string; problem: string }) => [
    `The model ${p.model} gave no answer: ${sentence(p.problem)}`,
    "Try again, or choose another model.",
  ],
  GANTRY_MODEL_UNKNOWN: (p: { name: string; known: Known }) => [
    `No provider has a model "${p.name}".${didYouMean(p.name, p.known)}`,
    `Write provider/model to be exact. Known: ${list(p.known)}.`,
  ],
  GANTRY_MODEL_UNUSABLE: (p: { name: string; title: string; setup: string }) => [
    `The model "${p.name}" belongs to ${p.title}, which cannot be used here.`,
    p.setup,
  ],
  GANTRY_MODEL_NONE: (p: { setups: readonly string[] }) => [
    "No model can be used: no provider is loaded or usable.",
    p.setups.join(" ") || "Load a plugin that brings a provider.",
  ],
  GANTRY_SESSION_UNKNOWN: (p: { id: string }) => [
    `The session ${p.id} is none that this host has open.`,
    "Give the session that a hook, a command or a tool was called with.",
  ],
  GANTRY_SESSION_ID: (p: { id: string }) => [`"${p.id}" is no session id.`, "A session id is a UUID."],
  GANTRY_SESSION_BLOCKED: (p: { problem: string }) => [
    `The session cannot start: ${p.problem}.`,
    "Correct that plugin, or leave it out.",
  ],
  GANTRY_SESSION_KEEPS_ID: (p: { id: string }) => [
    `A session that goes on keeps its id; "${p.id}" cannot be given to it.`,
    "Leave out --session-id, or --resume and --continue, or begin a copy with --fork-session.",
  ],
  GANTRY_SESSION_NONE: (p: { cwd: string }) => [
    `There is no earlier session of ${p.cwd}.`,
    "Start one without --continue.",
  ],
  GANTRY_SESSION_UNKEPT: (_: object) => [
    "No plugin keeps sessions, so none can be continued.",
    "Load a session store; the default preset has one.",
  ],
  GANTRY_SESSION_FORK: (_: object) => [
    "There is no session to make a copy of.",
    "Name it with --resume, or take the newest with --continue.",
  ],
  GANTRY_SESSION_WHICH: (p: { known: readonly string[] }) => [
    "--resume was given no session.",
    p.known.length ? `Name one: ${p.known.join("; ")}.` : "There is none yet: start one without --resume.",
  ],
  GANTRY_SESSION_REWIND: (p: { problem: string }) => [
    `The conversation cannot go back: ${p.problem}`,
    "Give the uuid of a record of this session, between turns.",
  ],
  GANTRY_SESSION_COMPACT: (p: { problem: string }) => [
    `The conversation cannot be shortened: ${p.problem}`,
    "Give the uuid of a prompt of this conversation, between turns.",
  ],
  GANTRY_SESSION_CLOSED: (p: { id: string }) => [`The session ${p.id} has ended.`, "Open it again with resume."],
  GANTRY_FOLDER_ABSENT: (p: { path: string }) => [`There is no folder "${p.path}".`, "Give a folder that exists."],
  GANTRY_STATE_UNWRITABLE: (p: { path: string; problem: string }) => [
    `${p.path} cannot be written: ${sentence(p.problem)}`,
    "Set GANTRY_HOME to a folder that you may write.",
  ],
} as const satisfies Record<`GANTRY_${string}`, (parts: never) => readonly [string, string]>);

type ErrorCode = keyof typeof ERRORS;

/** What was thrown, for a person: the sentence, the remedy and the code, where there are such. */
export function wordsOf(thrown: unknown): string {
  if (!isGantryError(thrown)) return messageOf(thrown);
  return [thrown.message, thrown.remedy, `[${thrown.code}]`].filter(Boolean).join(" ");
}

/** Makes an error of the table. */
export function error<C extends ErrorCode>(
  code: C,
  parts: Parameters<(typeof ERRORS)[C]>[0],
  cause?: unknown,
): GantryError {
  const [message, remedy] = (ERRORS[code] as (parts: unknown) => readonly [string, string])(parts);
  return new GantryError({ code, message, remedy, cause });
}
