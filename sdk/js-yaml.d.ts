/** The part of js-yaml that is used; the package brings no types. */
declare module "js-yaml" {
  export interface YAMLException extends Error {
    readonly reason?: string;
    readonly mark?: { readonly line: number };
  }
  export const CORE_SCHEMA: unknown;
  export function load(text: string, options: { readonly schema: unknown }): unknown;
  export function dump(
    data: unknown,
    options: {
      readonly schema: unknown;
      readonly lineWidth: number;
      readonly noRefs: boolean;
      readonly skipInvalid: boolean;
    },
  ): string;
}
