/** One promise of a contract: resolves when it is kept. */
export interface ConformanceCheck {
  readonly name: string;
  run(): Promise<void>;
}

interface Disposable {
  readonly dispose: () => void | Promise<void>;
}

/** A promise, and how it is tried on what a test has made. */
export interface CheckOf<T> {
  readonly name: string;
  readonly check: (subject: T) => void | Promise<void>;
}

/** Each check on a subject of its own, which is disposed of whatever comes of it. */
export function checksOf<T extends Disposable>(
  make: () => T | Promise<T>,
  checks: readonly CheckOf<T>[],
): readonly ConformanceCheck[] {
  return checks.map(({ name, check }) => ({
    name,
    async run() {
      const subject = await make();
      try {
        await check(subject);
      } finally {
        await subject.dispose();
      }
    },
  }));
}
