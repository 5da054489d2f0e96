import { fitsPathPattern, type PathPattern, parsePathPattern } from "./path-rules.ts";

const MOST_PATTERNS = 1_000;
const LONGEST_PATTERN = 4_096;

/** Tells of absolute paths whether one of the globs fits them, as seen from a folder. Braces stand for each of what they hold. */
export function globMatcher(globs: readonly string[], root: string): (path: string) => boolean {
  const patterns = expandAll(globs).flatMap((glob) => patternOf(glob) ?? []);
  const anchors = { machine: ["/"], home: [root], settings: [root], cwd: [root] };
  return (path) =>
    patterns.some((pattern) =>
      fitsPathPattern(pattern, path, anchors, { anyDepth: false, ignoreCase: false, isMean: true }),
    );
}

/** The same for globs on whole paths, as in `claudeMdExcludes`. */
export function pathMatcher(globs: readonly string[], home: string): (path: string) => boolean {
  const patterns = expandAll(globs).flatMap((glob) => {
    if (glob.startsWith("~")) return parsePathPattern(glob, true) ?? [];
    return parsePathPattern(glob.startsWith("/") ? `/${glob}` : `//**/${glob}`, true) ?? [];
  });
  const anchors = { machine: ["/"], home: [home], settings: ["/"], cwd: ["/"] };
  return (path) =>
    patterns.some((pattern) => fitsPathPattern(pattern, path, anchors, { anyDepth: false, ignoreCase: true }));
}

/** `src/{a,b}/*.{ts,tsx}` as the four that it stands for; at most a thousand in all. */
export function expandAll(globs: readonly string[]): readonly string[] {
  const open = globs.filter(({ length }) => length <= LONGEST_PATTERN).slice(0, MOST_PATTERNS);
  const done: string[] = [];
  for (let glob = open.pop(); glob !== undefined; glob = open.pop()) {
    const choices = firstBraces(glob);
    if (!choices) done.push(glob);
    else if (done.length + open.length + choices.length <= MOST_PATTERNS) open.push(...choices);
  }
  return done;
}

/** From the root of the rule on; a name alone is one right there. */
function patternOf(glob: string): PathPattern | undefined {
  return parsePathPattern(`./${glob.replace(/^\.?\/+/, "")}`, false);
}

/** What a glob stands for when its first pair of braces is taken apart; `undefined` when it has none. */
function firstBraces(glob: string): readonly string[] | undefined {
  const start = glob.indexOf("{");
  let depth = 0;
  let from = start + 1;
  const choices: string[] = [];
  for (let at = start; start >= 0 && at < glob.length; at++) {
    const sign = glob[at];
    if (sign === "{") depth++;
    else if (sign === "}" && --depth === 0) {
      choices.push(glob.slice(from, at));
      return choices.map((choice) => glob.slice(0, start) + choice + glob.slice(at + 1));
    } else if (sign === "," && depth === 1) {
      choices.push(glob.slice(from, at));
      from = at + 1;
    }
  }
  return undefined;
}
