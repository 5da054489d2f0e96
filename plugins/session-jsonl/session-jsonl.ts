import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SessionStore, SessionWriter, Setup } from "gantry/sdk";
import { readTranscript } from "./heal.ts";
import type { sessionJsonl } from "./index.ts";
import { listSessions } from "./list.ts";
import { takeLock } from "./lock.ts";
import { allFolders, checkId, findSession, folderFor } from "./names.ts";
import { alreadyThere } from "./problems.ts";
import { createWriter } from "./writer.ts";

const setup: Setup<typeof sessionJsonl> = ({ config, host, scope }) => {
  const store = createStore(host.stateFolder, { isTemporary: !config.persist });
  scope.own(store.close);
  return { services: { store } };
};

export default setup;

/** The store in a state folder. `close` ends every writer that is still open. */
export function createStore(
  stateFolder: string,
  { isTemporary = false } = {},
): SessionStore & { readonly close: () => Promise<void> } {
  const open = new Set<SessionWriter>();
  const kept = <W extends SessionWriter>(writer: W): SessionWriter => {
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

  const foldersOf = async (cwd: string | undefined) =>
    cwd === undefined ? allFolders(stateFolder) : [folderFor(stateFolder, cwd)];

  return {
    async create(id, cwd) {
      checkId(id);
      if (isTemporary) return temporaryWriter();
      const folder = folderFor(stateFolder, cwd);
      const file = join(folder, `${id}.jsonl`);
      if (existsSync(file)) throw alreadyThere(id, file);
      return kept(createWriter(file, id, "new"));
    },
    async open(idOrStart, cwd) {
      const { id, file } = await findSession([folderFor(stateFolder, cwd)], idOrStart);
      if (isTemporary) return { ...readTranscript(file, { mayHeal: false }), writer: temporaryWriter() };
      const writer = createWriter(file, id, "existing");
      try {
        return { ...readTranscript(file, { mayHeal: true }), writer: kept(writer) };
      } catch (error) {
        await writer.close();
        throw error;
      }
    },
    list: async ({ cwd }) => listSessions(await foldersOf(cwd), cwd),
    async read(idOrStart, { cwd }) {
      const { file } = await findSession(await foldersOf(cwd), idOrStart);
      return readTranscript(file, { mayHeal: false });
    },
    async remove(idOrStart, { cwd }) {
      const { id, file } = await findSession(await foldersOf(cwd), idOrStart);
      const release = takeLock(file.replace(/jsonl$/, "lock"), id);
      try {
        for (const path of [file, `${file}.torn`, file.replace(/\.jsonl$/, "")]) {
          await rm(path, { recursive: true, force: true });
        }
      } finally {
        release();
      }
    },
    close: async () => {
      await Promise.all([...open].map((writer) => writer.close()));
    },
  };
}

function temporaryWriter(): SessionWriter {
  return {
    path: undefined,
    append: () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
}
