const LATE = Symbol("late");

/**
 * Waits for the work, but not for ever: once `ms` milliseconds are over it is what `late` says, or throws. The work is not told, and may
 * go on.
 *
 * **Contract**: rejects as the work does, also where that throws at once.
 *
 * @example
 * const namesOf = (list: () => Promise<readonly string[]>) => inTime(2_000, list, () => []);
 */
export async function inTime<T, L>(ms: number, work: () => T | Promise<T>, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, ms, LATE);
  });
  try {
    const came = await Promise.race([work(), over]);
    return came === LATE ? late() : came;
  } finally {
    clearTimeout(timer);
  }
}
