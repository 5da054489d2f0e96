import type { Span } from "@opentelemetry/api";
import { type Call, type PermissionMode, perSession } from "gantry/sdk";

/** A turn that is under way. */
export interface OpenTurn {
  readonly id: string;
  readonly span: Span;
  /** Time that a person was waited for. */
  askMs: number;
}

/** A call that is running. */
export interface OpenCall {
  readonly call: Call;
  readonly span: Span;
  readonly startMs: number;
}

/** What is known of a session between two things that happen in it. */
export interface State {
  turn: OpenTurn | undefined;
  mode: PermissionMode | undefined;
  compactingMs: number | undefined;
  readonly calls: Map<string, OpenCall>;
  /** By call: the plugin whose word decided, as far as it is known. */
  readonly deciders: Map<string, string>;
}

export const stateOf = perSession(
  (): State => ({ turn: undefined, mode: undefined, compactingMs: undefined, calls: new Map(), deciders: new Map() }),
);
