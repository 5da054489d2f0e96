/** The names that a shell puts in the place of `*`, `?` and `[a-z]`, looked up as the shell would. */
import { join } from "node:path";
import { type Files, isGantryError } from "gantry/sdk";

const MOST_NAMES = 500;
const SIGNS = /[*?[]/;
/** A choice such as `[a-z]`, `[!x]`, `[]k]`, `[[:alpha:]]`. */
const CHOICE = /\[[!^]?\]?(?:\[:\w+:\]|[^\]])*\]/g;

/** A name with signs as a pattern of `*` alone, which fits at least as much. */
export function widened(name: string): string {
  return name
    .replace(CHOICE, "*")
    .replace(/[?[\]]/g, "*")
    .replace(/\*+/g, "*");
}

/**
 * The files that an absolute path with signs stands for now; empty when there are none. `undefined` when there are more than anybody
 * looks at, or a folder cannot be read.
 */
export async function expandGlob(path: string, files: Pick<Files, "list">): Promise<readonly string[] | undefined> {
  const names = path.split("/").filter(Boolean);
  let found: readonly string[] = ["/"];
  for (const name of names) {
    if (!SIGNS.test(name)) {
      found = found.map((folder) => join(folder, name));
      continue;
    }
    const lists = await Promise.all(found.map((folder) => namesIn(folder, files)));
    const fits = expressionOf(name);
    found = lists.flatMap((list, at) =>
      list.filter((one) => fits.test(one)).map((one) => join(found[at] as string, one)),
    );
    if (found.length > MOST_NAMES) return undefined;
  }
  return found;
}

async function namesIn(folder: string, files: Pick<Files, "list">): Promise<readonly string[]> {
  try {
    return (await files.list(folder)).map(({ name }) => name);
  } catch (error) {
    // What is no folder holds no names.
    if (isGantryError(error)) return [];
    throw error;
  }
}

/** Choices are taken for any sign: rather one name too many. A sign at the start stands for no dot. */
function expressionOf(name: string): RegExp {
  const parts = widened(name).split("*");
  const text = parts.map((part) => part.replace(/[.+^${}()|\\]/g, "\\$&")).join("[^]*");
  return new RegExp(`^${name.startsWith(".") ? "" : "(?!\\.)"}${text}$`);
}

/** Whether some text fits both patterns, in each of which `*` stands for any text. */
export function mayBothFit(a: string, b: string): boolean {
  const rows = a.length + 1;
  let reach: readonly boolean[] = Array.from({ length: b.length + 1 }, (_, at) =>
    [...b.slice(0, at)].every((sign) => sign === "*"),
  );
  for (let row = 1; row < rows; row++) {
    const sign = a[row - 1];
    const next: boolean[] = [];
    for (let column = 0; column <= b.length; column++) {
      const other = b[column - 1];
      const isBoth = column > 0 && (sign === other || sign === "*" || other === "*") && (reach[column - 1] ?? false);
      const isSkip =
        (sign === "*" && (reach[column] ?? false)) || (other === "*" && column > 0 && (next[column - 1] ?? false));
      const isHeld =
        (sign === "*" && column > 0 && (next[column - 1] ?? false)) || (other === "*" && (reach[column] ?? false));
      next.push(isBoth || isSkip || isHeld);
    }
    reach = next;
  }
  return reach[b.length] ?? false;
}
