import type { Readable, Writable } from "node:stream";
import type { Json, JsonObject } from "./json.ts";
import type { Panel } from "./panel.ts";
import type { Manifest, Plugin } from "./plugin.ts";
import type { PromptSection } from "./prompt.ts";
import { createService, type ServiceKey } from "./service.ts";
import type { Notice, Session, SessionView } from "./session.ts";
import type { LeftOut } from "./trust.ts";

/** What a plugin may know of the host it runs in. */
export interface HostInfo {
  readonly version: string;
  /** The folder the host was started for, absolute and resolved. */
  readonly cwd: string;
  /** Further folders a session may work in. */
  readonly folders: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home folder. */
  readonly home: string;
  /** Gantry's own state: `GANTRY_HOME`, or `~/.gantry`. */
  readonly stateFolder: string;
  /** Where `~/.claude` is read from: `CLAUDE_CONFIG_DIR`, or that. */
  readonly claudeFolder: string;
  /** Whether the person trusts `cwd`. What it would run or allow counts only once approved, each for itself: see {@link Trust}. */
  readonly isTrusted: boolean;
  /** Settings given by flags, as one settings object; the `flag` layer. */
  readonly flagSettings: JsonObject;
}

/** Which session to open. */
export interface OpenOptions {
  /** Go on with this session. */
  readonly resume?: string;
  /** Go on with the newest session of this folder. */
  readonly continueLatest?: boolean;
  /** Begin a new session with a copy of that conversation, and leave the old one as it is. */
  readonly fork?: boolean;
  /** What a new session is called, a copy too. */
  readonly title?: string;
  /** The id of a new session, a UUID. */
  readonly id?: string;
  /** `provider/id`, id or alias. */
  readonly model?: string;
  /** Whether a person can be asked. Default false. */
  readonly isInteractive?: boolean;
}

/** What a frontend is given: the way in, the streams, and what was asked for on the command line. */
export interface FrontendHost {
  readonly info: HostInfo;
  /** The prompt of the command line. */
  readonly prompt: string | undefined;
  /**
   * The prompt of the command line and, behind it, what comes on standard input where that is no terminal. Reads standard input to its
   * end: for frontends that read nothing else there.
   */
  readPrompt(): Promise<string | undefined>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Fires when the program shall end. */
  readonly signal: AbortSignal;
  readonly isVerbose: boolean;
  /** Whether the command line asks for a session that there is already. */
  readonly isContinued: boolean;
  /**
   * Opens the session that the command line asks for; or, where the options say which, that one, as when a command has asked
   * for it with an `open` event.
   */
  open(options?: OpenOptions): Promise<Session>;
  /** Everything the kernel knows of itself. */
  report(session?: SessionView): HostReport;
  /**
   * A service as the plugins have it now. What a setup was given belongs to plugins that are gone once `trust` has taken in more.
   */
  service<T>(key: ServiceKey<T>): Promise<T | undefined>;
  /** What the person should be told before anything else. */
  readonly notices: readonly Notice[];
  /** What this folder asks for and that does not count. Reads the files of the folder, and runs none. */
  untrusted(): Promise<LeftOut>;
  /**
   * The person has said yes to what `untrusted` said last: approves exactly that, remembers that the folder is trusted, and takes it
   * in. What is taken in may ask for more, so ask `untrusted` again.
   */
  trust(): Promise<void>;
  /**
   * Opens the program once more, in another folder: a host of its own, with the trust, settings, plugins and sessions of that folder and
   * the flags of this command line. For a frontend that serves several folders, or that needs plugins of its own in each session.
   */
  openFolder(options: FolderOptions): Promise<FolderHost>;
}

/** Which folder to open, and what to bring along. */
export interface FolderOptions {
  readonly cwd: string;
  /** Further folders that its sessions may work in, absolute. */
  readonly folders?: readonly string[];
  /** Plugins handed over as values, beside those that the folder's configuration names. */
  readonly plugins?: readonly Plugin[];
}

/** A host in another folder. Its `open` heeds the model that the command line names, and not the session. */
export interface FolderHost extends FrontendHost {
  /** Ends its sessions and plugins; idempotent. What is open when the program ends is closed with it. */
  close(): Promise<void>;
}

