import {
  deny,
  type Judge,
  type PermissionMode,
  type PermissionRules,
  type Permissions,
  type RuleLists,
  type Scope,
  type Verdict,
} from "gantry/sdk";
import { clause } from "gantry/sdk/kit/clause";
import { supposedSession } from "gantry/sdk/kit/supposed-session";

/** A call, and the circumstances in which it might be made. */
export interface Supposed {
  readonly tool: string;
  readonly input: unknown;
  /** In place of all settings. */
  readonly rules: RuleLists | undefined;
  readonly mode: PermissionMode | undefined;
  readonly cwd: string;
  readonly home: string;
  /** Whether somebody is there to be asked. */
  readonly interactive: boolean;
}

interface Services {
  readonly judge: Judge;
  readonly rules: PermissionRules | undefined;
  readonly permissions: Permissions | undefined;
}

/** Judges supposed calls by the gates of real ones, in sessions that do nothing. */
export function createSupposing(
  { judge, rules, permissions }: Services,
  scope: Scope,
): (supposed: Supposed) => Promise<Verdict> {
  return async ({ tool, input, rules: lists, mode, cwd, home, interactive }) => {
    const session = supposedSession({ cwd, home, isInteractive: interactive, scope });
    // What cannot be supposed must not be passed over: without it, more would be allowed.
    if (lists && !rules) return deny("no plugin judges by rules");
    if (mode && mode !== "default" && !permissions) return deny(`no plugin knows the mode ${mode}`);
    if (lists) rules?.suppose(session, lists);
    if (mode) permissions?.suppose(session, mode);
    const verdict = await judge.judge(session, { name: tool, input });
    if (verdict.decision !== "ask" || interactive) return verdict;
    return {
      ...verdict,
      decision: "deny",
      reason: `${clause(verdict.reason ?? "it needs a yes")}, and nobody can be asked`,
    };
  };
}
