/** Which other repositories an index speaks of: git goes into each, and obeys it. */

const FIXED = 62;
const HASH = 20;
const EXTENDED = 0x4000;
const FILES = new Set([0o100644, 0o100755, 0o120000]);
const GITLINK = 0o160000;

/** Paths of the repositories within a worktree; `undefined` when the index cannot be read for sure. */
export function gitlinksIn(bytes: Uint8Array): readonly string[] | undefined {
  const index = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (index.length < 12 + HASH || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const links: string[] = [];
  const end = index.length - HASH;
  let before: Buffer = Buffer.alloc(0);
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    const entry = entryAt(index, { at, end, version, before });
    if (!entry) return undefined;
    if (entry.mode === GITLINK) {
      const path = entry.path.toString("utf8");
      // A path that is not text would be looked for in another place than git does.
      if (path.includes("\ufffd")) return undefined;
      links.push(path);
    } else if (!FILES.has(entry.mode)) return undefined;
    before = entry.path;
    at = entry.next;
  }
  return hasSharedPart(index, at, end) ? undefined : links;
}

interface Reading {
  readonly at: number;
  readonly end: number;
  readonly version: number;
  readonly before: Buffer;
}

function entryAt(index: Buffer, { at, end, version, before }: Reading) {
  if (at + FIXED > end) return undefined;
  const mode = index.readUInt32BE(at + 24);
  const flags = index.readUInt16BE(at + 60);
  let start = at + FIXED + (version >= 3 && flags & EXTENDED ? 2 : 0);
  let kept: Buffer = Buffer.alloc(0);
  if (version === 4) {
    const removed = offsetAt(index, start);
    if (removed.value > before.length) return undefined;
    kept = before.subarray(0, before.length - removed.value);
    start = removed.next;
  }
  const stop = index.indexOf(0, start);
  if (stop < 0 || stop >= end) return undefined;
  const path = Buffer.concat([kept, index.subarray(start, stop)]);
  // With hashes of another length, this is where it shows.
  if (path.length === 0 || Math.min(path.length, 0xfff) !== (flags & 0xfff)) return undefined;
  const next = version === 4 ? stop + 1 : at + (Math.floor((stop - at) / 8) + 1) * 8;
  return { mode, path, next };
}

/** A number as git packs it: seven bits a byte, each continued one more by one. */
function offsetAt(index: Buffer, start: number): { readonly value: number; readonly next: number } {
  let at = start;
  let byte = index[at++] ?? 0;
  let value = byte & 0x7f;
  while (byte & 0x80 && at < start + 5) {
    byte = index[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next: at };
}

/** Whether a part of the index lies in another file, or in folders that are not spelled out. */
function hasSharedPart(index: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 8 <= end) {
    const name = index.toString("latin1", at, at + 4);
    if (name === "link" || name === "sdir") return true;
    at += 8 + index.readUInt32BE(at + 4);
  }
  return at !== end;
}
