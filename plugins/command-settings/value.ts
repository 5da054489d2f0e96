import { type Json, PluginError } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { KnownSetting } from "./known.ts";

const YES = ["true", "on", "yes"];
const NO = ["false", "off", "no"];

/** What a person has typed as the value that the setting takes. */
export function valueIn({ path, takes }: KnownSetting, typed: string): Json {
  const text = typed.trim();
  if (takes === "text") return text;
  if (takes === "boolean") {
    if (YES.includes(text.toLowerCase())) return true;
    if (NO.includes(text.toLowerCase())) return false;
    throw wrong(path, text, "It takes true or false.");
  }
  if (takes === "number") {
    const number = Number(text);
    if (text !== "" && Number.isSafeInteger(number) && number >= 0) return number;
    throw wrong(path, text, "It takes a whole number.");
  }
  const found = takes.find((word) => word.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw wrong(path, text, `${didYouMean(text, takes)} It takes ${takes.join(", ")}.`.trimStart());
}

function wrong(path: string, text: string, remedy: string): PluginError {
  return new PluginError("GANTRY_CONFIG_VALUE", `${path} cannot be "${visibleLine(text, 60)}".`, remedy);
}
