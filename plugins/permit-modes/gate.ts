import { allow, type Call, type PermissionMode, type SessionView, type Verdict } from "gantry/sdk";
import { clause } from "gantry/sdk/kit/clause";
import { isWithin } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";

/** What the mode says to a call, given what all others have said. */
export function gate(mode: PermissionMode, verdict: Verdict, call: Call, session: SessionView): Verdict | undefined {
  if (verdict.decision === "deny") return undefined;
  const isReadOnly = call.tool.traits?.readOnly === true;
  switch (mode) {
    case "bypassPermissions":
      return allow("the mode bypassPermissions");
    case "plan":
      // A plan binds the model: what a person asks for themself is judged as ever.
      return isReadOnly || verdict.readsOnly || call.origin === "user" ? undefined : whilePlanning(call, session);
    case "acceptEdits":
    case "auto":
      return accepted(mode, call, session);
    case "dontAsk":
      return verdict.decision === "ask" || (verdict.decision === "none" && !isReadOnly) ? unasked(verdict) : undefined;
    default:
      return undefined;
  }
}

/** Edits of the session's own files are accepted. */
function accepted(mode: PermissionMode, call: Call, session: SessionView): Verdict | undefined {
  const places = editedPlaces(call);
  const isOwn = places?.every((place) => isWithin(place, session.folders) && !isProtectedPath(place, session.folders));
  return isOwn ? allow(`the mode ${mode}`) : undefined;
}

function whilePlanning(call: Call, { agent }: SessionView): Verdict {
  if (agent) {
    const reason = `the agent ${agent.type} only looks, and ${call.tool.name} may change something; find out what you can without it, and say what is left`;
    return { decision: "deny", reason };
  }
  return {
    decision: "deny",
    reason: `the session is planning, and ${call.tool.name} may change something; read what you need, then present the plan and wait until it is approved`,
    remedy: "A person ends planning by approving the plan, or with another --permission-mode.",
  };
}

function unasked({ reason = "it needs a yes", rule, remedy }: Verdict): Verdict {
  return {
    decision: "deny",
    reason: `${clause(reason)}, and in the mode dontAsk nobody is asked`,
    ...(rule !== undefined && { rule }),
    ...(remedy !== undefined && { remedy }),
  };
}

/** Where an edit leads; `undefined` where the call is none. */
export function editedPlaces({ tool: { permission }, input, places }: Call): readonly string[] | undefined {
  if (permission?.family !== "Edit" || !("path" in permission)) return undefined;
  const value = (input as Readonly<Record<string, unknown>> | null)?.[permission.path];
  return typeof value === "string" && value !== "" ? places : undefined;
}
