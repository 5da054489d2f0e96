import { messageOf, PluginError } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";

export function invalidId(id: string): PluginError {
  return new PluginError(
    "GANTRY_SESSION_ID",
    `${JSON.stringify(id)} is no session id.`,
    "An id is made of letters, digits and -; a new one is best a UUID.",
  );
}

export function alreadyThere(id: string, file: string): PluginError {
  return new PluginError(
    "GANTRY_SESSION_EXISTS",
    `The session ${id} exists already: ${file}.`,
    `Go on with it (--resume ${id}), or choose another id.`,
  );
}

export function absent(id: string, known: readonly string[], elsewhere?: string): PluginError {
  const meant = nearest(id, known);
  if (elsewhere !== undefined) {
    return new PluginError(
      "GANTRY_SESSION_ABSENT",
      `The session ${id} belongs to another folder: ${elsewhere}.`,
      "Resume it from there.",
    );
  }
  return new PluginError(
    "GANTRY_SESSION_ABSENT",
    `This folder has no session ${JSON.stringify(id)}.${meant ? ` Did you mean ${meant}?` : ""}`,
    meant ? `--resume ${meant}` : "Resume it from the folder it was started in, or leave --resume out.",
  );
}

export function ambiguous(start: string, ids: readonly string[]): PluginError {
  const shown = ids.slice(0, 5).join(", ");
  return new PluginError(
    "GANTRY_SESSION_AMBIGUOUS",
    `${ids.length} sessions fit "${start}": ${shown}${ids.length > 5 ? ", …" : ""}.`,
    "Give more of the id.",
  );
}

export function inUse(id: string, holder: string, lock: string): PluginError {
  return new PluginError(
    "GANTRY_SESSION_LOCKED",
    `The session ${id} is in use by ${holder}.`,
    `End that program, or go on in a copy with --fork-session. If it is gone for certain, remove ${lock}.`,
  );
}

export function unreadable(file: string, problem: string, cause?: unknown): PluginError {
  return new PluginError(
    "GANTRY_SESSION_UNREADABLE",
    `The transcript ${file} cannot be read: ${problem}.`,
    "Start a new session, or correct the file.",
    cause,
  );
}

export function tooNew(file: string, version: number, known: number): PluginError {
  return new PluginError(
    "GANTRY_SESSION_UNREADABLE",
    `The transcript ${file} cannot be read: it has version ${version} of the format, and this program knows ${known}.`,
    "Use the newer Gantry that wrote it.",
  );
}

export function unwritable(file: string, cause: unknown): PluginError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  return new PluginError(
    "GANTRY_SESSION_WRITE",
    `The transcript ${file} cannot be written: ${messageOf(cause)}.`,
    `${REMEDIES[code] ?? "Make room or give access to the folder"}, or run with --no-session-persistence.`,
    cause,
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "Make room on the disk",
  EDQUOT: "Make room within your quota",
  EACCES: "Give access to the folder, or name another one with GANTRY_HOME",
  EPERM: "Give access to the folder, or name another one with GANTRY_HOME",
  EROFS: "Name a folder that can be written with GANTRY_HOME",
  EMFILE: "Let the program open more files (ulimit -n)",
  ENFILE: "Close other programs: the system has no more open files to give",
};

export function ended(file: string): PluginError {
  return new PluginError("GANTRY_SESSION_CLOSED", `The transcript ${file} has been closed.`, "Open the session again.");
}
