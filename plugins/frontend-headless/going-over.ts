/** A command has asked for another session: what is told of it. */
import { newId, type OpenOptions, type Session, type WireReset } from "gantry/sdk";

/** Where the conversation shall go on, and whose wish it is. */
export interface Wanted {
  readonly options: OpenOptions;
  /** The prompt, as its sender knows it. */
  readonly uuid: string | undefined;
}

/** Why the session that is left ends. */
export function reasonOf({ options }: Wanted): string {
  if (isNew(options)) return "clear";
  return options.fork ? "another session" : "resume";
}

export function resetLine(before: Session, after: Session, { options, uuid }: Wanted): WireReset {
  return {
    type: "conversation_reset",
    new_conversation_id: after.id,
    ...(isNew(options) && { trigger: "clear", ...(uuid && UUID.test(uuid) && { user_message_uuid: uuid }) }),
    timestamp: new Date().toISOString(),
    session_id: before.id,
    uuid: newId(),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isNew({ resume, continueLatest }: OpenOptions): boolean {
  return resume === undefined && !continueLatest;
}
