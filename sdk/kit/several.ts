/** As many as the system works on at the same time, and a few that wait for it. */
const AT_ONCE = 16;

/**
 * Does the same with each of many things, some of them at a time, and gives the results in their order.
 *
 * **Contract**: rejects with what `work` rejects with first; what has begun goes on.
 *
 * @example
 * const sizes = (paths: readonly string[], files: Files) => severalAtOnce(paths, async (path) => (await files.stat(path))?.size);
 */
export async function severalAtOnce<T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
  atOnce = AT_ONCE,
): Promise<R[]> {
  const results: R[] = new Array(all.length);
  let next = 0;
  async function worker(): Promise<void> {
    while (next < all.length) {
      const at = next++;
      results[at] = await work(all[at] as T);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
  return results;
}
