/** What renderers of tools are made of: what a call is about, and what came of it, read with care from texts of anybody. */
import { type Block, type RenderedCall, textOf } from "gantry/sdk";
import { below } from "./paths.ts";

/**
 * A text of the input; `undefined` where it is none.
 *
 * @example
 * const renderer: Renderer = { title: (shown) => inputText(shown, "pattern") };
 */
export function inputText({ call }: RenderedCall, name: string): string | undefined {
  const value = fieldOf(call.input, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A path of the input, as it is called in the session's folder. */
export function inputPathText(shown: RenderedCall, name: string): string | undefined {
  const path = inputText(shown, name);
  if (path === undefined) return undefined;
  const parts = below(path, shown.session.cwd);
  return parts === undefined ? path : parts.join("/") || ".";
}

/** A number of the result's data, such as how many files were found. */
export function resultNumber({ result }: RenderedCall, name: string): number | undefined {
  const value = fieldOf(result?.data, name);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Texts of the result's data. */
export function resultTexts({ result }: RenderedCall, name: string): readonly string[] {
  const value = fieldOf(result?.data, name);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** A text of the result's data. */
export function resultText({ result }: RenderedCall, name: string): string | undefined {
  const value = fieldOf(result?.data, name);
  return typeof value === "string" ? value : undefined;
}

/** A part of data that nobody has checked; `undefined` where there is none. */
export function fieldOf(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null && Object.hasOwn(data, name) ? Reflect.get(data, name) : undefined;
}

/** What a call gave back, without what ends it. */
export function outputOf({ result }: RenderedCall): string {
  return result ? textOf(result.content).trimEnd() : "";
}

/**
 * A number and what it counts.
 *
 * @example
 * countedText(2, "line"); // "2 lines"
 */
export function countedText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;
}

/**
 * Input and output in full. Of the input, a text that is worth it stands alone, in its language.
 *
 * @example
 * const renderer: Renderer = { details: (shown) => callDetails(shown, { field: "command", language: "bash" }) };
 */
export function callDetails(
  shown: RenderedCall,
  code?: { readonly field: string; readonly language?: string },
): readonly Block[] {
  const { input } = shown.call;
  const text = code && inputText(shown, code.field);
  const others = Object.entries(typeof input === "object" && input !== null ? input : {}).filter(
    ([name]) => text === undefined || name !== code?.field,
  );
  const output = outputOf(shown);
  return [
    ...(text === undefined
      ? []
      : [{ type: "code", text, ...(code?.language && { language: code.language }) } satisfies Block]),
    ...(others.length
      ? [{ type: "fields", fields: others.map(([name, value]) => ({ name, value: plain(value) })) } satisfies Block]
      : []),
    ...(output ? [{ type: "code", text: output } satisfies Block] : []),
  ];
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
