/** What opening a host takes, and what a host is to whoever opened it. */
import type {
  Fault,
  HostInfo,
  HostReport,
  JsonObject,
  LeftOut,
  Manifest,
  Notice,
  OpenOptions,
  Plugin,
  ServiceKey,
  Session,
  SessionView,
} from "gantry/sdk";
import type { ConfigLayer } from "./config.ts";
import type { Catalogue } from "./discover.ts";
import type { Generation } from "./generation.ts";
import type { InfoOptions } from "./info.ts";

export interface HostOptions extends InfoOptions {
  /** What comes with the program; an embedder may leave it out. */
  readonly catalogue?: Catalogue;
  /** Plugins handed over as values. */
  readonly plugins?: readonly Plugin[];
  /** Configuration nearer than any file, nearest first. */
  readonly config?: readonly ConfigLayer[];
  /** Configuration below every file: the default preset. */
  readonly defaults?: readonly ConfigLayer[];
  /** Look for configuration and plugins in files. Default true. */
  readonly useFiles?: boolean;
  /** Reads the command line once the manifests, and so the flags, are known. */
  readonly commandLine?: (manifests: readonly Manifest[]) => {
    readonly config: readonly ConfigLayer[];
    readonly settings: JsonObject;
    readonly folders: readonly string[];
  };
  readonly onLog?: (plugin: string, message: string) => void;
  /** Failures of plugins where no session is there to tell. */
  readonly onFault?: (fault: Fault) => void;
  /** Freeze what plugins are given, so that one that changes it fails. For tests. */
  readonly isStrict?: boolean;
}

/** The host: what plugins are loaded into and sessions are opened on. */
export interface Host {
  readonly info: HostInfo;
  /** The newest generation. */
  readonly generation: Generation;
  readonly notices: readonly Notice[];
  open(options?: OpenOptions): Promise<Session>;
  report(session?: SessionView): HostReport;
  /** Which plugin is being waited for, longest first. */
  pending(): readonly { readonly plugin: string; readonly hook: string; readonly ms: number }[];
  /** A service, its owner set up. */
  service<T>(key: ServiceKey<T>): Promise<T | undefined>;
  /** Looks for plugins and configuration anew; every plugin is set up anew, and sessions change over between turns. */
  reload(): Promise<void>;
  /** What the folder asks for and that does not count. Reads the files of the folder, and runs none. */
  untrusted(): Promise<LeftOut>;
  /** Approves exactly what `untrusted` said last, remembers that the person trusts this folder, and takes it in. */
  trust(): Promise<void>;
  /** Ends all sessions and plugins; idempotent. */
  close(): Promise<void>;
}
