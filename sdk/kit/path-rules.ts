/**
 * Path patterns of permission rules, written as in `.gitignore`: `*` and `?` within a name, `**` across names, `[a-z]`, `\` before
 * a sign that is meant itself. A pattern that fits a folder fits everything in it.
 */
import { dirname, join } from "node:path";
import { below, foldName } from "./paths.ts";
import { matchStars, STAR } from "./stars.ts";

/** What a pattern is relative to: the root of the machine, the home folder, the root of its settings, or the working folder. */
export type Anchor = "machine" | "home" | "settings" | "cwd";

/** A pattern, read. {@link parsePathPattern} makes one. */
export interface PathPattern {
  readonly anchor: Anchor;
  /** Folders to go up from the anchor: `../other/**`. */
  readonly up: number;
  /** It does not say where it begins, so it may fit at any depth. */
  readonly isBare: boolean;
  readonly hasSlash: boolean;
  /** Its last name holds signs that stand for others. */
  readonly endsOpen: boolean;
  readonly segments: readonly (Segment | typeof STAR)[];
}

type Segment = readonly (Sign | typeof STAR)[];
type Sign = (char: string) => boolean;

/** Where the anchors lie. Several spellings of one folder, as with links, are all tried. */
export type Anchors = Readonly<Record<Anchor, readonly string[]>>;

/** Reads a pattern; `undefined` when it has no meaning. `ignoreCase` for patterns that protect. */
export function parsePathPattern(text: string, ignoreCase: boolean): PathPattern | undefined {
  const { anchor, rest, isAnchored } = splitAnchor(text.trim());
  const names = rest.split("/").filter((name) => name !== "" && name !== ".");
  const first = names.findIndex((name) => name !== "..");
  const up = first < 0 ? names.length : first;
  const own = names.slice(up);
  if (text.startsWith("!") || own.includes("..") || (names.length === 0 && !isAnchored)) return undefined;
  const segments: (Segment | typeof STAR)[] = [];
  for (const name of own) {
    const segment = name === "**" ? STAR : parseSegment(ignoreCase ? foldName(name) : name);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  // `src/**` is what lies in src, not src itself.
  if (segments.length > 1 && segments.at(-1) === STAR) segments.splice(-1, 0, [STAR]);
  return {
    anchor,
    up,
    isBare: !isAnchored && up === 0,
    hasSlash: own.length > 1,
    endsOpen: /[*?[]/.test(own.at(-1) ?? ""),
    segments,
  };
}

/**
 * Whether a path fits. `anyDepth` lets a bare pattern with slashes fit at any depth, as deny and ask rules do; one name
 * without a slash always may. `isMean`: what fits `src/*` is a file right in `src`, and nothing below.
 */
export function fitsPathPattern(
  pattern: PathPattern,
  path: string,
  anchors: Anchors,
  how: { readonly anyDepth: boolean; readonly ignoreCase: boolean; readonly isMean?: boolean },
): boolean {
  const fold = how.ignoreCase ? foldName : (name: string) => name;
  const floats = pattern.isBare && (how.anyDepth || !pattern.hasSlash);
  const anything: readonly (typeof STAR)[] = [STAR];
  const nothing: readonly (typeof STAR)[] = [];
  const deeper = how.isMean && pattern.endsOpen ? nothing : anything;
  const expected = [...(floats ? anything : nothing), ...pattern.segments, ...deeper];
  return anchors[pattern.anchor].some((anchor) => {
    const names = below(fold(path), fold(goUp(anchor, pattern.up)));
    return names !== undefined && matchStars(expected, names, fitsSegment);
  });
}

/** A path as a pattern that fits it alone, relative to the working folder where it lies there. */
export function patternFor(path: string, cwd: string): string {
  const inside = below(path, cwd);
  const text = inside ? `./${inside.join("/")}` : `/${path}`;
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

function splitAnchor(text: string): { anchor: Anchor; rest: string; isAnchored: boolean } {
  if (text.startsWith("//")) return { anchor: "machine", rest: text.slice(2), isAnchored: true };
  if (text.startsWith("/")) return { anchor: "settings", rest: text.slice(1), isAnchored: true };
  if (text === "~" || text.startsWith("~/")) return { anchor: "home", rest: text.slice(1), isAnchored: true };
  return { anchor: "cwd", rest: text, isAnchored: text.startsWith("./") || text === "." };
}

function parseSegment(name: string): Segment | undefined {
  const signs: (Sign | typeof STAR)[] = [];
  for (let at = 0; at < name.length; ) {
    const char = String.fromCodePoint(name.codePointAt(at) as number);
    if (char === "*") {
      signs.push(STAR);
      at += 1;
    } else if (char === "?") {
      signs.push(() => true);
      at += 1;
    } else if (char === "[") {
      const choice = parseChoice(name, at);
      if (!choice) return undefined;
      signs.push(choice.sign);
      at = choice.end;
    } else {
      const meant = char === "\\" ? String.fromCodePoint(name.codePointAt(at + 1) ?? 0) : char;
      if (meant === "\0") return undefined;
      signs.push((other) => other === meant);
      at += char === "\\" ? 1 + meant.length : char.length;
    }
  }
  return signs;
}

function parseChoice(name: string, start: number): { sign: Sign; end: number } | undefined {
  const found = /^\[([!^]?)(\]?(?:\\.|[^\]\\])*)\]/u.exec(name.slice(start));
  if (!found || found[2] === "") return undefined;
  const members = [...(found[2] as string).matchAll(/\\?(.)(?:-\\?([^\]]))?/gu)];
  const has = (char: string) => members.some(([, low = "", high = low]) => low <= char && char <= high);
  const isNegated = found[1] !== "";
  return { sign: (char) => has(char) !== isNegated, end: start + found[0].length };
}

function fitsSegment(segment: Segment, name: string): boolean {
  return matchStars(segment, [...name], (sign, char) => sign(char));
}

function goUp(folder: string, times: number): string {
  return times === 0 ? folder : goUp(dirname(join(folder)), times - 1);
}
