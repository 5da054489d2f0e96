import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { listSessions } from "./list.ts";
import { checkId, foldersOf, isId, namesIn, transcriptsIn } from "./names.ts";
import { absent, ambiguous } from "./problems.ts";

/** A session's transcript. */
export interface Found {
  readonly id: string;
  readonly file: string;
}

/** Finds a session by its id, or by the start of it where only one begins so; in one working folder, or in all. */
export function findSession(disk: Disk, stateFolder: string, idOrStart: string, cwd: string | undefined): Found {
  checkId(idOrStart);
  const all = transcripts(disk, stateFolder, cwd);
  const found = fitting(all, idOrStart);
  if (!found) throw absent(idOrStart, idsOf(all));
  return found;
}

/** The same; where no id fits, by what a person calls it: its title, or words of it, where only one has them. */
export async function findNamed(disk: Disk, stateFolder: string, name: string, cwd: string): Promise<Found> {
  const here = transcripts(disk, stateFolder, cwd);
  const found = isId(name) ? fitting(here, name) : undefined;
  if (found) return found;
  const titled = withTitle(await listSessions(disk, stateFolder, cwd), name).map(({ id }) => id);
  if (titled.length > 1) throw ambiguous(name, titled);
  const [one] = here.filter(({ id }) => id === titled[0]);
  if (one) return one;
  checkId(name);
  const elsewhere = (await listSessions(disk, stateFolder)).filter(({ id }) => id.startsWith(name));
  throw absent(name, idsOf(here), elsewhere.length === 1 ? elsewhere[0]?.cwd : undefined);
}

function fitting(all: readonly Found[], idOrStart: string): Found | undefined {
  const exact = all.filter(({ id }) => id === idOrStart);
  const some = exact.length ? exact : all.filter(({ id }) => id.startsWith(idOrStart));
  if (some.length > 1) throw ambiguous(idOrStart, exact.length ? some.map(({ file }) => file) : idsOf(some));
  return some[0];
}

/** Those with this very title, or else those whose title has these words. */
function withTitle<T extends { readonly title: string }>(sessions: readonly T[], text: string): readonly T[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const exact = sessions.filter(({ title }) => title.toLowerCase() === wanted);
  return exact.length ? exact : sessions.filter(({ title }) => title.toLowerCase().includes(wanted));
}

function transcripts(disk: Disk, stateFolder: string, cwd: string | undefined): readonly Found[] {
  return foldersOf(disk, stateFolder, cwd).flatMap((folder) =>
    transcriptsIn(namesIn(disk, folder)).map((id) => ({ id, file: join(folder, `${id}.jsonl`) })),
  );
}

function idsOf(some: readonly Found[]): readonly string[] {
  return some.map(({ id }) => id);
}
