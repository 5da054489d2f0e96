import fs from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  allow,
  ask,
  deny,
  type ExecSpec,
  type HostInfo,
  PluginError,
  perSession,
  type Sandbox,
  type Scope,
  type SessionView,
  type Settings,
  type Verdict,
} from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { shellFolder } from "gantry/sdk/kit/shell-folder";
import { type Boundary, drawBoundary } from "./boundary.ts";
import { bubblewrapArguments } from "./bubblewrap.ts";
import { disk, snapshot } from "./disk.ts";
import { confinedEnvironment, type Environment } from "./environment.ts";
import { isExcluded } from "./excluded.ts";
import { createMasks } from "./masks.ts";
import { findMeans, type Means } from "./means.ts";
import { type Policy, readPolicy } from "./policy.ts";
import { deniedByRules } from "./rules.ts";
import { seatbeltProfile } from "./seatbelt.ts";
import { type Survey, surveyFolder } from "./survey.ts";

export interface Parts {
  readonly host: HostInfo;
  readonly settings: Settings;
  readonly scope: Scope;
}

export interface ConfinementService extends Sandbox {
  /** What the gate says of a command. */
  vote(session: SessionView, command: string, isOutside: boolean): Promise<Verdict | undefined>;
}

/** What a session's confined commands share. */
interface Place {
  readonly temporary: Promise<string>;
  survey(root: string): Survey;
}

