/** An answer that fits a JSON Schema: a tool that takes it, and what makes the model use that tool. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Contribution, type JsonObject, messageOf, PluginError, type RunTool } from "gantry/sdk";

export const TOOL = "StructuredOutput";
/** How many of its problems an answer is told. */
const PROBLEMS = 10;

/** What came of the schema in one turn. */
export interface Structured {
  readonly contribution: Contribution;
  /** The answer, if one was given that fits. */
  readonly output: { readonly value: unknown } | undefined;
  /** How often an answer was asked for in vain. */
  readonly failures: number;
  readonly isExhausted: boolean;
  /** Another turn begins. */
  reset(): void;
  /** The model wants to stop. What to tell it, unless it has answered as it should or was asked often enough. */
  reminder(lastText: string): string | undefined;
}

/** Throws a coded error where the schema is none. */
export function createStructured(schema: JsonObject, most: number): Structured {
  // A call's input is an object; an answer that is none stands in one.
  const isObject = schema.type === "object";
  const validate = compiled(schema);
  let output: { readonly value: unknown } | undefined;
  let failures = 0;

  const run: RunTool<Record<string, unknown>> = (input) => {
    const value = isObject ? input : input.value;
    if (validate(value)) {
      output = { value };
      return "The answer is recorded. Nothing more needs to be said.";
    }
    failures++;
    const problems = problemsOf(validate.errors ?? []);
    return {
      content: `The answer does not fit the schema: ${problems}. Correct it and call ${TOOL} again.`,
      isError: true,
    };
  };

  return {
    contribution: {
      tools: {
        [TOOL]: {
          description:
            "Give the final answer in the form that was asked for. Call it once, when everything else is done.",
          input: { jsonSchema: isObject ? withoutName(schema) : wrapped(schema) },
          traits: { readOnly: true, concurrent: false },
          run,
        },
      },
    },
    get output() {
      return output;
    },
    get failures() {
      return failures;
    },
    get isExhausted() {
      return output === undefined && failures >= most;
    },
    reset() {
      output = undefined;
      failures = 0;
    },
    reminder(lastText) {
      if (output !== undefined) return undefined;
      const said = parsed(lastText);
      // A model without tools may write the answer itself.
      if (said !== undefined && validate(said)) {
        output = { value: said };
        return undefined;
      }
      failures++;
      return failures >= most
        ? undefined
        : `Now call the tool ${TOOL} with your final answer. It has to fit its schema.`;
    },
  };
}

function compiled(schema: JsonObject): ValidateFunction {
  const isOld = typeof schema.$schema === "string" && /draft-0[467]/.test(schema.$schema);
  const options = { strict: false, validateFormats: false, allErrors: true };
  try {
    return (isOld ? new Ajv(options) : new Ajv2020(options)).compile(withoutName(schema));
  } catch (thrown) {
    throw new PluginError(
      "GANTRY_HEADLESS_SCHEMA",
      `The JSON Schema of the answer cannot be used: ${messageOf(thrown)}.`,
      'Give a schema such as {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}.',
      thrown,
    );
  }
}

/** The name of its own language is looked up nowhere. */
function withoutName({ $schema: _, ...schema }: JsonObject): JsonObject {
  return schema;
}

function wrapped(schema: JsonObject): JsonObject {
  const { $defs, definitions, ...value } = withoutName(schema);
  return {
    type: "object",
    properties: { value },
    required: ["value"],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  };
}

function problemsOf(errors: readonly ErrorObject[]): string {
  const told = errors.slice(0, PROBLEMS).map(({ instancePath, message }) => `${instancePath || "it"} ${message}`);
  return [...told, ...(errors.length > PROBLEMS ? [`${errors.length - PROBLEMS} more`] : [])].join("; ");
}

/** JSON, bare or in a fence. */
function parsed(text: string): unknown {
  const [, fenced = text] = /```(?:json)?\s*\n([\s\S]*?)\n```/.exec(text) ?? [];
  try {
    return JSON.parse(fenced);
  } catch {
    return undefined;
  }
}
