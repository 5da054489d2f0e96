import { defineTool, type ModelRequest, type Plugin, textOf, z } from "gantry/sdk";
import { createTestKernel, type ScriptedAnswer, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import { SECTIONS } from "./prompt.ts";

/** A summary as a good model writes it. */
export function goodSummary(...lines: string[]): string {
  const [[first], [second]] = SECTIONS as unknown as [[string], [string]];
  return `## ${first}\nThe story so far.\n\n## ${second}\n${lines.join("\n")}`;
}

/** A list of tasks, as a tool keeps it. */
export const todo = defineTool({
  name: "Plan",
  description: "",
  input: z.object({ todos: z.array(z.object({ content: z.string(), status: z.string() })) }),
  traits: { readOnly: true },
  run: () => "Noted.",
});

/** A tool that changes a file, in name only. */
export const change = defineTool({
  name: "Change",
  description: "",
  input: z.object({ file_path: z.string(), content: z.string() }),
  traits: { readOnly: true },
  run: () => "Changed.",
});

export const run = defineTool({
  name: "Run",
  description: "",
  input: z.object({ command: z.string(), lines: z.number().optional() }),
  traits: { readOnly: true },
  run: ({ command, lines = 1 }) => `${command}: ${"all is well, more or less\n".repeat(lines)}`,
});

interface Options extends Partial<TestKernelOptions> {
  readonly window?: number;
  readonly summaries?: (request: ModelRequest) => ScriptedAnswer;
}

/** A session with a window and a model that writes summaries as it is told. */
export async function opened(
  plugins: readonly Plugin[],
  { window = 40_000, summaries = () => ({ text: goodSummary() }), ...more }: Options = {},
) {
  const model = scriptedModel([], { completions: summaries, contextWindow: window });
  const kernel = await createTestKernel({ plugins: [...plugins, todo, change, run], model, ...more });
  onTestFinished(() => kernel.close());
  return kernel;
}

/** Everything that a request says, as one text. */
export function saidIn({ system, messages }: ModelRequest): string {
  const blocks = messages.flatMap(({ content }) =>
    content.map((block) => {
      if (block.type === "tool_result") return textOf(block.content);
      return block.type === "tool_use" ? JSON.stringify(block.input) : textOf([block as never]);
    }),
  );
  return [...system.map(({ text }) => text), ...blocks].join("\n");
}
