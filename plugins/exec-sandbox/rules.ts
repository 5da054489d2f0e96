import { join } from "node:path";
import { type HostInfo, type Settings, z } from "gantry/sdk";

/** Paths that deny rules such as `Read(~/.secrets/**)` and `Edit(./generated)` name. */
export interface RuleDenials {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** What deny rules forbid tools to touch, commands should not either. A pattern has no path, so it is left to the tools. */
export function deniedByRules(
  settings: Settings,
  host: Pick<HostInfo, "home">,
  folders: readonly string[],
): RuleDenials {
  const layers = settings.layers("permissions.deny", z.array(z.unknown()));
  const named = (family: RegExp) =>
    layers.flatMap(({ value, root }) => value.flatMap((rule) => pathsOf(rule, family, root, host.home, folders)));
  return { read: named(/(?<![\w*-])read\(([^)]*)\)/gi), write: named(/(?<![\w*-])edit\(([^)]*)\)/gi) };
}

/** A flag may hold several rules in one text. */
function pathsOf(rule: unknown, family: RegExp, root: string, home: string, folders: readonly string[]): string[] {
  if (typeof rule !== "string") return [];
  return [...rule.matchAll(family)].flatMap(([, specifier = ""]) => {
    const text = specifier.trim().replace(/(?<=.)\/\*{1,2}$/, "");
    if (text === "" || /[*?[\\\0]/.test(text)) return [];
    if (text.startsWith("//")) return [text.slice(1)];
    if (text.startsWith("/")) return [join(root, text)];
    if (text === "~" || text.startsWith("~/")) return [join(home, text.slice(1))];
    return folders.map((folder) => join(folder, text));
  });
}
