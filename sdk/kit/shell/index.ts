export { deepReadOf } from "./deep.ts";
export { acceptableEdit } from "./edits.ts";
export { type Looking, lookingOf, showsAnyWords } from "./looking.ts";
export { coversWords, hidesProgram, lineOf, mentionOf, reached } from "./match.ts";
export { readShell } from "./memory.ts";
export { peel } from "./peel.ts";
export { foldersOf, guessesOf, type Place, placesOfWord, wholePaths, wordsAsPaths } from "./places.ts";
export { plainCommands } from "./plain.ts";
export { removedBy, sweeps, writtenBy } from "./writes.ts";
