import { statSync } from "node:fs";
import { dirname } from "node:path";
import { type Claim, type Files, isGantryError } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { type Instruction, MOST_BYTES, type Place, type Reason } from "./instruction.ts";
import { importsIn, instructionText, withoutComments } from "./text.ts";

const DEEPEST_IMPORT = 4;

/** What decides which files are read. */
export interface Reading {
  readonly files: Files;
  readonly home: string;
  /** Whether the person wants this file left out. */
  isExcluded(path: string, realPath: string): boolean;
  /** Whether a file may be brought in, given what asks for it where it lies elsewhere. */
  mayImport(realPath: string, claim: Claim | undefined): boolean | Promise<boolean>;
  /** Something that the person should know. */
  tell(said: string): void;
}

/** What has been read: no file and no text twice. */
export interface Known {
  readonly paths: Set<string>;
  readonly texts: Set<string>;
}

export const noneKnown = (): Known => ({ paths: new Set(), texts: new Set() });

/** The instructions at a place, and behind them what they import. */
export async function readPlace(
  place: Place,
  reason: Reason,
  known: Known,
  reading: Reading,
  more: Pick<Instruction, "globs" | "trigger"> = {},
): Promise<readonly Instruction[]> {
  const found = await open(place, reading);
  if (!found || !(await mayCount(place, found.realPath, reading))) return [];
  return instructionsOf({ ...place, ...found, reason, ...more }, known, reading, 0);
}

/** An instruction with what it imports, for a text that was read already. */
export async function instructionsOf(
  instruction: Instruction,
  known: Known,
  reading: Reading,
  depth: number,
): Promise<readonly Instruction[]> {
  const text = withoutComments(instruction.text).trim();
  if (known.paths.has(instruction.realPath)) return [];
  known.paths.add(instruction.realPath);
  // A copy, such as CLAUDE.md beside the same AGENTS.md.
  const isCopy = text === "" || known.texts.has(text);
  known.texts.add(text);
  const all: Instruction[] = isCopy ? [] : [{ ...instruction, text }];
  if (depth === DEEPEST_IMPORT) return all;
  for (const spellings of importsIn(text)) {
    const place = await importedPlace(spellings, instruction, reading);
    const found = place && (await open(place, reading));
    if (!found || known.paths.has(found.realPath)) continue;
    if (!(await reading.mayImport(found.realPath, claimFor(place, found.realPath, instruction.path)))) continue;
    const imported = { ...place, ...found, reason: "include", parent: instruction.path } as const;
    all.push(...(await instructionsOf(imported, known, reading, depth + 1)));
  }
  return all;
}

/** What has to be approved before this file is brought in; nothing where it lies in the project, or the person wrote what asks for it. */
export function claimFor({ within }: Place, realPath: string, source: string): Claim | undefined {
  if (!within || isWithin(realPath, within)) return undefined;
  return { kind: "import", source, text: realPath };
}

export interface Opened {
  readonly realPath: string;
  readonly text: string;
}

/** The file at a place, if there is one that is text, of a bearable size, and not left out. */
export async function open({ path, kind, isAbove }: Place, reading: Reading): Promise<Opened | undefined> {
  const { files, tell } = reading;
  try {
    const stat = await files.stat(path);
    if (stat?.kind !== "file") return undefined;
    if (kind !== "Managed" && reading.isExcluded(path, stat.realPath)) return undefined;
    if (stat.size > MOST_BYTES) {
      tell(`${path} is left out: it is larger than 4 MiB.`);
      return undefined;
    }
    if (isAbove && isOfStranger(stat.realPath)) {
      tell(`${path} is left out: it lies above the working folder and belongs to another user.`);
      return undefined;
    }
    const { bytes, realPath } = await files.read(stat.realPath, { maxBytes: MOST_BYTES, realPath: stat.realPath });
    const text = instructionText(bytes);
    if (text === undefined) tell(`${path} is left out: it is not text.`);
    return text === undefined ? undefined : { realPath, text };
  } catch (error) {
    if (!isGantryError(error)) throw error;
    tell(`${path} is left out: ${error.message}`);
    return undefined;
  }
}

/** A link out of the project is as good as an import. */
function mayCount(place: Place, realPath: string, reading: Reading): boolean | Promise<boolean> {
  const claim = claimFor(place, realPath, place.path);
  return claim ? reading.mayImport(realPath, claim) : true;
}

async function importedPlace(
  spellings: readonly string[],
  { path, kind, within, isAbove }: Instruction,
  { files, home }: Reading,
): Promise<Place | undefined> {
  for (const spelling of spellings) {
    const at = inputPath(spelling, { cwd: dirname(path), home });
    const stat = await files.stat(at).catch(() => undefined);
    if (stat?.kind === "file") return { path: at, kind, ...(within && { within }), ...(isAbove && { isAbove }) };
  }
  return undefined;
}

/** Above the working folder, as in a common temporary folder, anyone may have put a file. */
function isOfStranger(realPath: string): boolean {
  const own = process.getuid?.();
  if (own === undefined) return false;
  const owner = statSync(realPath, { throwIfNoEntry: false })?.uid;
  return owner !== own && owner !== 0;
}
