import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isGantryError, type SessionStore, type SessionWriter, type Setup } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { takeCopy } from "./copies.ts";
import { type Disk, disk as realDisk } from "./disk.ts";
import { type Found, findNamed, findSession } from "./find.ts";
import { readTranscript } from "./heal.ts";
import type { sessionJsonl } from "./index.ts";
import { listSessions } from "./list.ts";
import { isHeld } from "./lock.ts";
import { agentFile, checkId, folderFor } from "./names.ts";
import { absent, alreadyThere, inUse, unwritable } from "./problems.ts";
import { removeTranscript } from "./remove.ts";
import { watchFolder } from "./watch.ts";
import { continueWriter, createWriter, lockOf, lockPath, type WriterOptions } from "./writer.ts";

const setup: Setup<typeof sessionJsonl> = ({ config, host }) => ({
  // A writer is its session's, which closes it: it outlives this plugin where all plugins are set up anew.
  services: {
    store: createStore(host.stateFolder, {
      isTemporary: !config.persist,
      gantry: host.version,
      copies: join(host.claudeFolder, "projects"),
    }),
  },
});

export default setup;

/** How a store works. */
export interface StoreOptions {
  /** Nothing is written. */
  readonly isTemporary?: boolean;
  /** Where a program that keeps sessions of its own puts back the one to go on with. */
  readonly copies?: string;
  /** Version of the program. */
  readonly gantry?: string;
  readonly disk?: Disk;
}

/** The store in a state folder. `close` ends every writer that is still open. */
export function createStore(
  stateFolder: string,
  { isTemporary = false, gantry = "", disk = realDisk, copies }: StoreOptions = {},
): SessionStore & { readonly close: () => Promise<void> } {
  const open = new Set<SessionWriter>();
  const kept = (writer: SessionWriter): SessionWriter => {
    const tracked: SessionWriter = {
      ...writer,
      close: async () => {
        open.delete(tracked);
        await writer.close();
      },
    };
    open.add(tracked);
    return tracked;
  };

  function agentOf(parent: string, id: string, cwd: string | undefined): Found {
    const session = findSession(disk, stateFolder, parent, cwd);
    const file = agentFile(dirname(session.file), session.id, id);
    if (!existsSync(file)) throw absent(id, []);
    return { id, file };
  }

  return {
    async create(id, cwd, parent) {
      checkId(id);
      if (isTemporary) return temporaryWriter();
      const folder = folderFor(stateFolder, cwd);
      const path = parent === undefined ? join(folder, `${id}.jsonl`) : agentFile(folder, parent, id);
      if (existsSync(path)) throw alreadyThere(id, path);
      return kept(createWriter({ disk, path, id, gantry }));
    },
    async open(name, cwd, parent) {
      if (parent === undefined) takeCopy(disk, copies, name, folderFor(stateFolder, cwd));
      const { id, file: path } =
        parent === undefined ? await findNamed(disk, stateFolder, name, cwd) : agentOf(parent, name, cwd);
      if (isTemporary) {
        const { parsed, notices } = readTranscript(disk, path, "reader");
        return { entries: parsed.entries, notices, writer: temporaryWriter() };
      }
      const options = { disk, path, id, gantry };
      const release = await locked(options);
      try {
        const { parsed, notices } = readTranscript(disk, path, "writer");
        return { entries: parsed.entries, notices, writer: kept(continueWriter(options, release, parsed)) };
      } catch (error) {
        release();
        throw error;
      }
    },
    list: ({ cwd }) => listSessions(disk, stateFolder, cwd),
    async read(name, { cwd, parent }) {
      if (cwd !== undefined && parent === undefined) takeCopy(disk, copies, name, folderFor(stateFolder, cwd));
      const find = cwd === undefined ? findSession : findNamed;
      const { file } =
        parent === undefined ? await find(disk, stateFolder, name, cwd as string) : agentOf(parent, name, cwd);
      const { parsed, notices } = readTranscript(disk, file, isHeld(disk, lockPath(file)) ? "onlooker" : "reader");
      return { entries: parsed.entries, notices };
    },
    watch: (cwd, listener) => watchFolder(disk, folderFor(stateFolder, cwd), listener),
    async remove(idOrStart, { cwd }) {
      const { id, file: path } = findSession(disk, stateFolder, idOrStart, cwd);
      const release = await locked({ disk, path, id, gantry });
      try {
        removeTranscript(disk, path);
      } catch (error) {
        throw isGantryError(error) ? error : unwritable(path, error);
      } finally {
        release();
      }
    },
    close: async () => {
      await Promise.all([...open].map((writer) => writer.close()));
    },
  };
}

/** How long to wait for another program that is just taking the lock of a dead one, in milliseconds. */
const WAIT_MS = 1_500;

/** The lock of a session, in the moment it can be had. */
async function locked(options: WriterOptions): Promise<() => void> {
  const until = realClock.elapsed() + WAIT_MS;
  for (;;) {
    const state = lockOf(options);
    if (state !== "busy") return state.release;
    if (realClock.elapsed() > until) throw inUse(options.id, "a program that is just starting", lockPath(options.path));
    await realClock.sleep(5);
  }
}

function temporaryWriter(): SessionWriter {
  return {
    path: undefined,
    append: () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
}
