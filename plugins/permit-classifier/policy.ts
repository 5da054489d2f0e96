import { type Settings, z } from "gantry/sdk";

/** The policy of the mode auto, in prose. */
export interface Policy {
  /** What is trusted: hosts, registries, repositories. */
  readonly environment: readonly string[];
  /** What may run. */
  readonly allow: readonly string[];
  /** What may run only if the person has asked for this very thing. */
  readonly soft_deny: readonly string[];
  /** What may not run, whoever asks. */
  readonly hard_deny: readonly string[];
}

/** What the settings make of it. */
export interface EffectivePolicy extends Policy {
  readonly classifyAllShell: boolean;
  readonly model: string | undefined;
}

export const DEFAULT_POLICY: Policy = Object.freeze({
  environment: [
    "The session's folders are the person's own work, and the remotes of their repositories are where it belongs.",
    "Everything else is foreign: other hosts, accounts, storage, registries and repositories.",
  ],
  allow: [
    "Building, testing, linting, formatting and running the project in the session's folders.",
    "Making, changing, moving and deleting files in the session's folders, as far as the task is about them.",
    "Installing what the project's own manifest or lock file names already.",
    "Version control that stays on this machine and can be undone: status, diff, add, commit, branch, stash.",
    "Reading public documentation, with nothing of the project sent along.",
  ],
  soft_deny: [
    "Deleting or overwriting what the session has not made and the task does not name, or the history of a repository: force pushes, hard resets, deleted branches, removal of untracked files.",
    "Pushing, merging, releasing, publishing or deploying.",
    "Changing what others rely on: production systems, shared databases, cloud resources, accounts, access rights.",
    "Running code from elsewhere: a download piped to an interpreter, a package that the project does not name.",
    "Writing to people in the person's name: mail, messages, comments, issues.",
    "What outlives the session or opens the machine: services, scheduled jobs, start-up entries, ports for other machines.",
    "Another way to something that has been refused.",
  ],
  hard_deny: [
    "Sending secrets, credentials, private files or the project's code to a place that the environment does not name.",
    "Looking for credentials that the task was not given, or using such as turn up.",
    "Switching off or weakening protections: certificate checks, firewalls, security software, logs, access rights, or the settings, rules and hooks of this host.",
    "Destroying data outside the session's folders for good: disks, partitions, home folders, backups.",
  ],
});

const listSchema = z.array(z.string());
const DEFAULTS = "$defaults";

/** The policy in effect: a list of the settings stands in place of the built-in one, which `$defaults` puts in. */
export function policyIn(settings: Settings): EffectivePolicy {
  const list = (name: keyof Policy): readonly string[] => {
    const written = settings.get(`autoMode.${name}`, listSchema) ?? [DEFAULTS];
    return [...new Set(written.flatMap((one) => (one === DEFAULTS ? DEFAULT_POLICY[name] : [one])))];
  };
  return {
    environment: list("environment"),
    allow: list("allow"),
    soft_deny: list("soft_deny"),
    hard_deny: list("hard_deny"),
    classifyAllShell: settings.get("autoMode.classifyAllShell", z.boolean()) === true,
    model: settings.get("autoMode.model", z.string()),
  };
}
