/** Gives files back what they were. Each is held against what was planned, right before it is touched. */
import fs from "node:fs";
import { type Files, isGantryError, messageOf, PluginError, type SkippedFile } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { componentsOf } from "gantry/sdk/kit/paths";
import type { Keeper } from "./keep.ts";
import type { Step } from "./plan.ts";
import { type FileContent, isSame, stampOf } from "./state.ts";

export interface Restored {
  readonly done: readonly Step[];
  readonly skipped: readonly SkippedFile[];
}

/** First what has to go, from the inside out; then what has to be there, from the outside in. */
export async function restore(files: Files, keeper: Keeper, steps: readonly Step[]): Promise<Restored> {
  const done: Step[] = [];
  const skipped: SkippedFile[] = [];
  const depth = ({ path }: Step) => componentsOf(path).length;
  const outward = [...steps].sort((a, b) => depth(b) - depth(a));
  const failed = new Set<Step>();

  async function attempt(step: Step, work: (step: Step) => Promise<void>): Promise<void> {
    if (failed.has(step)) return;
    try {
      await work(step);
      if (!done.includes(step)) done.push(step);
    } catch (error) {
      failed.add(step);
      skipped.push({ path: step.path, reason: reasonOf(error), canForce: false });
    }
  }

  for (const step of outward) {
    if (step.have.kind === "file" && step.want.kind !== "file") await attempt(step, removeFile);
    if (step.have.kind === "folder" && step.want.kind !== "folder") await attempt(step, removeFolder);
  }
  for (const step of outward.reverse()) {
    if (step.want.kind === "folder") await attempt(step, makeFolder);
    if (step.want.kind === "file") await attempt(step, writeFile);
  }
  return { done: done.filter((step) => !failed.has(step)), skipped };

  async function removeFile({ path, have }: Step): Promise<void> {
    if (!isSame(await keeper.look(path, have), have)) throw hasChanged(path);
    await files.remove(path);
  }

  async function removeFolder({ path }: Step): Promise<void> {
    await expectPlace(files, path);
    fs.rmdirSync(path);
  }

  async function makeFolder({ path, want }: Step): Promise<void> {
    await expectPlace(files, path);
    makeFolders(path, 0o700);
    setMode(path, (want as { readonly mode: number }).mode, "folder");
  }

  async function writeFile({ path, have, want }: Step): Promise<void> {
    const { hash, mode } = want as FileContent;
    const bytes = hash === undefined ? undefined : keeper.store.get(hash);
    if (!bytes) throw new PluginError("GANTRY_REWIND_LOST", `What "${path}" was is no longer kept, or is damaged.`);
    const expect = stampOf(have.kind === "file" ? have : { kind: "absent" });
    await files.write(path, bytes, { realPath: path, mode, ...(expect && { expect }) });
    if (have.kind === "file" && have.mode !== mode) setMode(path, mode, "file");
  }
}

/** What is changed is what was opened, without links. A file was written anew before, so no other name shares it. */
function setMode(path: string, mode: number, kind: "file" | "folder"): void {
  const fd = opened(path);
  try {
    const stats = fs.fstatSync(fd);
    const isIt = kind === "folder" ? stats.isDirectory() : stats.isFile() && stats.nlink === 1;
    if (!isIt || fs.realpathSync.native(path) !== path) throw hasChanged(path);
    fs.fchmodSync(fd, mode);
  } finally {
    fs.closeSync(fd);
  }
}

function opened(path: string): number {
  const { O_RDONLY, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  try {
    return fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    return fs.openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  }
}

async function expectPlace(files: Files, path: string): Promise<void> {
  if ((await files.resolve(path)) !== path) throw hasChanged(path);
}

function hasChanged(path: string): PluginError {
  return new PluginError("GANTRY_REWIND_CHANGED", `"${path}" has just been changed by somebody else.`, "Try again.");
}

function reasonOf(error: unknown): string {
  if (isGantryError(error)) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOTEMPTY" || code === "EEXIST") return "The folder holds more by now, and stays.";
  return `The system does not allow it: ${messageOf(error)}.`;
}
