/** Tells observers which hooks there are: at the beginning of a session, and those that a change has brought. */
import { perSession, type SessionView } from "gantry/sdk";
import type { Book } from "./book.ts";
import type { Hook } from "./read.ts";

/** Tells of every hook once a session. */
export function createRegister(book: Book): (session: SessionView) => void {
  const told = perSession(() => new Set<string>());
  return (session) => {
    const known = told(session);
    for (const hook of book.all) {
      if (hook.session && hook.session !== session) continue;
      const id = idOf(hook);
      if (known.has(id)) continue;
      known.add(id);
      const { event, matcher, handler, layer } = hook;
      const what = { event, ...(matcher !== undefined && { matcher }), kind: handler.type, layer };
      session.announce({ type: "hookRegistered", ...what, isActive: book.whyOff(hook) === undefined });
    }
  };
}

function idOf({ event, matcher, source, key }: Hook): string {
  return JSON.stringify([event, matcher, source, key]);
}
