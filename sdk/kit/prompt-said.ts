/** Reads what a prompt in a file says of itself: its beginning, and no more of a long one than that takes. */
import fs from "node:fs";
import { promisify } from "node:util";
import { foldName } from "./paths.ts";
import { type Placed, placed, placedAt } from "./prompt-disk.ts";
import { PROMPT_BYTES, saidByBytes } from "./prompt-files.ts";
import type { PromptSaid } from "./prompt-head.ts";

/** Frontmatter and the line behind it nearly always lie in here; where they do not, all is read. */
const HEAD_BYTES = 64 * 1024;
/** Somebody may be saving it. */
const TRIES = 3;

const open = promisify(fs.open);
const fstat = promisify(fs.fstat) as (fd: number, options: { readonly bigint: true }) => Promise<fs.BigIntStats>;
const close = promisify(fs.close);

/** What a file says, and the very state of it that says so. */
export interface SaidBy {
  readonly file: Placed;
  readonly said: PromptSaid;
}

/** `undefined` where it is no text or too long, cannot be read, keeps changing, or a link has come in its way. */
export async function readSaid(found: Placed): Promise<SaidBy | undefined> {
  let file = found;
  for (let tries = 0; tries < TRIES; tries++) {
    if (file.size > PROMPT_BYTES) return undefined;
    const bytes = await headOf(file).catch(() => undefined);
    const now = placedAt(found.realPath, undefined);
    // Where letter case does not count, the system says a name as it was made.
    if (!now || foldName(now.realPath) !== foldName(found.realPath)) return undefined;
    if (now.mark === file.mark) {
      const said = bytes && saidByBytes(bytes);
      // What was not read may say anything.
      return said && { file, said: { ...said, mayAsk: said.mayAsk || bytes.length < file.size } };
    }
    file = now;
  }
  return undefined;
}

/** `undefined` where what was opened is another file, or another state of it. */
async function headOf({ realPath, mark, size }: Placed): Promise<Uint8Array | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = await open(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (placed(realPath, await fstat(fd, { bigint: true }))?.mark !== mark) return undefined;
    const head = await bytesOf(fd, Math.min(size, HEAD_BYTES));
    if (size <= HEAD_BYTES) return head;
    return wholeLinesIn(head) ?? Buffer.concat([head, await bytesOf(fd, size - head.length)]);
  } finally {
    await close(fd);
  }
}

async function bytesOf(fd: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = await read(fd, bytes, length, size - length);
    if (!count) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

/** `undefined` where the beginning alone does not say it all: the frontmatter goes on, or a character has two bytes. */
function wholeLinesIn(head: Buffer): Buffer | undefined {
  const isWide = head.readUInt16LE() === 0xfeff || head.readUInt16BE() === 0xfeff;
  const text = head.toString("latin1");
  const isOpen = /^(?:\u00ef\u00bb\u00bf)?---/.test(text) && !/\n---[ \t]*\r?\n/.test(text);
  const end = head.lastIndexOf("\n");
  return isWide || isOpen || end < 0 ? undefined : head.subarray(0, end + 1);
}

function read(fd: number, into: Uint8Array, offset: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, offset, length, null, (error, count) => (error ? reject(error) : resolve(count)));
  });
}
