import type {
  ConfigOf,
  Control,
  ControlledStream,
  HostInfo,
  JsonObject,
  Log,
  PermissionMode,
  Session,
  SetupContext,
  Thinking,
} from "gantry/sdk";
import type { frontendControl } from "./index.ts";
import type { Line } from "./line.ts";

/** What the parts of one controlled conversation have in common. */
export interface Kit {
  readonly stream: ControlledStream;
  readonly line: Line;
  /** Of the newest generation of plugins, as are the next three. */
  use: SetupContext<typeof frontendControl>["use"];
  config: ConfigOf<typeof frontendControl>;
  host: HostInfo;
  log: Log;
  /** Who holds the conversation. */
  holder: HoldsControl;
  /** Tells whoever reads standard error. */
  tell(text: string): void;
  /** The session, once what shapes it is in place. */
  session(): Promise<Session>;
  readonly wishes: Wishes;
}

/** The service of this plugin, as it is known to itself. */
export interface HoldsControl extends Control {
  /** The conversation goes on here: its plugins have been set up anew, and what it has put into them would be lost. */
  takeOver(kit: Kit): Promise<void>;
}

/** What the program that drives the host wants of its session. */
export interface Wishes {
  /** In place of the prompt. */
  systemPrompt?: string | undefined;
  appendedPrompt?: string | undefined;
  title?: string | undefined;
  /** A next prompt is suggested after each turn. */
  hasSuggestions?: boolean;
  /** Not now. */
  isSuggestingPaused?: boolean;
  /** A turn is running. */
  isBusy?: boolean;
  /** `undefined`: as the command line and the provider say. */
  thinking?: Thinking | "off" | undefined;
  /** What is shown of the thinking; `undefined`: as the provider is configured. */
  display?: "summarized" | "omitted" | undefined;
  /** The session, once it is open. */
  opened?: Session | undefined;
  /** When it was opened, by the clock of `performance`. */
  openedAt?: number | undefined;
  /** The model that the session began with. */
  firstModel?: string | undefined;
  /** What requests have chosen, which holds where the conversation goes on in another session. */
  model?: string | undefined;
  mode?: PermissionMode | undefined;
  /** The settings of this run. */
  settings: JsonObject;
  /** Puts hooks and MCP servers of the application in place, where plugins have been set up anew. */
  readonly renew: Map<"agents" | "hooks" | "servers", () => Promise<unknown>>;
}