/** A frontend, as its plugin's manifest describes it. */
export interface FrontendManifest {
  readonly description: string;
  /** Whether it needs a terminal at both ends. The first that fits, in plugin order, is taken when no flag chooses. */
  readonly needsTerminal: boolean;
  /** Where one of these is so, it is not taken unless a flag chooses it. */
  readonly unless?: {
    /** Variables that have these values; an empty text: any value. */
    readonly env?: Readonly<Record<string, string>>;
    /** Settings that have these values, by their dotted paths. */
    readonly settings?: Readonly<Record<string, boolean | string>>;
  };
}

/**
 * What a frontend plugin's setup returns: runs the conversation and resolves to the exit code.
 *
 * **Contract**: opens its session with `host.open` and closes it; ends soon after `host.signal` fires. May reject with a coded
 * error, which the program prints; anything else is reported as a mistake of Gantry.
 *
 * @example
 * const echo: Frontend = async (host) => {
 *   const session = await host.open({ isInteractive: false });
 *   for await (const event of session.send(host.prompt ?? "Hello")) {
 *     if (event.type === "text") host.stdout.write(event.text);
 *   }
 *   await session.close();
 *   return 0;
 * };
 */
export type Frontend = (host: FrontendHost) => Promise<number>;

/** A subcommand of the program, such as `gantry doctor`. */
export interface SubcommandManifest {
  readonly description: string;
  /** Words after the subcommand, such as `[key]`. */
  readonly usage?: string;
  /** Its own flags, by name. */
  readonly flags?: Readonly<Record<string, SubcommandFlag>>;
}

/** A flag of a subcommand. */
export interface SubcommandFlag {
  readonly description: string;
  /** What it takes, such as `<file>`. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** It may be given several times: its value is a list. */
  readonly isRepeated?: boolean;
}

/** The flags that were given to a subcommand, by the name in the manifest in camel case. */
export type SubcommandFlags = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * Runs a subcommand and resolves to the exit code. `flags` has the flags that were given, by the name in the manifest in camel
 * case.
 *
 * **Contract**: writes to `host.stdout`. May reject with a coded error, which the program prints.
 */
export type Subcommand = (args: readonly string[], flags: SubcommandFlags, host: FrontendHost) => Promise<number>;

/** A slash command, such as `/redact`. */
export interface CommandManifest {
  readonly description: string;
  readonly argumentHint?: string;
  /** It gives a prompt for the model and does nothing by itself: other hosts may be offered it. Default false. */
  readonly isPrompt?: boolean;
  /** Other names for it. A command of such a name goes before. */
  readonly aliases?: readonly string[];
  /** The heading that it stands under in lists of commands, such as `Session`. Default: the plugin's name. */
  readonly group?: string;
  /** What `/help NAME` says beyond the description: a few plain sentences, and examples on lines of their own. */
  readonly help?: string;
  /** It reads or sets something that a turn does not wait for: may be run while a model is at work. Default false. */
  readonly isImmediate?: boolean;
  /** Not offered before its whole name is typed. Default false. */
  readonly isHidden?: boolean;
}

/** A session as slash commands get it: with what a person may do to it. */
export type CommandSession = SessionView &
  Pick<Session, "setModel" | "rewind" | "compact" | "rename" | "addFolder" | "removeFolder" | "close">;

/**
 * Runs a slash command; `args` is what was typed behind its name. A string is shown; `{ prompt }` is sent to the model in place
 * of what was typed; `{ open }` asks the frontend to go on in another session; `{ panel }` shows a panel, or its text where there
 * is none; `undefined` says nothing. `signal` fires when the person interrupts; there is none where nobody can.
 *
 * **Contract**: may throw: the prompt is refused with the message, and the plugin is named. Must not wait for `close`, which waits
 * for the turn that the command is part of.
 *
 * @example
 * const review: RunCommand = (args) => ({ prompt: `Review the changes of ${args || "the last commit"}.` });
 */
export type RunCommand = (
  args: string,
  session: CommandSession,
  signal?: AbortSignal,
) => CommandAnswer | Promise<CommandAnswer>;

/** What a slash command gives back: see {@link RunCommand}. */
export type CommandAnswer =
  | string
  | { readonly prompt: string }
  | { readonly open: OpenOptions }
  | { readonly panel: Panel }
  | undefined;

/** What could be typed behind a command. */
export interface Completion {
  /** Replaces all that was typed behind the command's name. */
  readonly args: string;
  readonly description?: string;
}

