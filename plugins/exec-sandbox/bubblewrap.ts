import { basename, dirname } from "node:path";
import type { ExecSpec } from "gantry/sdk";
import { below } from "gantry/sdk/kit/paths";
import { type Boundary, foldersBetween } from "./boundary.ts";
import type { Disk } from "./disk.ts";

/** Something that has to be there to be mounted over, as long as the command runs. */
export interface Placeholder {
  readonly path: string;
  /** A file with this text; absent: an empty folder, which neither git nor anybody who looks for a file sees. */
  readonly text?: string;
}

export interface Bubblewrapped {
  readonly args: readonly string[];
  /** In the order in which they are to be made. */
  readonly placeholders: readonly Placeholder[];
}

type Mount = "writable" | "temporary" | "guarded" | "readable" | "hidden";
type Mounts = Map<string, Mount>;

/** The arguments of bubblewrap before `--` and the program. Later mounts cover earlier ones, so the shallow ones come first. */
export function bubblewrapArguments(boundary: Boundary, disk: Disk, spec: Pick<ExecSpec, "cwd">): Bubblewrapped {
  const mounts = planMounts(boundary, disk);
  const placeholders = planPlaceholders(mounts, boundary, disk);
  for (const { path } of placeholders) if (!mounts.has(path)) mounts.set(path, "writable");
  pin(mounts, boundary);
  const ordered = [...mounts].sort(([a], [b]) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1));
  const hidden = ordered.filter(([path, mount]) => mount === "hidden" && disk.kindOf(path) === "folder");
  return {
    args: [
      ...namespaces(boundary),
      ...["--ro-bind", "/", "/", "--dev", "/dev"],
      ...processTable(boundary),
      ...ordered.flatMap(([path, mount]) => mountArguments(path, mount, boundary, disk)),
      // Only now, since mounts within them need a place to be made.
      ...hidden.flatMap(([path]) => ["--remount-ro", path]),
      ...["--chdir", spec.cwd],
    ],
    placeholders,
  };
}

/** The least that shows whether the machine lets us confine at all. */
export function probeArguments(isWeaker: boolean): readonly string[] {
  return [
    ...namespaces({ isNetworkOpen: false }),
    ...["--ro-bind", "/", "/", "--dev", "/dev"],
    ...processTable({ isWeaker }),
  ];
}

function namespaces({ isNetworkOpen }: Pick<Boundary, "isNetworkOpen">): string[] {
  return [
    "--unshare-all",
    ...(isNetworkOpen ? ["--share-net"] : []),
    "--new-session",
    "--die-with-parent",
    ...NO_RIGHTS,
  ];
}

/** Root keeps what it needs to take mounts away, otherwise. */
const NO_RIGHTS = ["--cap-drop", "ALL"];

function processTable({ isWeaker }: Pick<Boundary, "isWeaker">): string[] {
  // The host's own environment lies in its entry.
  return isWeaker
    ? ["--ro-bind", "/proc", "/proc", "--tmpfs", `/proc/${process.pid}`]
    : ["--proc", "/proc", ...SWITCHES.flatMap((path) => ["--ro-bind-try", path, path])];
}

/** The kernel lets whoever is root outside write them, without any rights inside. */
const SWITCHES = ["sys", "sysrq-trigger", "irq", "bus", "fs"].map((name) => `/proc/${name}`);

function planMounts(boundary: Boundary, disk: Disk): Mounts {
  const mounts: Mounts = new Map();
  const add = (mount: Mount, paths: readonly string[]) => {
    for (const path of paths) mounts.set(path, mount);
  };
  add(
    "temporary",
    ["/tmp", "/var/tmp"].filter((path) => disk.resolve(path) === path),
  );
  add("hidden", boundary.hidden);
  add("writable", boundary.writable);
  add("writable", boundary.pinned);
  // There, a link in it leads back to it.
  if (dirname(boundary.temporary) !== "/tmp") add("writable", [boundary.temporary]);
  // What is read-only already needs nothing; what is hidden is better so.
  add(
    "guarded",
    boundary.guarded.filter((path) => mounts.get(path) !== "hidden" && coverOf(path, mounts) === "writable"),
  );
  add(
    "readable",
    boundary.readable.filter((path) => coverOf(path, mounts) === "hidden" || coverOf(path, mounts) === "temporary"),
  );
  add("hidden", boundary.denied);
  return mounts;
}

/** What is to be guarded and is not there has to be there for bubblewrap, with the folders above it. */
function planPlaceholders(mounts: Mounts, { writable }: Boundary, disk: Disk): readonly Placeholder[] {
  const planned = new Map<string, Placeholder>();
  for (const [path, mount] of [...mounts]) {
    if (mount !== "guarded" || disk.kindOf(path) !== undefined) continue;
    const missing = foldersBetween(path, writable).filter((folder) => disk.kindOf(folder) === undefined);
    if (!disk.mayMakeIn(dirname(missing[0] ?? path))) {
      mounts.delete(path);
      continue;
    }
    for (const folder of missing) planned.set(folder, { path: folder });
    const text = NEUTRAL[basename(path)];
    planned.set(path, text === undefined ? { path } : { path, text });
  }
  return [...planned.values()];
}

/** Texts that say to git what the absence of the file says. */
const NEUTRAL: Readonly<Record<string, string>> = { commondir: ".\n", "config.worktree": "" };

/** A folder on the way to something guarded could be moved away, and another put in its place: a mount cannot. */
function pin(mounts: Mounts, { writable }: Boundary): void {
  for (const [path, mount] of [...mounts]) {
    if (mount === "readable") continue;
    for (const folder of foldersBetween(path, writable)) {
      if (!mounts.has(folder) && coverOf(folder, mounts) === "writable") mounts.set(folder, "writable");
    }
  }
}

/** What the nearest mount at or above a path makes of it. */
function coverOf(path: string, mounts: Mounts): Mount | undefined {
  for (let at = path; ; at = dirname(at)) {
    const mount = mounts.get(at);
    if (mount !== undefined || at === dirname(at)) return mount;
  }
}

function mountArguments(path: string, mount: Mount, { temporary }: Boundary, disk: Disk): string[] {
  if (mount === "writable") return ["--bind", path, path];
  if (mount === "temporary") return ["--bind", temporary, path];
  // Cheaper than to mount an empty folder over itself: bubblewrap reads the whole table of mounts for each of those.
  if (mount === "guarded" && isEmptyFolder(path, disk)) return ["--perms", "0555", "--tmpfs", path];
  if (mount === "guarded" || mount === "readable") return ["--ro-bind", path, path];
  return disk.kindOf(path) === "folder" ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
}

/** A placeholder is one, though it may not be there yet. */
function isEmptyFolder(path: string, disk: Disk): boolean {
  const kind = disk.kindOf(path);
  if (kind === undefined) return NEUTRAL[basename(path)] === undefined;
  return kind === "folder" && disk.list(path).length === 0;
}

function depthOf(path: string): number {
  return below(path, "/")?.length ?? 0;
}
