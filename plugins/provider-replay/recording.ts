import { readFile } from "node:fs/promises";
import { type Entry, entrySchema, LOG_VERSION, messageOf, PluginError } from "gantry/sdk";
import { type Answer, answersOf } from "./answers.ts";

/** The answers of a transcript, in order. */
export async function readRecording(file: string): Promise<readonly Answer[]> {
  const { answers } = answersOf(parse(await readText(file), file));
  if (answers.length) return answers;
  throw new PluginError(
    "GANTRY_REPLAY_EMPTY",
    `The transcript ${file} holds no answer of a model.`,
    "Name the .jsonl file of a session in which a model answered.",
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    throw new PluginError(
      "GANTRY_REPLAY_FILE",
      `The transcript cannot be read: ${messageOf(thrown)}`,
      "Name a transcript that exists with --replay.",
      thrown,
    );
  }
}

/** Records of a kind that is not known here, and a last line that was cut off, say nothing about answers. */
function parse(text: string, file: string): readonly Entry[] {
  return text.split("\n").flatMap((line) => {
    const entry = entrySchema.safeParse(fromJson(line)).data;
    if (entry?.type === "session" && entry.version > LOG_VERSION) {
      throw new PluginError(
        "GANTRY_REPLAY_VERSION",
        `The transcript ${file} has version ${entry.version}, and this program reads up to ${LOG_VERSION}.`,
        "Play it with a newer program.",
      );
    }
    return entry ? [entry as Entry] : [];
  });
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
