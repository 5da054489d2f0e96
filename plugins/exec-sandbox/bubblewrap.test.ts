import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Boundary } from "./boundary.ts";
import { bubblewrapArguments, probeArguments } from "./bubblewrap.ts";
import { type Disk, disk } from "./disk.ts";
import { hasBwrap } from "./test-place.ts";

const BOUNDARY: Boundary = {
  writable: ["/workspace"],
  guarded: [],
  pinned: [],
  hidden: [],
  readable: [],
  denied: [],
  temporary: "/tmp/gantry-x",
  isNetworkOpen: false,
  isWeaker: false,
};

/** A disk with these folders and files, in each folder one file that is not listed. */
function diskWith(folders: readonly string[], files: readonly string[] = []): Disk {
  return {
    kindOf: (path) => (folders.includes(path) ? "folder" : files.includes(path) ? "file" : undefined),
    resolve: (path) => path,
    mayMakeIn: (folder) => folder !== "/workspace/theirs",
    read: () => undefined,
    list: (folder) => (folders.includes(folder) ? [{ name: "something", isFolder: false }] : []),
  };
}

/** The mounts, one in a line, after those that every boundary has. */
function mountsOf(more: Partial<Boundary>, folders: readonly string[] = [], files: readonly string[] = []): string {
  const { args } = bubblewrapArguments({ ...BOUNDARY, ...more }, diskWith(["/workspace", ...folders], files), {
    cwd: "/workspace",
  });
  const text = args.join(" ");
  return text
    .slice(text.indexOf("--proc /proc") + "--proc /proc ".length)
    .replace(/ --(?!tmpfs)|(?<!0555) --/g, "\n--");
}

