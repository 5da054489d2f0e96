import type {
  Claims,
  HookName,
  HookOutcome,
  HostInfo,
  Jobs,
  LaterService,
  SessionView,
  ShellFolders,
  TapHandler,
} from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import type { PermissionOwners } from "gantry/sdk/kit/permission-updates";
import type { Book } from "./book.ts";
import type { Firing, OwnMoment } from "./fire.ts";
import type { States } from "./state.ts";

/** What the taps of all moments work with. */
export interface Kit {
  readonly host: HostInfo;
  readonly book: Book;
  readonly claims: Claims;
  readonly firing: Firing;
  readonly stateOf: States;
  readonly permits: PermissionOwners;
  readonly jobs: LaterService<Jobs> | undefined;
  readonly shellFolders: LaterService<ShellFolders> | undefined;
  readonly clock: Clock;
  /** Says something to the model: now, where it is at work, else with the next prompt. */
  tellModel(session: SessionView, texts: readonly string[]): void;
  notify(session: SessionView, said: string): void;
  /** Heeds a hook that wants everything to stop. */
  stopFor(session: SessionView, outcome: HookOutcome): void;
  /** Fires a moment that nobody waits for; what hooks say goes to the model. */
  inBackground(session: SessionView, moment: OwnMoment): void;
  /** Fires Notification hooks. */
  announce(session: SessionView, kind: string, message: string): void;
}

/** What is tapped, as functions. */
export type Handlers<H extends HookName> = { readonly [K in H]: TapHandler<K> };
