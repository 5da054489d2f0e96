/** What is typed behind `/bridge`. */
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";

export type Words =
  | { readonly does: "off" | "status" }
  | { readonly does: "on"; readonly port: number | undefined; readonly names: readonly string[] };

const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** The words, or what is wrong with them. */
export function readWords(args: string): Words | string {
  const [does = "status", ...rest] = args.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (does === "off" || does === "status") {
    return rest.length ? `"${visibleLine(rest.join(" "), 80)}" is too much: /bridge ${does}` : { does };
  }
  if (does !== "on") {
    return `"${visibleLine(does, 80)}" is nothing that /bridge does.${didYouMean(does, ["on", "off", "status"])} It takes: on [port] [name], off, status.`;
  }
  let port: number | undefined;
  const names: string[] = [];
  for (const word of rest) {
    if (/^\d+$/.test(word) && port === undefined) port = Number(word);
    else if (NAME.test(word)) names.push(word);
    else return `"${visibleLine(word, 80)}" is neither a port nor the name of a host.`;
  }
  if (port !== undefined && (port < 1 || port > 65_535)) return `${port} is no port: it has to be 1 to 65535.`;
  return { does, port, names };
}
