import { messageOf, type PermissionRules, perSession, rootOf, type SessionView, z } from "gantry/sdk";

const PLUGIN = "permit-remember";

const rulesSchema = z.object({ rules: z.array(z.string()) });
const callSchema = z.object({ key: z.string() });

/** Answers that hold for one session and its agents. They stand in its log, so that a session that goes on still knows them. */
export interface SessionAnswers {
  addRules(session: SessionView, rules: readonly string[]): void;
  addCall(session: SessionView, tool: string, key: string): void;
  hasCalls(session: SessionView): boolean;
  hasCall(session: SessionView, key: string): boolean;
  /** Takes over what the log of a session that goes on says. */
  restore(session: SessionView): void;
}

export function sessionAnswers(rules: PermissionRules): SessionAnswers {
  const calls = perSession(
    (session) =>
      new Set(
        recorded(session, "call").flatMap((data) => {
          const parsed = callSchema.safeParse(data);
          return parsed.success ? [parsed.data.key] : [];
        }),
      ),
  );

  function restore(session: SessionView): void {
    for (const data of recorded(session, "rules")) {
      const parsed = rulesSchema.safeParse(data);
      if (!parsed.success) continue;
      try {
        rules.allow(session, parsed.data.rules);
      } catch (thrown) {
        session.notify({
          level: "warning",
          plugin: PLUGIN,
          text: `A remembered answer does not count: ${messageOf(thrown)}`,
        });
      }
    }
  }

  return {
    addRules(from, texts) {
      const session = rootOf(from);
      rules.allow(session, texts);
      session.record(PLUGIN, "rules", { rules: texts });
    },
    addCall(from, tool, key) {
      const session = rootOf(from);
      calls(session).add(key);
      session.record(PLUGIN, "call", { tool, key });
    },
    hasCalls: (session) => calls(rootOf(session)).size > 0,
    hasCall: (session, key) => calls(rootOf(session)).has(key),
    restore,
  };
}

/** What this very session has recorded: a fork begins with the log of another one, and without its answers. */
function recorded(session: SessionView, kind: string): readonly unknown[] {
  return session.entries.flatMap((entry) => {
    const isOwn = entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === kind;
    return isOwn && entry.sessionId === session.id ? [entry.data] : [];
  });
}
