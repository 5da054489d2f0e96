import { isWithin } from "gantry/sdk/kit/paths";
import { type Boundary, foldersBetween } from "./boundary.ts";

/** The profile of macOS' sandbox-exec. The last rule that fits decides. */
export function seatbeltProfile(boundary: Boundary): string {
  const { writable, guarded, pinned, hidden, readable, denied, temporary, isNetworkOpen } = boundary;
  const kept = new Set([
    ...pinned,
    ...[...guarded, ...hidden, ...denied].flatMap((path) => foldersBetween(path, writable)),
  ]);
  const reopened = [...readable, ...writable, temporary].filter((path) => isWithin(path, hidden));
  return [
    "(version 1)",
    "(allow default)",
    // What would have somebody else run a program.
    "(deny appleevent-send lsopen job-creation)",
    "(deny file-write*)",
    '(allow file-write* (regex #"^/dev/(null|zero|tty|dtracehelper|fd/[0-9]+)$"))',
    rule("allow file-write*", [...writable, temporary].map(subpath)),
    rule("deny file-write*", guarded.map(anyCase)),
    rule("deny file-write-unlink", [...kept].map(literal)),
    rule("deny file-read* file-write*", hidden.map(subpath)),
    rule("allow file-read*", reopened.map(subpath)),
    rule("allow file-write*", [...writable, temporary].filter((path) => isWithin(path, hidden)).map(subpath)),
    rule("deny file-read* file-write*", denied.map(subpath)),
    ...(isNetworkOpen ? [] : ["(deny network*)"]),
  ]
    .filter(Boolean)
    .join("\n");
}

function rule(action: string, filters: readonly string[]): string {
  return filters.length > 0 ? `(${action} ${filters.join(" ")})` : "";
}

const subpath = (path: string) => `(subpath ${quote(path)})`;
const literal = (path: string) => `(literal ${quote(path)})`;

function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&")}"`;
}

/** A name that is not there yet may be made in another letter case, which the disk takes for the same. */
function anyCase(path: string): string {
  const pattern = [...path].map((sign) => {
    const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
    if (lower !== upper && lower.length === 1 && upper.length === 1) return `[${lower}${upper}]`;
    if (sign === '"') return ".";
    return /[.*+?^${}()|[\]\\]/.test(sign) ? `\\${sign}` : sign;
  });
  return `(regex #"^${pattern.join("")}(/|$)")`;
}
