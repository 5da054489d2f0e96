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
  readonly isLater?: false;
  readonly [held]?: T;
}

/** A need that may stay unmet: the plugin gets `undefined`. */
export interface OptionalServiceKey<T> {
  readonly id: string;
  readonly isOptional: true;
  readonly isLater?: false;
  readonly key: ServiceKey<T>;
  readonly [held]?: T;
}

/** A need that is met at the first call: the plugin gets a function. */
export interface LaterServiceKey<T, IsOptional extends boolean = boolean> {
  readonly id: string;
  readonly isOptional: IsOptional;
  readonly isLater: true;
  readonly key: ServiceKey<T>;
  readonly [held]?: T;
}

/** Gets a service. */
export type LaterService<T> = () => Promise<T>;

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

/**
 * Marks a need as one for later: the plugin gets a function that resolves to the service, and whoever provides it is set up at
 * the first call. For what most sessions never use: what a plugin needs at once is set up, with all that it needs, whenever the
 * plugin is. Nothing else differs: a need that nobody meets is an error when the host opens, and so are plugins that need
 * each other.
 *
 * A provider whose own setup is not lazy is set up with the host, whoever needs it.
 *
 * `later(optional(key))` gives `undefined`, and no function, where nobody provides the service.
 *
 * **Contract**: the function gives the same service at every call, and rejects at every call when its provider could not be set
 * up. Ask where the service is used; a setup that calls it gains nothing over a plain need.
 *
 * @example
 * export default definePlugin({
 *   name: "tidy",
 *   needs: { files: later(Files), jobs: later(optional(Jobs)) },
 *   commands: { tidy: { description: "Remove the file named draft." } },
 *   setup: ({ use, host }) => ({
 *     commands: {
 *       tidy: async (_, session) => {
 *         const jobs = await use.jobs?.();
 *         if (jobs?.list(session).length) return "Something is still at work.";
 *         const files = await use.files();
 *         await files.remove(`${host.cwd}/draft`);
 *         return "Done.";
 *       },
 *     },
 *   }),
 * });
 */
export function later<T>(need: OptionalServiceKey<T>): LaterServiceKey<T, true>;
export function later<T>(need: ServiceKey<T>): LaterServiceKey<T, false>;
export function later<T>(need: ServiceKey<T> | OptionalServiceKey<T>): LaterServiceKey<T> {
  const { id, isOptional = false } = need;
  return Object.freeze({ id, isOptional, isLater: true, key: "key" in need ? need.key : need });
}

/** A need, as a manifest states it. */
// biome-ignore lint/suspicious/noExplicitAny: a key of any type
export type Need = ServiceKey<any> | OptionalServiceKey<any> | LaterServiceKey<any>;

/** A record of needs, as a manifest states it. */
export type Needs = Readonly<Record<string, Need>>;

/** What a plugin receives for its needs. */
export type Used<N extends Needs> = { readonly [K in keyof N]: UsedOne<N[K]> };

type UsedOne<N extends Need> =
  N extends LaterServiceKey<infer T, infer IsOptional>
    ? IsOptional extends true
      ? LaterService<T> | undefined
      : LaterService<T>
    : N extends OptionalServiceKey<infer T>
      ? T | undefined
      : N extends ServiceKey<infer T>
        ? T
        : never;