export function createConfinement({ host, settings, scope }: Parts): ConfinementService {
  const masks = scope.own(createMasks(join(host.stateFolder, "sandbox")));
  const known = new Map<string, Promise<Means>>();
  const placeOf = perSession((session): Place => {
    const surveys = new Map<string, Survey>();
    return {
      temporary: makeTemporary(session),
      survey(root) {
        const isHome = root === disk.resolve(host.home);
        const survey = surveys.get(root) ?? surveyFolder(root, isHome, [host.stateFolder, host.claudeFolder], disk);
        surveys.set(root, survey);
        return survey;
      },
    };
  });

  function meansOf(session: SessionView, policy: Policy): Promise<Means> {
    if (session.folders.includes("/")) return Promise.resolve({ problem: WHOLE_MACHINE });
    const workspace = [host.cwd, ...host.folders, ...session.folders, ...policy.allowWrite];
    const key = JSON.stringify([policy.bwrapPath, policy.isWeaker, workspace]);
    const means = known.get(key) ?? findMeans(host, policy, workspace);
    known.set(key, means);
    return means;
  }

  async function prepare(session: SessionView, spec: ExecSpec, policy: Policy, means: Means, files: readonly string[]) {
    if ("problem" in means) throw unavailable(means.problem);
    const place = placeOf(session);
    const temporary = await place.temporary;
    makeFolders(shellFolder(host, session), 0o700);
    for (const file of files) fs.closeSync(fs.openSync(file, "a", 0o600));
    const hold = masks.hold();
    try {
      const now = snapshot();
      const rules = deniedByRules(settings, host, session.folders);
      const boundary = drawBoundary({
        host,
        session,
        policy,
        rules,
        disk: now,
        temporary,
        files,
        survey: place.survey,
      });
      const environment = confinedEnvironment(host, spec, temporary, policy.sockets === "all");
      if (means.kind === "seatbelt") {
        return { spec: asSeatbelt(means.program, spec, boundary, environment), release: hold.release };
      }
      const { args, placeholders } = bubblewrapArguments(boundary, now, spec);
      hold.make(placeholders);
      return { spec: asBubblewrap(means.program, spec, args, environment), release: hold.release };
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  return {
    async state(session) {
      const policy = readPolicy(settings, host);
      const { isOn, isRequired, mayBeLeft, notices } = policy;
      const means = isOn ? await meansOf(session, policy) : undefined;
      return { isOn, isRequired, mayBeLeft, notices, ...(means && "problem" in means && { problem: means.problem }) };
    },
    async confines(session, command) {
      const policy = readPolicy(settings, host);
      if (!policy.isOn || (await isExcluded(command, policy.excludedCommands))) return false;
      return !("problem" in (await meansOf(session, policy)));
    },
    async confine(session, spec, command, { writable = [], isOutside = false } = {}) {
      const policy = readPolicy(settings, host);
      if (!policy.isOn) return unconfined(spec);
      if (isOutside && !policy.mayBeLeft) throw forbidden();
      if (isOutside || (await isExcluded(command, policy.excludedCommands))) return unconfined(spec);
      const means = await meansOf(session, policy);
      if ("problem" in means && !policy.isRequired) return unconfined(spec);
      const confined = await prepare(session, spec, policy, means, writable);
      return { ...confined, isConfined: true, advice: adviceFor(policy) };
    },
    async vote(session, command, isOutside) {
      const policy = readPolicy(settings, host);
      if (!policy.isOn) return undefined;
      if (isOutside && !policy.mayBeLeft) return deny(FORBIDDEN);
      if (isOutside) return { ...ask("it is to run outside of the sandbox"), remedy: BY_PERSON };
      if (await isExcluded(command, policy.excludedCommands)) return undefined;
      const means = await meansOf(session, policy);
      if ("problem" in means) return policy.isRequired ? deny(`it cannot be confined: ${means.problem}`) : undefined;
      return policy.isAutoAllowed ? allow("it runs in the sandbox") : undefined;
    },
  };
}

const WHOLE_MACHINE =
  "The session works in /, and a sandbox that may write everywhere is none. Start in a folder below.";
const BY_PERSON = "A person has to say yes to it; no rule does so.";
const FORBIDDEN =
  "the settings let no command run outside of the sandbox (sandbox.allowUnsandboxedCommands); call it without dangerouslyDisableSandbox";

function asBubblewrap(file: string, spec: ExecSpec, args: readonly string[], { set, unset }: Environment): ExecSpec {
  const changes = [
    ...unset.flatMap((name) => ["--unsetenv", name]),
    ...Object.entries(set).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
  // It runs outside itself: no library of the working folder may get into it.
  const env = { ...spec.env, LD_LIBRARY_PATH: "" };
  return { ...spec, file, args: [...args, ...changes, "--", spec.file, ...spec.args], env };
}

function asSeatbelt(file: string, spec: ExecSpec, boundary: Boundary, { set, unset }: Environment): ExecSpec {
  const env = { ...spec.env, ...Object.fromEntries(unset.map((name) => [name, ""])), ...set };
  return { ...spec, file, args: ["-p", seatbeltProfile(boundary), spec.file, ...spec.args], env };
}

function unconfined(spec: ExecSpec) {
  return { spec, isConfined: false, advice: "", release: () => undefined };
}

function adviceFor({ isNetworkOpen, mayBeLeft }: Policy): string {
  const reach = `only the working folders and $TMPDIR can be written, except names that steer programs${isNetworkOpen ? "" : ", and there is no network"}`;
  const remedy = mayBeLeft
    ? " If the command needs more, call it with dangerouslyDisableSandbox: the person is asked."
    : "";
  return `The command ran in the sandbox, where ${reach}.${remedy}`;
}

/** Of the session alone. Where it stands in for `/tmp`, its own path leads to it as well. */
async function makeTemporary(session: SessionView): Promise<string> {
  const folder = await mkdtemp(join(disk.resolve(tmpdir()), "gantry-"));
  session.scope.own(() => rm(folder, { recursive: true, force: true }).catch(() => undefined));
  if (dirname(folder) === "/tmp") fs.symlinkSync(".", join(folder, basename(folder)));
  return folder;
}

function unavailable(problem: string): PluginError {
  return new PluginError(
    "GANTRY_SANDBOX_UNAVAILABLE",
    `The command cannot be confined, and the settings demand it (sandbox.failIfUnavailable). ${problem}`,
    "Install what is named, or have the person change the setting.",
  );
}

function forbidden(): PluginError {
  return new PluginError(
    "GANTRY_SANDBOX_FORBIDDEN",
    "The settings let no command run outside of the sandbox (sandbox.allowUnsandboxedCommands).",
    "Call it without dangerouslyDisableSandbox.",
  );
}
