/** Anything that can be ended: a function, or an object with a dispose method. */
export type Disposable = (() => void | Promise<void>) | { dispose(): void | Promise<void> };

/**
 * A lifetime: host, plugin, session, turn or call. What it owns is disposed last in, first out, when it ends.
 */
export interface Scope {
  readonly name: string;
  /** Fires when the scope starts to end. */
  readonly signal: AbortSignal;
  /**
   * Hands something over to the scope.
   * **Contract**: a disposer may throw (reported, the others still run) and has 5 s. Owning something in a scope
   * that has ended disposes it at once.
   */
  own<T extends Disposable>(thing: T): T;
}
