import type {
  Command,
  CommandManifest,
  FlagManifest,
  Frontend,
  FrontendManifest,
  Subcommand,
  SubcommandManifest,
} from "./host.ts";
import type { Provider, ProviderManifest } from "./model.ts";
import type { ToolImplementation, ToolManifest } from "./tool.ts";
import type { Claims, ClaimsManifest } from "./trust.ts";
import type { Renderer, RendererManifest, StatusItem, StatusItemManifest } from "./view.ts";

/**
 * The slots: lists of things of one kind. A manifest describes its contributions by slot and name, setup returns a
 * handler for each. Two plugins that claim one name are an error that says which line of configuration chooses.
 */
export interface SlotManifests {
  readonly tools: ToolManifest;
  readonly commands: CommandManifest;
  readonly subcommands: SubcommandManifest;
  readonly providers: ProviderManifest;
  readonly frontends: FrontendManifest;
  readonly claims: ClaimsManifest;
  readonly renderers: RendererManifest;
  readonly statusItems: StatusItemManifest;
}

/** What setup returns for a contribution to each slot. */
export interface SlotHandlers {
  readonly tools: ToolImplementation<never>;
  readonly commands: Command;
  readonly subcommands: Subcommand;
  readonly providers: Provider;
  readonly frontends: Frontend;
  readonly claims: Claims;
  readonly renderers: Renderer;
  readonly statusItems: StatusItem;
}

/** The name of a slot. */
export type SlotName = keyof SlotManifests;

/** Every slot, in the order in which reports list them. */
export const SLOTS: readonly SlotName[] = Object.freeze([
  "tools",
  "commands",
  "subcommands",
  "providers",
  "frontends",
  "claims",
  "renderers",
  "statusItems",
]);

/** Flags are pure data: they have no handler. */
export type Flags = Readonly<Record<string, FlagManifest>>;
