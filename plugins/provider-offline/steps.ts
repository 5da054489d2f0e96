/** The tools as plans use them: ask, see whether it worked, read the result. */
import type { JsonObject } from "gantry/sdk";
import type { Step } from "./conversation.ts";
import { type Plan, type PlanContext, Stopped } from "./plan.ts";
import { type FileView, type Found, fileView, foundIn, type Listed, listedIn, nextOffset } from "./results.ts";

/** Most pages of search results that are turned. */
const MAX_PAGES = 50;

/** Makes a call; a failure or a refusal ends the plan with the reason as it was given. */
export function* call(tool: string, input: JsonObject): Plan<string> {
  const step: Step = yield { tool, input };
  if (step.isError)
    throw new Stopped(`${tool} did not work, so I stop here:\n\n${step.text.trim() || "(no reason given)"}`);
  return step.text;
}

export function* readFile(path: string, { resolve, earlier }: PlanContext): Plan<FileView> {
  const input = { file_path: resolve(path) };
  const text = yield* call("Read", input);
  if (!/is unchanged since it was last read/.test(text)) return fileView(text);
  const before = earlier.findLast(
    (step) => step.tool === "Read" && step.input.file_path === input.file_path && /^ *\d+\t/.test(step.text),
  );
  return fileView(before?.text ?? "");
}

/** All lines that match, page by page. */
export function* searchLines(input: JsonObject): Plan<readonly Found[]> {
  const found: Found[] = [];
  let offset: number | undefined = 0;
  for (let page = 0; offset !== undefined && page < MAX_PAGES; page++) {
    const text: string = yield* call("Grep", { ...input, output_mode: "content", ...(offset > 0 && { offset }) });
    found.push(...foundIn(text));
    offset = nextOffset(text, offset);
  }
  return found;
}

export function* listFiles(pattern: string, folder: string | undefined, { resolve }: PlanContext): Plan<Listed> {
  const input: JsonObject = folder === undefined ? { pattern } : { pattern, path: resolve(folder) };
  return listedIn(yield* call("Glob", input));
}

/** Writes a file whole; one that exists has to be read before. */
export function* writeFile(path: string, content: string, context: PlanContext): Plan<string> {
  const input = { file_path: context.resolve(path), content };
  const first: Step = yield { tool: "Write", input };
  if (!first.isError) return first.text;
  if (!/\bread it first\b|has not been read/i.test(first.text)) {
    throw new Stopped(`Write did not work, so I stop here:\n\n${first.text.trim() || "(no reason given)"}`);
  }
  yield* call("Read", { file_path: input.file_path });
  return yield* call("Write", input);
}