describe("the arguments of bubblewrap", () => {
  it("take everything away first, and the network with it", () => {
    const { args } = bubblewrapArguments(BOUNDARY, diskWith(["/workspace"]), { cwd: "/workspace/sub" });
    expect(args.join(" ")).toBe(
      "--unshare-all --new-session --die-with-parent --cap-drop ALL --ro-bind / / --dev /dev --proc /proc " +
        "--ro-bind-try /proc/sys /proc/sys --ro-bind-try /proc/sysrq-trigger /proc/sysrq-trigger " +
        "--ro-bind-try /proc/irq /proc/irq --ro-bind-try /proc/bus /proc/bus --ro-bind-try /proc/fs /proc/fs " +
        "--bind /tmp/gantry-x /tmp --bind /workspace /workspace --bind /tmp/gantry-x /var/tmp --chdir /workspace/sub",
    );
  });

  it("leave the network where it is granted", () => {
    const { args } = bubblewrapArguments({ ...BOUNDARY, isNetworkOpen: true }, diskWith(["/workspace"]), {
      cwd: "/workspace",
    });
    expect(args.slice(0, 2)).toEqual(["--unshare-all", "--share-net"]);
  });

  it("show the machine's processes, but not the host's, where there can be no table of our own", () => {
    expect(probeArguments(true).join(" ")).toContain(`--ro-bind /proc /proc --tmpfs /proc/${process.pid}`);
    expect(probeArguments(true)).not.toContain("--proc");
  });

  it("mount a working folder within /tmp over the session's own", () => {
    const mounts = mountsOf({ writable: ["/tmp/a/work"] }, ["/tmp/a/work"]);
    expect(mounts.indexOf("--bind /tmp/gantry-x /tmp\n")).toBeLessThan(
      mounts.indexOf("--bind /tmp/a/work /tmp/a/work"),
    );
  });

  it("keep what is guarded read-only, a file as a folder", () => {
    const mounts = mountsOf(
      { guarded: ["/workspace/.vscode", "/workspace/.npmrc"] },
      ["/workspace/.vscode"],
      ["/workspace/.npmrc"],
    );
    expect(mounts).toContain("--ro-bind /workspace/.vscode /workspace/.vscode");
    expect(mounts).toContain("--ro-bind /workspace/.npmrc /workspace/.npmrc");
  });

  it("cover what is guarded and absent, and say what has to be made for it", () => {
    const boundary = {
      ...BOUNDARY,
      guarded: ["/workspace/.mcp.json", "/workspace/.config/git", "/workspace/.git/commondir"],
    };
    const { args, placeholders } = bubblewrapArguments(boundary, diskWith(["/workspace", "/workspace/.git"]), {
      cwd: "/workspace",
    });
    expect(placeholders).toEqual([
      { path: "/workspace/.mcp.json" },
      { path: "/workspace/.config" },
      { path: "/workspace/.config/git" },
      { path: "/workspace/.git/commondir", text: ".\n" },
    ]);
    const text = args.join(" ");
    expect(text).toContain("--perms 0555 --tmpfs /workspace/.mcp.json");
    expect(text).toContain("--bind /workspace/.config /workspace/.config");
    expect(text).toContain("--perms 0555 --tmpfs /workspace/.config/git");
    expect(text).toContain("--bind /workspace/.git /workspace/.git");
    expect(text).toContain("--ro-bind /workspace/.git/commondir /workspace/.git/commondir");
  });

  it("cover nothing in a folder where nobody could make anything", () => {
    const guarded = ["/workspace/theirs/.mcp.json", "/workspace/theirs/.config/git"];
    const boundary = { ...BOUNDARY, guarded };
    const { args, placeholders } = bubblewrapArguments(boundary, diskWith(["/workspace", "/workspace/theirs"]), {
      cwd: "/workspace",
    });
    expect(placeholders).toEqual([]);
    expect(args.join(" ")).not.toContain("theirs/");
  });

  it("do not touch what is guarded where nothing can be written anyway", () => {
    expect(mountsOf({ guarded: ["/home/me/.bashrc", "/home/me/.claude"] })).not.toContain("/home/me");
  });

  it("hold every folder in its place on the way to what is guarded", () => {
    const mounts = mountsOf({ guarded: ["/workspace/a/b/.git/hooks"] }, [
      "/workspace/a",
      "/workspace/a/b",
      "/workspace/a/b/.git",
      "/workspace/a/b/.git/hooks",
    ]);
    expect(mounts.split("\n").filter((line) => line.includes("/workspace/a"))).toEqual([
      "--bind /workspace/a /workspace/a",
      "--bind /workspace/a/b /workspace/a/b",
      "--bind /workspace/a/b/.git /workspace/a/b/.git",
      "--ro-bind /workspace/a/b/.git/hooks /workspace/a/b/.git/hooks",
    ]);
  });

  it("open a working folder within a guarded one, and nothing else of it", () => {
    const mounts = mountsOf(
      { writable: ["/workspace", "/workspace/.claude/worktrees/x"], guarded: ["/workspace/.claude"] },
      ["/workspace/.claude", "/workspace/.claude/worktrees", "/workspace/.claude/worktrees/x"],
    );
    expect(mounts).toContain(
      "--ro-bind /workspace/.claude /workspace/.claude\n--bind /workspace/.claude/worktrees/x /workspace/.claude/worktrees/x",
    );
    expect(mounts).not.toContain("--bind /workspace/.claude/worktrees /");
  });

  it("hide folders and files, and open what is to be read in them", () => {
    const mounts = mountsOf(
      { hidden: ["/state", "/home/me/.netrc"], readable: ["/state/shell/1", "/usr/lib"] },
      ["/state", "/state/shell/1", "/usr/lib"],
      ["/home/me/.netrc"],
    );
    expect(mounts).toMatch(
      /--tmpfs \/state\n.*--ro-bind \/dev\/null \/home\/me\/\.netrc\n--ro-bind \/state\/shell\/1 \/state\/shell\/1\n--remount-ro \/state\n/s,
    );
    expect(mounts).not.toContain("/usr/lib");
  });

  it("hide what is denied, though it is guarded, or worked in", () => {
    const mounts = mountsOf(
      { guarded: ["/workspace/.env"], denied: ["/workspace/.env", "/workspace/secret"] },
      ["/workspace/secret"],
      ["/workspace/.env"],
    );
    expect(mounts).toContain("--ro-bind /dev/null /workspace/.env");
    expect(mounts).toContain("--tmpfs /workspace/secret");
  });
});

const mayChange = hasBwrap && process.getuid?.() === 0;

describe.skipIf(!mayChange)("somebody who is not root (skipped unless root runs it, with bubblewrap)", () => {
  it("is confined by the same arguments", () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "bwrap-")));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [work, temporary] = [join(folder, "work"), join(folder, "tmp")];
    for (const one of [work, temporary]) mkdirSync(one);
    execFileSync("git", ["init", "-q"], { cwd: work });
    execFileSync("chown", ["-R", "65534:65534", folder]);
    chownSync(folder, 65534, 65534);
    const guarded = [join(work, ".git/hooks"), join(work, ".git/config"), join(work, ".mcp.json")];
    const boundary = {
      ...BOUNDARY,
      writable: [work],
      guarded,
      pinned: [join(work, ".git")],
      temporary,
      hidden: ["/run"],
    };
    const { args, placeholders } = bubblewrapArguments(boundary, disk, { cwd: work });
    expect(placeholders).toEqual([{ path: join(work, ".mcp.json") }]);
    mkdirSync(join(work, ".mcp.json"));
    const attempts =
      "echo x > ok; echo x > .git/hooks/x; mv .git x; echo x > .mcp.json/x; umount .git/hooks; echo x > /etc/x; ls";
    const { stdout, status } = spawnSync("/usr/bin/bwrap", [...args, "--", "/bin/sh", "-c", attempts], {
      uid: 65534,
      gid: 65534,
      cwd: "/",
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, "ok\n"]);
    expect(existsSync(join(work, ".git/hooks/x"))).toBe(false);
  });
});
