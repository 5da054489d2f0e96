declare const held: unique symbol;

/**
 * A typed key for a service: one thing with one owner. The key is the type; there is no look-up by string.
 *
 * @example
 * export const Weather = createService<{ in(city: string): Promise<string> }>("weather");
 */
export interface ServiceKey<T> {
  /** For people and error messages only. */
  readonly id: string;
  readonly isOptional?: false;
  readonly [held]?: T;
}

/** A need that may stay unmet: the plugin gets `undefined`. */
export interface OptionalServiceKey<T> {
  readonly id: string;
  readonly isOptional: true;
  readonly key: ServiceKey<T>;
  readonly [held]?: T;
}

/**
 * Makes a service key. Call it once, in a module that users and owner of the service import: another call makes another
 * service.
 *
 * @example
 * export interface Tides { at(harbour: string): Promise<string> }
 * export const Tides = createService<Tides>("tides");
 * export default definePlugin({
 *   name: "tides",
 *   provides: { tides: Tides },
 *   setup: () => ({ services: { tides: { at: async (harbour) => `High at noon in ${harbour}.` } } }),
 * });
 */
export function createService<T>(id: string): ServiceKey<T> {
  return Object.freeze({ id });
}

/**
 * Marks a need as optional: the plugin gets `undefined` where nobody provides it.
 *
 * @example
 * const needs = { meter: optional(Meter) };
 */
export function optional<T>(key: ServiceKey<T>): OptionalServiceKey<T> {
  return Object.freeze({ id: key.id, isOptional: true, key });
}

/** A record of needs, as a manifest states it. */
// biome-ignore lint/suspicious/noExplicitAny: a record of keys of any type
export type Needs = Readonly<Record<string, ServiceKey<any> | OptionalServiceKey<any>>>;

/** What a plugin receives for its needs. */
export type Used<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends OptionalServiceKey<infer T>
    ? T | undefined
    : N[K] extends ServiceKey<infer T>
      ? T
      : never;
};
