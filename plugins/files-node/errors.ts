import { type GantryError, isGantryError, messageOf, PluginError } from "gantry/sdk";

type Meaning = readonly [code: `GANTRY_FILES_${string}`, sentence: (path: string) => string, remedy: string];

const ABSENT: Meaning = [
  "GANTRY_FILES_ABSENT",
  (path) => `There is nothing at "${path}".`,
  "Check the spelling, or list its folder.",
];
const FOLDER: Meaning = ["GANTRY_FILES_IS_FOLDER", (path) => `"${path}" is a folder.`, "Name a file in it."];
const NOT_FOLDER: Meaning = [
  "GANTRY_FILES_NOT_FOLDER",
  (path) => `A part of "${path}" is a file where a folder is needed.`,
  "Choose a path that goes through folders only.",
];
const DENIED: Meaning = [
  "GANTRY_FILES_DENIED",
  (path) => `The system does not allow this with "${path}".`,
  "Change the permissions of the file and of its folder, or choose another path.",
];
const EXHAUSTED: Meaning = [
  "GANTRY_FILES_FAILED",
  (path) => `Too many files are open to open "${path}".`,
  "Try again, or raise the limit with `ulimit -n`.",
];
const FULL: Meaning = [
  "GANTRY_FILES_FAILED",
  (path) => `There is no space left on the disk for "${path}".`,
  "Free some space, then try again; what was there before is unchanged.",
];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: ABSENT,
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: [
    "GANTRY_FILES_DENIED",
    (path) => `"${path}" lies on a read-only file system.`,
    "Choose a path that can be written.",
  ],
  EISDIR: FOLDER,
  ENOTDIR: NOT_FOLDER,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EMFILE: EXHAUSTED,
  ENFILE: EXHAUSTED,
  ELOOP: [
    "GANTRY_FILES_FAILED",
    (path) => `The links at "${path}" lead in a circle.`,
    "Repair or remove one of the links.",
  ],
  ENAMETOOLONG: [
    "GANTRY_FILES_FAILED",
    (path) => `"${path}" is longer than the system allows.`,
    "Choose a shorter name or path.",
  ],
  EBUSY: [
    "GANTRY_FILES_FAILED",
    (path) => `"${path}" is in use by the system, for example as a mount point.`,
    "Write it in place with a shell command, or choose another path.",
  ],
};

/** A failure of the file system as the contract names it. Coded errors pass unchanged. */
export function filesError(path: string, thrown: unknown): GantryError {
  if (isGantryError(thrown)) return thrown;
  const errno = (thrown as NodeJS.ErrnoException | undefined)?.code ?? "";
  const [code, sentence, remedy] = MEANINGS[errno] ?? [
    "GANTRY_FILES_FAILED",
    () => `The file system failed at "${path}": ${messageOf(thrown)}.`,
    "Check the disk, then try again.",
  ];
  return new PluginError(code, sentence(path), remedy, thrown);
}

export const isFolder = (path: string) => filesError(path, { code: "EISDIR" });

export const isNoFile = (path: string) =>
  new PluginError(
    "GANTRY_FILES_FAILED",
    `"${path}" is a device, a pipe or a socket, not a file.`,
    "Name a regular file.",
  );

export const hasChanged = (path: string, how: string) =>
  new PluginError(
    "GANTRY_FILES_CHANGED",
    `"${path}" ${how} since it was last looked at; nothing was written.`,
    "Read it again, then write.",
  );

export const hasMoved = (path: string) =>
  new PluginError(
    "GANTRY_FILES_MOVED",
    `"${path}" no longer leads to where it led when it was checked: a link or another folder has taken a place on its way. Nothing was read or written.`,
    "See what lies there now, then try again.",
  );

export const isUntaken = (path: string) =>
  new PluginError(
    "GANTRY_FILES_UNSAVED",
    `The editor holds "${path}" and did not take the text; what it holds, and the file, are as they were.`,
    "Ask the person to save the file in the editor, or to undo what is unsaved, then try again.",
  );

export const isTooLarge = (path: string, maxBytes: number) =>
  new PluginError(
    "GANTRY_FILES_TOO_LARGE",
    `"${path}" is larger than ${maxBytes} bytes.`,
    "Read a part of it with a program such as head, tail or grep.",
  );

/** Whether a failure says that there is nothing at the path. */
export function saysAbsent(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "GANTRY_FILES_ABSENT";
}
