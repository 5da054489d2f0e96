import type {
  ControlledStream,
  HostInfo,
  JsonObject,
  Log,
  PermissionMode,
  Session,
  SetupContext,
  Thinking,
  z,
} from "gantry/sdk";
import type { frontendControl } from "./index.ts";
import type { Line } from "./line.ts";

/** What the parts of one controlled conversation have in common. */
export interface Kit {
  readonly stream: ControlledStream;
  readonly line: Line;
  readonly use: SetupContext<typeof frontendControl>["use"];
  readonly config: z.output<typeof frontendControl.config>;
  readonly host: HostInfo;
  readonly log: Log;
  /** Tells whoever reads standard error. */
  tell(text: string): void;
  /** The session, once what shapes it is in place. */
  session(): Promise<Session>;
  readonly wishes: Wishes;
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
}
