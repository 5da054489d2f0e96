import {
  allow,
  ask,
  type Call,
  deny,
  type HostInfo,
  rootOf,
  type SessionView,
  type Setup,
  type Verdict,
} from "gantry/sdk";
import { below, isWithin } from "gantry/sdk/kit/paths";
import { isProtectedPath, mayNameProtected } from "gantry/sdk/kit/protected-paths";
import { loadShell } from "gantry/sdk/kit/shell";
import { visibleLine } from "gantry/sdk/kit/visible";
import { createCommandPaths } from "./command-paths.ts";
import type { permitPaths } from "./index.ts";

const setup: Setup<typeof permitPaths> = ({ use, host }) => {
  const state = [host.stateFolder, host.claudeFolder];
  const commandPaths = createCommandPaths(use.files, use.folders);

  async function vote(verdict: Verdict, call: Call, session: SessionView): Promise<Verdict | undefined> {
    if (verdict.decision === "deny") return undefined;
    const isBypassing = use.permissions.mode(session) === "bypassPermissions";
    const subject = subjectOf(call);
    if ("command" in subject) return toCommand(subject.command, isBypassing, session);
    if (!("path" in subject) || isBypassing) return undefined;
    if (/^~[^/]/.test(subject.path))
      return ask(`${shown(subject.path)} is somebody's home folder to a shell, and a name to a tool`);
    if (!call.places) return deny("its path can lead nowhere");
    return call.tool.traits?.readOnly ? toRead(call.places, verdict, session) : toEdit(call.places, session);
  }

  /** Reading elsewhere is asked for, unless a rule allows it. */
  function toRead(places: readonly string[], verdict: Verdict, session: SessionView): Verdict | undefined {
    if (verdict.decision === "allow") return undefined;
    const outside = places.find((place) => !isWithin(place, session.folders) && !isOwnOutput(place, session, host));
    if (outside === undefined) {
      return places.every((place) => isWithin(place, session.folders))
        ? undefined
        : allow("it is what the host kept for the session");
    }
    const remedy = verdict.remedy ?? `To allow it: --add-dir ${JSON.stringify(outside)}`;
    return { ...ask(`${shown(outside)} lies outside the folders of this session`), remedy };
  }

  async function toEdit(places: readonly string[], session: SessionView): Promise<Verdict | undefined> {
    const steering = places.find((place) => isProtectedPath(place, session.folders, state));
    // While planning, the plan is written unasked, wherever plans are kept.
    return steering === undefined || (await use.permissions.isPlan?.(session, places)) ? undefined : steers(steering);
  }

  /** Removing what nobody means to remove is asked for in every mode. */
  async function toCommand(command: string, isBypassing: boolean, session: SessionView): Promise<Verdict | undefined> {
    const shell = await loadShell();
    const { removed, written, globs, isMore } = await commandPaths(shell, command, session);
    const [critical] = removed;
    if (critical !== undefined) {
      return { ...ask(`it would remove ${shown(critical)}, or all that lies in it`), remedy: BY_PERSON };
    }
    const steering = isBypassing ? undefined : written.find((place) => isProtectedPath(place, session.folders, state));
    if (steering !== undefined) return steers(steering);
    const named = isBypassing ? undefined : globs.find((glob) => glob.split("/").some(mayNameProtected));
    if (named !== undefined) return steers(named);
    return isMore && !isBypassing ? ask("it touches more files than anybody looks at") : undefined;
  }

  return { taps: { toolGate: (verdict, call, turn) => vote(verdict, call, turn.session) } };
};

export default setup;

const BY_PERSON = "A person has to say yes to it, or make the change.";

function steers(place: string): Verdict {
  return {
    ...ask(`${shown(place)} steers what programs run, so no rule may allow it beforehand`),
    remedy: BY_PERSON,
  };
}

type Subject = { readonly path: string } | { readonly command: string } | Record<never, never>;

/** What a call is about. A search that names no path is about the working folder. */
function subjectOf({ tool: { permission }, input }: Call): Subject {
  if (!permission) return {};
  const field = (key: string) => (input as Readonly<Record<string, unknown>> | null)?.[key];
  if ("path" in permission) {
    const value = field(permission.path);
    return { path: typeof value === "string" && value !== "" ? value : "." };
  }
  if (!("command" in permission)) return {};
  const command = field(permission.command);
  return typeof command === "string" ? { command } : {};
}

/** Outputs too long to be shown are kept in a folder named after the session, for the model to read. */
function isOwnOutput(place: string, session: SessionView, host: HostInfo): boolean {
  return below(place, host.stateFolder)?.slice(0, -1).includes(rootOf(session).id) ?? false;
}

function shown(path: string): string {
  return visibleLine(path, 200);
}
