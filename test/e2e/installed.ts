import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../scripts/project.js";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder elsewhere in which the packed package is installed, as a stranger has it. */
export interface Installed {
  readonly folder: string;
  /** Writes files, by path from the folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs the installed program. */
  gantry(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Runs a Node program. */
  node(args: readonly string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Packs the project and installs it, without its sources anywhere near. */
export async function installPackage(): Promise<Installed> {
  const base = await mkdtemp(path.join(tmpdir(), "gantry-e2e-"));
  const [folder, home] = [path.join(base, "project"), path.join(base, "home")];
  await Promise.all([mkdir(folder), mkdir(home)]);
  await must("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", base], root, process.env);
  await writeFile(path.join(folder, "package.json"), '{ "name": "stranger", "private": true, "type": "module" }\n');
  const archive = path.join(base, `gantry-${process.env.npm_package_version ?? "0.1.0"}.tgz`);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await must("npm", ["install", archive, ...quiet], folder, process.env);
  const env = { PATH: process.env.PATH ?? "", HOME: home, NO_COLOR: "1" };

  return {
    folder,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
        await writeFile(path.join(folder, name), text);
      }
    },
    gantry: (args, more) => run(path.join(folder, "node_modules/.bin/gantry"), args, folder, { ...env, ...more }),
    node: (args) => run(process.execPath, args, folder, env),
    remove: () => rm(base, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/** Copies a folder of the project without its tests. */
export async function copySources(from: string, to: string): Promise<void> {
  await cp(path.join(root, from), to, { recursive: true, filter: (file) => !/\.test\.tsx?$/.test(file) });
}

async function must(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const ended = await run(program, args, cwd, env);
  if (ended.code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${ended.code}: ${ended.stderr}`);
}

async function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = promisify(execFile)(program, args, { cwd, env, timeout: 50_000, maxBuffer: 16 * 1024 * 1024 });
  child.child.stdin?.end();
  try {
    return { code: 0, ...(await child) };
  } catch (thrown) {
    const { code, stdout = "", stderr = "" } = thrown as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : 1, stdout, stderr };
  }
}
