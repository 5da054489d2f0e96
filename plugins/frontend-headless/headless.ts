import {
  type FrontendHost,
  type JsonObject,
  type ModelEvent,
  PluginError,
  type Session,
  type Setup,
  textOf,
} from "gantry/sdk";
import type { frontendHeadless } from "./index.ts";
import { createOutput } from "./output.ts";
import { type Config, EXIT, exitOf, type Kit, noOutput, noPrompt, startRun } from "./run.ts";
import type { Structured } from "./structured.ts";

const setup: Setup<typeof frontendHeadless> = ({ config, use, contribute }) => {
  let structured: Structured | undefined;
  const requireOutput = async (schema: JsonObject) => {
    const { createStructured } = await import("./structured.ts");
    structured = createStructured(schema, config.schemaAttempts);
    await contribute(structured.contribution);
  };

  return {
    frontends: {
      async headless(host) {
        const isLines = config.inputFormat === "stream-json";
        const prompt = isLines ? host.prompt : await host.readPrompt();
        check(host, config, prompt, isLines);
        if (config.jsonSchema !== undefined) await requireOutput(schemaIn(config.jsonSchema));
        const telling = { agentText: config.agentText };
        const kit = { host, config, use, telling, structured: () => structured, requireOutput };
        if (!isLines) return once(kit, prompt as string);
        const { converse } = await import("./converse.ts");
        return converse(kit, prompt);
      },
    },
    // Not in the manifest: they are of use in a run of this frontend alone, and in place once it contributes the tool.
    taps: {
      turnStop: ({ session }) => (session.parent ? undefined : structured?.reminder(lastWords(session))),
      modelWrap: (stream) => (request, call) =>
        call.turn && structured?.isExhausted ? exhausted(structured) : stream(request, call),
    },
  };
};

export default setup;

/** One prompt, one answer. */
async function once(parts: Omit<Kit, "output">, prompt: string): Promise<number> {
  const { host } = parts;
  let session: Session | undefined;
  const interrupt = () => void session?.interrupt();
  const output = createOutput(host.stdout, interrupt);
  const run = await startRun({ ...parts, output }, { isInteractive: false });
  session = run.session;
  host.signal.addEventListener("abort", interrupt, { once: true });
  try {
    for await (const event of session.send(prompt)) {
      run.take(event);
      if (host.signal.aborted || output.isDeserted) interrupt();
    }
    run.flush();
    await output.end();
    if (host.signal.aborted && host.signal.reason !== "SIGINT") return EXIT.terminated;
    if (output.isDeserted) return EXIT.deserted;
    return host.signal.aborted ? EXIT.interrupted : exitOf(run.last);
  } finally {
    host.signal.removeEventListener("abort", interrupt);
    await session.close();
  }
}

function check(host: FrontendHost, config: Config, prompt: string | undefined, isLines: boolean): void {
  if (isLines && config.outputFormat === "text") {
    throw new PluginError(
      "GANTRY_HEADLESS_INPUT",
      "--input-format stream-json is answered with JSON.",
      "Add --output-format stream-json --verbose, or --output-format json for the results alone.",
    );
  }
  if (config.outputFormat === "stream-json" && !host.isVerbose) {
    throw new PluginError(
      "GANTRY_HEADLESS_VERBOSE",
      "--output-format stream-json tells every step, and so needs --verbose.",
      "Add --verbose, or use --output-format json for the result alone.",
    );
  }
  if (!isLines && !prompt?.trim()) throw noPrompt();
}

function schemaIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new PluginError(
    "GANTRY_HEADLESS_SCHEMA_TEXT",
    `--json-schema takes a JSON Schema, and this is no JSON object: ${JSON.stringify(text.slice(0, 200))}.`,
    "Give the schema itself, in quotes.",
  );
}

/** No further request: it was asked for often enough. */
async function* exhausted({ failures }: Structured): AsyncGenerator<ModelEvent> {
  const code = "max_structured_output_retries";
  yield { type: "failure", failure: { kind: "limit", code, message: noOutput(failures), isRetryable: false } };
}

/** The last answer's text. */
function lastWords({ messages }: Pick<Session, "messages">): string {
  return textOf(messages.findLast(({ role }) => role === "assistant")?.content ?? []);
}
