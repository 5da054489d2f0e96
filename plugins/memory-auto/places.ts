/** Where memory lies, and whether it may be read there. */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type Files, type HostInfo, type MemoryPlace, type Settings, type Trust, z } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { isWithin } from "gantry/sdk/kit/paths";

/** A place as the store uses it. */
export interface Place extends MemoryPlace {
  readonly folder: string;
  /** A folder that is made here is kept out of version control until a person wants it there. */
  readonly isPrivate: boolean;
}

export interface PlacesOptions {
  readonly host: HostInfo;
  readonly settings: Settings | undefined;
  readonly trust: Trust;
  readonly files: () => Promise<Files>;
}

const FOLDER = ".claude/memory";
const UNTRUSTED = "The folder is not trusted, so its memory is neither read nor written: gantry trust add trusts it.";

/** The project's place first, then the person's. */
export async function findPlaces(options: PlacesOptions): Promise<readonly Place[]> {
  const user = join(options.host.stateFolder, "memory");
  return [await projectPlace(options), { scope: "user", folder: user, isOpen: true, isPrivate: false }];
}

async function projectPlace({ host, settings, trust, files }: PlacesOptions): Promise<Place> {
  const elsewhere = settings?.get("autoMemoryDirectory", z.string().min(1));
  if (elsewhere !== undefined) return closedUnless(host.isTrusted, ofPerson(host, elsewhere), false);
  if (!host.isTrusted) return closedUnless(false, join(host.cwd, FOLDER), true);
  const root = (await mainCheckout(host.cwd, trust.folders)) ?? host.cwd;
  const folder = join(root, FOLDER);
  // A link in a repository may lead to what is none of its business.
  const real = await (await files()).resolve(folder);
  const isOwn = relative(await (await files()).resolve(root), real) === join(FOLDER);
  const place = { scope: "project", folder, isOpen: isOwn, isPrivate: true } as const;
  return isOwn ? place : { ...place, problem: `${folder} leads to ${real} by a link, so it is left alone.` };
}

function closedUnless(isOpen: boolean, folder: string, isPrivate: boolean): Place {
  return { scope: "project", folder, isOpen, isPrivate, ...(!isOpen && { problem: UNTRUSTED }) };
}

/** In a folder of the person's choice each project has one of its own. */
function ofPerson({ cwd, home }: HostInfo, folder: string): string {
  const base = /^~(?=[\\/]|$)/.test(folder) ? join(home, folder.slice(1)) : folder;
  const name = basename(cwd).replaceAll(/[^\w.-]/g, "-") || "root";
  const hash = sha256Of(cwd).slice(0, 8);
  return join(isAbsolute(base) ? base : join(home, base), `${name}-${hash}`);
}

/**
 * Linked work trees share the memory of the main checkout: where its own records name this very work tree, and where the person
 * trusts it. What the work tree says of itself alone counts for nothing.
 */
async function mainCheckout(cwd: string, trusted: readonly string[]): Promise<string | undefined> {
  const link = await smallFile(join(cwd, ".git"));
  const target = /^gitdir: (.+)$/.exec(link ?? "")?.[1];
  if (target === undefined || /^[\\/]{2}/.test(target)) return undefined;
  const record = resolve(cwd, target);
  const git = dirname(dirname(record));
  if (basename(dirname(record)) !== "worktrees" || basename(git) !== ".git") return undefined;
  const back = await smallFile(join(record, "gitdir"));
  if (back === undefined || resolve(record, back) !== join(cwd, ".git")) return undefined;
  const main = dirname(git);
  return isWithin(main, trusted) ? main : undefined;
}

async function smallFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > 4096) return undefined;
  return (await readFile(path, "utf8").catch(() => undefined))?.trim();
}
