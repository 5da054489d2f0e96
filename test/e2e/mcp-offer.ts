import type { JsonObject } from "gantry/sdk";
import type { Caller, ClientQuestion, Offer } from "../../plugins/mcp-serve/offer.ts";

// What the official conformance suite wants of a server, as an offer of the plugin that serves. Questions of its tools go to the client
// as any question of the host does.

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const SOUND = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const text = (said: string): JsonObject => ({ type: "text", text: said });
const image: JsonObject = { type: "image", data: PIXEL, mimeType: "image/png" };
const resource = (uri: string, mimeType: string, said: string): JsonObject => ({
  type: "resource",
  resource: { uri, mimeType, text: said },
});
const object = (properties: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  ...more,
});
const string: JsonObject = { type: "string" };

type Run = (caller: Caller, input: Readonly<Record<string, string>>) => JsonObject[] | Promise<JsonObject[]>;

const DEFAULTS = object({
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
});
const titled = (...values: string[]) => values.map((value) => ({ const: value, title: `Option ${value}` }));
const ENUMS = object({
  untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
  titledSingle: { type: "string", oneOf: titled("value1", "value2", "value3") },
  legacyEnum: { type: "string", enum: ["opt1", "opt2"], enumNames: ["Option One", "Option Two"] },
  untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
  titledMulti: { type: "array", items: { anyOf: titled("value1", "value2", "value3") } },
});

const asking =
  (question: ClientQuestion): Run =>
  async (caller) => {
    const { action = "none", content = {} } = (await caller.ask(question)) ?? {};
    return [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`)];
  };

const TOOLS: Readonly<Record<string, Run>> = {
  test_simple_text: () => [text("This is a simple text response for testing.")],
  test_image_content: () => [image],
  test_audio_content: () => [{ type: "audio", data: SOUND, mimeType: "audio/wav" }],
  test_embedded_resource: () => [
    resource("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  ],
  test_multiple_content_types: () => [
    text("Multiple content types test:"),
    image,
    resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  ],
  test_tool_with_logging: (caller) => {
    for (const said of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      caller.log("info", said);
    }
    return [text("It has logged.")];
  },
  test_tool_with_progress: (caller) => {
    for (const said of ["begun", "halfway", "done"]) caller.progress(said);
    return [text("It has progressed.")];
  },
  test_error_handling: () => {
    throw new Error("This tool intentionally returns an error for testing");
  },
  test_elicitation: (caller, { message = "" }) =>
    asking({ message, schema: object({ username: string, email: string }, { required: ["username", "email"] }) })(
      caller,
      {},
    ),
  test_elicitation_sep1034_defaults: asking({ message: "Please review", schema: DEFAULTS }),
  test_elicitation_sep1330_enums: asking({ message: "Please choose", schema: ENUMS }),
  json_schema_2020_12_tool: () => [text("It is valid.")],
};

const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  test_elicitation: object({ message: string }, { required: ["message"] }),
  json_schema_2020_12_tool: object(
    { name: string, address: { $ref: "#/$defs/address" } },
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $defs: { address: object({ street: string, city: string }) },
      additionalProperties: false,
    },
  ),
};

const needed = (name: string) => ({ name, required: true });
const PROMPTS = {
  test_simple_prompt: [],
  test_prompt_with_arguments: [needed("arg1"), needed("arg2")],
  test_prompt_with_embedded_resource: [needed("resourceUri")],
  test_prompt_with_image: [],
};

const CONTENTS: Readonly<Record<string, JsonObject>> = {
  "test://static-text": { mimeType: "text/plain", text: "This is the content of the static text resource." },
  "test://watched-resource": { mimeType: "text/plain", text: "This is the content of the watched resource." },
  "test://static-binary": { mimeType: "image/png", blob: PIXEL },
};

export const conformanceOffer: Offer = {
  tools: async () =>
    Object.keys(TOOLS).map((name) => ({
      name,
      description: `The suite's ${name}.`,
      inputSchema: SCHEMAS[name] ?? object(),
    })),
  async call(name, input, caller) {
    try {
      return { content: (await TOOLS[name]?.(caller, input as Record<string, string>)) ?? [] };
    } catch (thrown) {
      return { content: [text((thrown as Error).message)], isError: true };
    }
  },
  prompts: async () =>
    Object.entries(PROMPTS).map(([name, given]) => ({ name, description: `The suite's ${name}.`, arguments: given })),
  async prompt(name, { arg1, arg2, resourceUri = "" }) {
    const said = (content: JsonObject): JsonObject => ({ role: "user", content });
    if (name === "test_prompt_with_image") return [said(image), said(text("Please analyze the image above."))];
    if (name === "test_prompt_with_embedded_resource") {
      return [said(resource(resourceUri, "text/plain", "Embedded resource content for testing."))];
    }
    if (name === "test_simple_prompt") return [said(text("This is a simple prompt for testing."))];
    return [said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))];
  },
  resources: async () => Object.keys(CONTENTS).map((uri) => ({ uri, name: uri.slice("test://".length) })),
  templates: async () => [{ uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" }],
  async read(uri) {
    const [, id] = /^test:\/\/template\/(\w+)\/data$/.exec(uri) ?? [];
    if (id !== undefined) {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      return [{ uri, mimeType: "application/json", text: JSON.stringify(data) }];
    }
    const content = Object.hasOwn(CONTENTS, uri) ? CONTENTS[uri] : undefined;
    return content && [{ uri, ...content }];
  },
  complete: async (_, { value }) => ["test one", "test two"].filter((one) => one.startsWith(value)),
  watch: () => () => undefined,
};
