export { acceptableEdit } from "./edits.ts";
export { type Looking, lookingOf } from "./looking.ts";
export { coversWords, hidesProgram, lineOf, mentionOf, reached } from "./match.ts";
export { readShell } from "./memory.ts";
export { peel } from "./peel.ts";
export { type Place, placesOfWord, wordsAsPaths } from "./places.ts";
export { plainCommands } from "./plain.ts";
export { removedBy, writtenBy } from "./writes.ts";
