import type {
  Claims,
  HookName,
  HookOutcome,
  HostInfo,
  Jobs,
  LaterService,
  PermissionRules,
  Permissions,
  RememberedAnswers,
  SessionView,
  ShellFolders,
  TapHandler,
} from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import type { Book } from "./book.ts";
import type { Firing, OwnMoment } from "./fire.ts";
import type { States } from "./state.ts";

/** Who has a say in permissions, where somebody has. */
export interface Permits {
  readonly permissions: Permissions | undefined;
  readonly rules: LaterService<PermissionRules> | undefined;
  readonly remembered: LaterService<RememberedAnswers> | undefined;
}

/** What the taps of all moments work with. */
export interface Kit {
  readonly host: HostInfo;
  readonly book: Book;
  readonly claims: Claims;
  readonly firing: Firing;
  readonly stateOf: States;
  readonly permits: Permits;
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
