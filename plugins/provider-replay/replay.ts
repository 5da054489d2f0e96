import { resolve } from "node:path";
import {
  type AssistantContent,
  isGantryError,
  type ModelCall,
  type ModelEvent,
  type ModelFailure,
  messageOf,
  type RunCommand,
  type Setup,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { pieces } from "gantry/sdk/kit/pieces";
import { visible } from "gantry/sdk/kit/visible";
import { type Answer, answersOf, firstDifference } from "./answers.ts";
import type { providerReplay } from "./index.ts";
import { readRecording } from "./recording.ts";

/** Which answer comes next follows from the session's log, so that a resumed session goes on where it was. */
const setup: Setup<typeof providerReplay> = ({ config, host }) => {
  let recording: Promise<readonly Answer[]> | undefined;

  async function* stream(_: unknown, call: ModelCall): AsyncGenerator<ModelEvent> {
    const next = await nextAnswer(call);
    if ("kind" in next) return yield { type: "failure", failure: next };
    yield* play(next, call.signal);
  }

  async function nextAnswer({ turn }: ModelCall): Promise<Answer | ModelFailure> {
    if (config.file === undefined) {
      return failure("invalid_request", "No transcript was named.", "Name one with --replay <file>.");
    }
    if (!turn) {
      return failure("protocol", "A plugin asked the model outside a turn, which no transcript records.");
    }
    try {
      recording ??= readRecording(resolve(host.cwd, config.file));
      return matching(await recording, answersOf(turn.session.entries));
    } catch (thrown) {
      return failure("invalid_request", messageOf(thrown), isGantryError(thrown) ? thrown.remedy : undefined);
    }
  }

  const replay: RunCommand = async (args, session) => {
    const file = args.trim() ? resolve(session.cwd, args.trim()) : session.transcriptPath;
    if (file === undefined) return "This session is kept in no file. Name a transcript: /replay talk.jsonl.";
    const { length } = await readRecording(file);
    const quoted = /^[\w./~-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
    return visible(
      `${length} ${length === 1 ? "answer" : "answers"} can be played in place of a model: give the same prompts to\n\n  gantry --model replay --replay ${quoted}\n\nTools and plugins run anew; where they make the session go another way, it says at which answer, and what differs.`,
    );
  };

  return { commands: { replay: answering(replay) }, providers: { replay: { stream } } };
};
export default setup;

/** The recorded answer to a conversation, if the recording knows that conversation. */
function matching(
  recording: readonly Answer[],
  { answers, since }: ReturnType<typeof answersOf>,
): Answer | ModelFailure {
  const number = answers.length + 1;
  const answer = recording[answers.length];
  if (!answer) {
    return failure(
      "protocol",
      `The recording is over: it has ${recording.length} answers, and answer ${number} was asked for.`,
    );
  }
  const difference = firstDifference(answer.before, since);
  if (difference === undefined) return answer;
  return failure(
    "protocol",
    `The session went another way than the recording at answer ${number}: ${difference}.`,
    "Replay in the state in which the session was recorded: same files, same plugins, same permissions.",
  );
}

async function* play({ message, badInputs }: Answer, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  yield { type: "start", id: message.id, model: message.model };
  for (const block of message.content) {
    for (const event of deltas(block)) {
      if (signal.aborted) {
        return yield { type: "failure", failure: failure("aborted", "The request was aborted.") };
      }
      yield event;
    }
  }
  yield { type: "end", message, ...(Object.keys(badInputs).length && { badInputs }) };
}

function* deltas(block: AssistantContent): Generator<ModelEvent> {
  if (block.type === "text") for (const text of pieces(block.text)) yield { type: "text", text };
  if (block.type === "thinking") for (const text of pieces(block.thinking)) yield { type: "thinking", text };
  if (block.type === "tool_use") {
    yield { type: "tool_input", id: block.id, name: block.name, json: JSON.stringify(block.input) };
  }
}

function failure(kind: ModelFailure["kind"], message: string, remedy?: string): ModelFailure {
  return { kind, message, isRetryable: false, ...(remedy && { remedy }) };
}