/**
 * What a plugin's setup returns for a command: how to run it, or that and what could be typed behind it.
 *
 * @example
 * const tone: Command = {
 *   run: (args) => `The tone is ${args || "plain"}.`,
 *   complete: (args) => ["plain", "warm"].filter((one) => one.startsWith(args)).map((one) => ({ args: one })),
 * };
 */
export type Command =
  | RunCommand
  | {
      readonly run: RunCommand;
      /** **Contract**: quick, called while somebody types; may throw, which offers nothing. */
      readonly complete: (
        args: string,
        session: CommandSession,
      ) => readonly Completion[] | Promise<readonly Completion[]>;
    };

/**
 * A flag of the program that a plugin owns. Its value lands, as data, in the plugin's own configuration (`config`) or in
 * the settings' `flag` layer (`setting`, a dotted path); or it chooses a frontend. `gantry --help` lists it.
 */
export interface FlagManifest {
  readonly description: string;
  readonly short?: string;
  /** What it takes: nothing, one value, an optional value, or many. The text is the placeholder, such as `<file>`. */
  readonly value?: `<${string}>` | `[${string}]` | `<${string}...>`;
  readonly type?: "string" | "number";
  readonly choices?: readonly string[];
  /** The flag is taken and does nothing yet: why, as the rest of a sentence. Whoever gives it is told. */
  readonly idleBecause?: string;
  readonly to: { readonly config: string } | { readonly setting: string } | { readonly frontend: string };
}

// ---------------------------------------------------------------- report

/** One plugin, as {@link HostReport} tells of it. */
export interface PluginReport {
  readonly name: string;
  readonly description: string | undefined;
  /** `built-in`, or where it was loaded from. */
  readonly from: string;
  /** Who named it: a file, a flag, a preset, or the folder it lies in. */
  readonly namedBy: string;
  readonly state: "declared" | "active" | "failed";
  /** Loading the manifest, in milliseconds. */
  readonly loadMs: number;
  /** Its setup, in milliseconds; `undefined` before it has run. */
  readonly setupMs: number | undefined;
  readonly needs: readonly string[];
  readonly provides: readonly string[];
  /** What it says of itself. */
  readonly manifest: Manifest;
  /** What it adds to each slot, by slot; with what it contributed at run time. */
  readonly contributes: Readonly<Record<string, readonly string[]>>;
  readonly wraps: readonly string[];
}

/** One tap, as {@link HostReport} tells of it. */
export interface TapReport {
  readonly plugin: string;
  readonly stage: string;
  readonly only: readonly string[] | undefined;
  /** Why it stands where it stands. */
  readonly because: string;
}

/** One layer's value for a configuration key. */
export interface ConfigOrigin {
  readonly value: Json;
  /** Such as `default`, `/home/me/.gantry/config.yaml`, `--max-turns`. */
  readonly from: string;
}

/** Everything the kernel knows of itself, as data. */
export interface HostReport {
  readonly generation: number;
  readonly plugins: readonly PluginReport[];
  /** The taps of every hook, in the order they run. */
  readonly hooks: Readonly<Record<string, readonly TapReport[]>>;
  /** Each configuration key, by dotted path, nearest layer first. */
  readonly config: Readonly<Record<string, readonly ConfigOrigin[]>>;
  /** The prompt sections of the given session, with owners. */
  readonly prompt: readonly PromptSection[];
  readonly bootMs: number;
  readonly notices: readonly Notice[];
}

/** The kernel's report as a service, for plugins that show it. */
export interface Inspector {
  report(session?: SessionView): HostReport;
  /** What the kernel traced of a call, oldest first: every tap, its effect, its milliseconds. */
  trace(callId: string): readonly Span[];
  /**
   * Calls the listener with every tap that comes to an end, but for those of the synchronous hooks. Returns what ends it.
   *
   * **Contract**: the listener must not throw and should be quick: what the tap has answered waits for it.
   */
  watch(listener: (span: Span, session: SessionView) => void): () => void;
  /**
   * Looks for configuration and plugins anew and sets every plugin up anew; sessions change over between turns. What is not approved
   * does not come in by it.
   *
   * **Contract**: rejects with a coded error where the configuration cannot be taken in; everything stays as it was then.
   */
  reload(): Promise<void>;
}
export const Inspector = createService<Inspector>("inspector");

/** One tap or handler at work. */
export interface Span {
  readonly plugin: string;
  readonly hook: string;
  readonly callId: string | undefined;
  readonly effect: "passed" | "changed" | "voted" | "failed" | "skipped";
  readonly ms: number;
}
