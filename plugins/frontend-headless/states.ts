import { newId, type Session, type WireMessage, type WireState } from "gantry/sdk";

/** Tells readers that ask for it whether a turn runs. */
export interface States {
  tell(session: Session, state: WireState["state"]): void;
  /** A turn waits for an answer, or no longer. */
  waits(isWaiting: boolean): void;
}

export function createStates(write: ((line: WireMessage) => void) | undefined): States {
  /** What was last said of it, and how many questions wait for an answer. */
  let told: { readonly session: Session; readonly state: WireState["state"] } | undefined;
  let questions = 0;

  function tell(session: Session, state: WireState["state"]): void {
    if (!write || told?.state === state) return;
    told = { session, state };
    write({ type: "system", subtype: "session_state_changed", state, session_id: session.id, uuid: newId() });
  }

  return {
    tell,
    waits(isWaiting) {
      questions += isWaiting ? 1 : -1;
      if (told && told.state !== "idle") tell(told.session, questions ? "requires_action" : "running");
    },
  };
}
