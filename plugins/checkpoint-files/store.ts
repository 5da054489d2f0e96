import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateRaw, deflateRawSync, inflateRawSync } from "node:zlib";
import { makeFolders } from "gantry/sdk/kit/folders";

/** Contents by their hash, compressed. */
export interface ContentStore {
  has(hash: string): boolean;
  /** Throws what the system says when there is no room. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /** `undefined` when it is not kept, or no longer what it was. */
  get(hash: string): Uint8Array | undefined;
  remove(hash: string): void;
  /** Bytes that it takes. */
  size(): number;
}

/** Compressed right here: going to another thread takes longer. */
const SMALL = 128 * 1024;
const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const FAST = { level: 1 };
/** As much as anybody reads at once. */
const LARGEST = 256 * 1024 * 1024;

function compress(bytes: Uint8Array): Promise<Buffer> | Buffer {
  return bytes.length <= SMALL ? deflateRawSync(bytes, FAST) : deflate(bytes, FAST);
}

/** What was damaged is not put back. */
function restored(hash: string, compressed: Uint8Array): Uint8Array | undefined {
  try {
    const bytes = inflateRawSync(compressed, { maxOutputLength: LARGEST });
    return createHash("sha256").update(bytes).digest("hex") === hash ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Contents in a folder of the session's own. `others` are folders of the sessions that it goes on from: only read. */
export function folderStore(folder: string, others: () => readonly string[] = () => []): ContentStore {
  /** Bytes by hash; read when it is first asked for. */
  let known: Map<string, number> | undefined;
  let total = 0;
  let origins: readonly string[] | undefined;

  const from = () => (origins ??= others());
  const fileOf = (hash: string, of = folder) => join(of, `${hash}.z`);

  function kept(): Map<string, number> {
    if (known) return known;
    known = new Map();
    for (const name of namesIn(folder)) {
      // Left by a host that was killed: a session has one writer.
      if (name.endsWith(".tmp")) fs.rmSync(join(folder, name), { force: true });
      const [, hash] = /^([0-9a-f]{64})\.z$/.exec(name) ?? [];
      const size = hash ? fs.statSync(join(folder, name), { throwIfNoEntry: false })?.size : undefined;
      if (hash === undefined || size === undefined) continue;
      known.set(hash, size);
      total += size;
    }
    return known;
  }

  return {
    has: (hash) => kept().has(hash) || from().some((other) => fs.existsSync(fileOf(hash, other))),
    async put(hash, bytes) {
      if (kept().has(hash)) return;
      const compressed = await compress(bytes);
      if (kept().size === 0) makeFolders(folder, 0o700);
      const temporary = join(folder, `${hash}.${process.pid}.tmp`);
      try {
        fs.writeFileSync(temporary, compressed, { mode: 0o600 });
        fs.renameSync(temporary, fileOf(hash));
      } catch (error) {
        fs.rmSync(temporary, { force: true });
        throw error;
      }
      kept().set(hash, compressed.length);
      total += compressed.length;
    },
    get(hash) {
      for (const one of [folder, ...from()]) {
        const found = bytesAt(fileOf(hash, one));
        const bytes = found && restored(hash, found);
        if (bytes) return bytes;
      }
      return undefined;
    },
    remove(hash) {
      const size = kept().get(hash);
      if (size === undefined) return;
      fs.rmSync(fileOf(hash), { force: true });
      kept().delete(hash);
      total -= size;
    },
    size() {
      kept();
      return total;
    },
  };
}

/** For sessions that leave nothing on the disk. */
export function memoryStore(): ContentStore {
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  return {
    has: (hash) => kept.has(hash),
    async put(hash, bytes) {
      const compressed = await compress(bytes);
      if (kept.has(hash)) return;
      kept.set(hash, compressed);
      total += compressed.length;
    },
    get(hash) {
      const compressed = kept.get(hash);
      return compressed && restored(hash, compressed);
    },
    remove(hash) {
      total -= kept.get(hash)?.length ?? 0;
      kept.delete(hash);
    },
    size: () => total,
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function bytesAt(file: string): Uint8Array | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}
