import { dirname } from "node:path";
import type { HostInfo, SessionView } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { shellFolder } from "gantry/sdk/kit/shell-folder";
import type { Disk } from "./disk.ts";
import { linkedRepository } from "./linked.ts";
import type { Policy } from "./policy.ts";
import type { RuleDenials } from "./rules.ts";
import { hiddenPlaces } from "./secrets.ts";
import { guardedInRepository, isRepository, type Survey } from "./survey.ts";

/** What a confined program may touch: the same for every way of confining. Paths are absolute, without links. */
export interface Boundary {
  /** Folders, and single files, that may be written. */
  readonly writable: readonly string[];
  /** May be read and never written or made, there or not; also within what is writable. */
  readonly guarded: readonly string[];
  /** Folders that are written in and must stay where they are: what is guarded in them would else be moved away. */
  readonly pinned: readonly string[];
  /** May not be read, unless `readable` or `writable` has something within. */
  readonly hidden: readonly string[];
  readonly readable: readonly string[];
  /** May not be read, whatever else is said. */
  readonly denied: readonly string[];
  /** The session's own folder for temporary files. */
  readonly temporary: string;
  readonly isNetworkOpen: boolean;
  /** The machine's own processes can be seen: for a machine that lets us have no process table of our own. */
  readonly isWeaker: boolean;
}

export interface BoundaryParts {
  readonly host: HostInfo;
  readonly session: SessionView;
  readonly policy: Policy;
  readonly rules: RuleDenials;
  readonly disk: Disk;
  readonly temporary: string;
  /** Files of the caller's own. */
  readonly files: readonly string[];
  survey(root: string): Survey;
}

/** NixOS has its programs there. */
const PROGRAMS = ["/run/current-system", "/run/wrappers"];

export function drawBoundary(parts: BoundaryParts): Boundary {
  const { host, session, policy, rules, disk, temporary, files } = parts;
  const real = (paths: readonly string[]) => [...new Set(paths.map(disk.resolve))];
  const isThere = (path: string) => disk.kindOf(path) !== undefined;
  const folders = real(session.folders);
  const granted = grants(policy.allowWrite, folders, disk).filter(isThere);
  const roots = [...new Set([...folders, ...granted.filter((path) => disk.kindOf(path) === "folder")])];

  const surveys = roots.map(parts.survey);
  const repositories = surveys.flatMap((survey) => survey.repositories).filter((git) => isThere(dirname(git)));
  const linked = folders.flatMap((root) => linkedRepository(root, disk) ?? []);
  const environment = host.env.CLAUDE_ENV_FILE ? [host.env.CLAUDE_ENV_FILE] : [];
  const steering = real([
    ...surveys.flatMap((survey) => survey.names),
    ...repositories.flatMap((git) => guardedInRepository(git, disk)),
    ...linked.flatMap(({ guarded }) => guarded),
    ...[host.claudeFolder, ...environment],
  ]).filter((path) => !granted.includes(path) && !roots.includes(path));

  const sockets = policy.sockets === "all" ? [] : policy.sockets;
  const names = policy.isNetworkOpen ? ["/etc/resolv.conf"] : [];
  const own = [shellFolder(host, session), ...environment];
  const readable = [...real([...policy.allowRead, ...sockets, ...names, ...own]), ...PROGRAMS].filter(isThere);
  const opened = real(policy.allowRead);
  const hidden = real(hiddenPlaces(host, policy.sockets === "all"))
    .filter(isThere)
    .filter((path) => !isWithin(path, opened) && !roots.includes(path));

  return {
    writable: [...new Set([...roots, ...granted, ...linked.flatMap(({ writable }) => writable), ...real(files)])],
    guarded: [...new Set([...steering, ...real([...policy.denyWrite, ...rules.write])])],
    pinned: repositories.filter((git) => isRepository(git, disk)),
    hidden,
    readable,
    denied: real([...policy.denyRead, ...rules.read]).filter(isThere),
    temporary,
    isNetworkOpen: policy.isNetworkOpen,
    isWeaker: policy.isWeaker,
  };
}

/** What may be written besides. A path into a working folder that leads out of it may be a link that a command has made. */
function grants(paths: readonly string[], folders: readonly string[], disk: Disk): readonly string[] {
  const resolved = paths.map((path) => ({ path, real: disk.resolve(path) }));
  return resolved
    .filter(({ path, real }) => !isWithin(path, folders) || isWithin(real, folders))
    .map(({ real }) => real);
}

/** The folders above a path that lie in a writable one, outermost first. */
export function foldersBetween(path: string, writable: readonly string[]): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); writable.some((root) => at !== root && isWithin(at, [root])); at = dirname(at)) {
    folders.unshift(at);
  }
  return folders;
}
