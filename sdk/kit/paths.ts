/**
 * Questions about paths that decide what may be touched. All are pure and compare whole components, never text: `/project` does
 * not contain `/workshop`. What widens compares exactly; what protects compares without letter case.
 */
import { parse, sep } from "node:path";

/** The components of an absolute path, its root first where it has a name, as on Windows. */
export function componentsOf(path: string): readonly string[] {
  const { root } = parse(path);
  const parts = path
    .slice(root.length)
    .split(sep)
    .filter((part) => part !== "" && part !== ".");
  const drive = root.split(sep).join("");
  return drive ? [drive, ...parts] : parts;
}

/** The components of a path below a folder; `undefined` when it lies elsewhere. Both absolute, without `..`. */
export function below(path: string, folder: string): readonly string[] | undefined {
  const parts = componentsOf(path);
  const base = componentsOf(folder);
  return base.every((part, index) => part === parts[index]) ? parts.slice(base.length) : undefined;
}

/** Whether a path is one of the folders or lies in one. Give resolved paths: links are not followed here. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => below(path, folder) !== undefined);
}

/** A name as a file system that does not care for letter case or composition may see it. */
export function foldName(name: string): string {
  let folded = name;
  // Once is not always enough: what a letter becomes may compose with its neighbour and fold anew.
  for (let round = 0; round < 4; round++) {
    const next = folded.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
    if (next === folded) break;
    folded = next;
  }
  return folded;
}
