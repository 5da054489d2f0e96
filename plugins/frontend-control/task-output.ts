import { open } from "node:fs/promises";
import { z } from "gantry/sdk";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

const MOST_BYTES = 8 * 1024;

/** The end of what a background job has written. */
export async function taskOutput({ session, use }: Kit, request: unknown): Promise<object> {
  const { task_id } = read(z.looseObject({ task_id: z.string() }), request);
  const job = (await use.jobs?.())?.get(await session(), task_id);
  if (!job) throw new Error(`There is no task "${task_id}".`);
  // Its file may be gone, and then it reads as empty.
  const file = await open(job.outputFile, "r").catch(() => undefined);
  if (!file) return { output: "", total_bytes: 0, truncated: false };
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return { output: buffer.toString("utf8", 0, bytesRead), total_bytes: size, truncated: start > 0 };
  } finally {
    await file.close();
  }
}
