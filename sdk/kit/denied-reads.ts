import { join, relative } from "node:path";
import { type HostInfo, type SessionView, type Settings, z } from "gantry/sdk";
import { fitsPathPattern, type PathPattern, parsePathPattern } from "./path-rules.ts";
import { isWithin } from "./paths.ts";

/**
 * Tells of a path below the searched root whether a rule such as `Read(.env)` in `permissions.deny` forbids reading it. For
 * tools that come upon files by themselves: their call was judged by the root alone. The root may be reached by a link.
 */
export function deniedReads(
  settings: Settings | undefined,
  host: Pick<HostInfo, "home">,
  session: Pick<SessionView, "folders">,
  searched: { readonly root: string; readonly realPath: string },
): (path: string) => boolean {
  const rules = (settings?.layers("permissions.deny", z.array(z.unknown())) ?? []).flatMap(({ value, root }) =>
    value.flatMap((rule) => readPatterns(rule).map((pattern) => ({ pattern, root }))),
  );
  return (path) => {
    const places = new Set([path, join(searched.realPath, relative(searched.root, path))]);
    return [...places].some((place) => rules.some(({ pattern, root }) => !pattern || fits(pattern, place, root)));
  };

  function fits(pattern: PathPattern, path: string, root: string): boolean {
    const bases = isWithin(path, session.folders) ? session.folders : [...session.folders, "/"];
    const anchors = { machine: ["/"], home: [host.home], settings: [root], cwd: bases };
    return fitsPathPattern(pattern, path, anchors, { anyDepth: true, ignoreCase: true });
  }
}

/** The pattern of a `Read` rule; none for other rules, `undefined` for one that forbids but cannot be understood. */
function readPatterns(rule: unknown): (PathPattern | undefined)[] {
  // A flag may hold several rules in one text.
  const texts = typeof rule === "string" ? [...rule.matchAll(/(?<![\w*-])read\(([^)]*)\)/gi)] : [];
  return texts
    .filter(([, specifier]) => specifier !== "*")
    .map(([, specifier = ""]) => parsePathPattern(specifier, true));
}
