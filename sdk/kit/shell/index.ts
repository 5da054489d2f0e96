export { deepReadOf } from "./deep.ts";
export { acceptableEdit } from "./edits.ts";
export { type Looking, lookingOf, showsAnyWords } from "./looking.ts";
export { coversWords, hidesProgram, isCut, lineOf, mentionOf, reached } from "./match.ts";
export { readShell } from "./memory.ts";
export { peel } from "./peel.ts";
export { foldersOf, guessesOf, MOST_FOLDERS, type Place, placesOfWord, wholePaths, wordsAsPaths } from "./places.ts";
export { plainCommands } from "./plain.ts";
export { removedBy, sweeps, writtenBy } from "./writes.ts";
