import {
  allow,
  ask,
  type Call,
  type Files,
  type HostInfo,
  type PermissionMode,
  type SessionView,
  type Verdict,
} from "gantry/sdk";
import { below, isWithin, placesOf } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import { visibleLine } from "gantry/sdk/kit/visible";

type Gate = (
  mode: PermissionMode,
  verdict: Verdict,
  call: Call,
  session: SessionView,
) => Verdict | undefined | Promise<Verdict | undefined>;

/** What the mode says to a call, given what rules have said. */
export function createGate(host: HostInfo, files: Files): Gate {
  const state = [host.stateFolder, host.claudeFolder];

  return (mode, verdict, call, session) => {
    if (verdict.decision === "deny") return undefined;
    if (mode === "bypassPermissions") return allow("the mode bypassPermissions");
    const isReadOnly = call.tool.traits?.readOnly === true;
    if (mode === "plan" && !isReadOnly) return whilePlanning(call);
    const path = pathOf(call);
    if (path === undefined) return undefined;
    return isReadOnly ? toRead(path, verdict, session) : toEdit(path, mode, call, session);
  };

  /** Reading elsewhere is asked for, unless a rule allows it. */
  async function toRead(path: string, verdict: Verdict, session: SessionView): Promise<Verdict | undefined> {
    if (verdict.decision === "allow") return undefined;
    const places = await placesOf(path, { cwd: session.cwd, home: host.home }, files);
    const outside = places.find((place) => !isWithin(place, session.folders) && !isOwnOutput(place, session));
    if (outside === undefined) return undefined;
    const remedy = verdict.remedy ?? `To allow it: --add-dir ${JSON.stringify(outside)}`;
    return { ...ask(`${shown(outside)} lies outside the folders of this session`), remedy };
  }

  /** A protected file is always asked for; else acceptEdits accepts edits of the session's own files. */
  async function toEdit(
    path: string,
    mode: PermissionMode,
    call: Call,
    session: SessionView,
  ): Promise<Verdict | undefined> {
    const places = await placesOf(path, { cwd: session.cwd, home: host.home }, files);
    const steering = places.find((place) => isProtectedPath(place, session.folders, state));
    if (steering !== undefined) {
      return {
        ...ask(`${shown(steering)} steers what programs run, so no rule may allow it beforehand`),
        remedy: "A person has to say yes to it, or make the change.",
      };
    }
    const isAccepted = (mode === "acceptEdits" || mode === "auto") && call.tool.permission?.family === "Edit";
    const isInside = places.every((place) => isWithin(place, session.folders));
    return isAccepted && isInside ? allow(`the mode ${mode}`) : undefined;
  }

  /** Outputs too long to be shown are kept in a folder named after the session, for the model to read. */
  function isOwnOutput(place: string, session: SessionView): boolean {
    return below(place, host.stateFolder)?.slice(0, -1).includes(session.id) ?? false;
  }
}

function whilePlanning(call: Call): Verdict {
  return {
    decision: "deny",
    reason: `the session is planning, and ${call.tool.name} may change something; read what you need, then present the plan and wait until it is approved`,
    remedy: "A person ends planning by approving the plan, or with another --permission-mode.",
  };
}

/** The path that a call is about; `undefined` for a tool without one. A search that names none is about the working folder. */
function pathOf({ tool, input }: Call): string | undefined {
  if (!tool.permission || !("path" in tool.permission)) return undefined;
  const value = (input as Readonly<Record<string, unknown>> | null)?.[tool.permission.path];
  return typeof value === "string" && value !== "" ? value : ".";
}

function shown(path: string): string {
  return visibleLine(path, 200);
}
