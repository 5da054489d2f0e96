import fs from "node:fs";
import { join } from "node:path";
import { ListRootsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { definePlugin, HookEvents, type Question } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";
import { bridged, folder, olderServer } from "./test-kit.ts";

const said = (text: string) => ({ content: [{ type: "text" as const, text }] });

/** A browser that notes what it is called with. */
function browserProgram() {
  const [path, notes] = [join(folder(), "browser"), join(folder(), "calls")];
  const note = `require("node:fs").appendFileSync(${JSON.stringify(notes)}, JSON.stringify(process.argv.slice(2)) + "\\n")`;
  fs.writeFileSync(path, `#!${process.execPath}\n${note}\n`, { mode: 0o755 });
  const lines = () => (fs.existsSync(notes) ? fs.readFileSync(notes, "utf8").trim().split("\n") : []);
  return { path, calls: () => lines().map((line) => JSON.parse(line) as readonly string[]) };
}

/** A server whose only tool asks something of whoever drives it, and says what came back. */
function asking(ask: (server: ReturnType<typeof olderServer>) => Promise<unknown>) {
  const server = olderServer();
  server.registerTool("ask", {}, async () => {
    try {
      return said(JSON.stringify(await ask(server)));
    } catch (thrown) {
      return said(`refused: ${(thrown as Error).message}`);
    }
  });
  return server;
}

const form = (server: ReturnType<typeof olderServer>) =>
  server.server.elicitInput({
    message: "Who are you?",
    requestedSchema: {
      type: "object",
      properties: {
        name: { type: "string", title: "Name" },
        age: { type: "integer", minimum: 1 },
        colour: { type: "string", enum: ["r", "g"], enumNames: ["Red", "Green"] },
      },
      required: ["name"],
    },
  });

describe("a server that wants to know something", () => {
  it("has the person fill in a form, which says who asks", async () => {
    const questions: Question[] = [];
    const kernel = await bridged({
      inside: { s: asking(form) },
      answer: (question) => {
        questions.push(question);
        return { decision: "allow", ...(question.form && { values: { name: "Ada", age: 36, colour: "g" } }) };
      },
    });
    expect(JSON.parse(await kernel.text("mcp__s__ask"))).toEqual({
      action: "accept",
      content: { name: "Ada", age: 36, colour: "g" },
    });
    expect(questions[1]?.form).toEqual({
      kind: "form",
      from: "The MCP server s",
      message: "Who are you?",
      fields: [
        { name: "name", title: "Name", type: "text", isRequired: true },
        { name: "age", type: "integer", min: 1, isRequired: false },
        {
          name: "colour",
          type: "choice",
          choices: [
            { value: "r", title: "Red" },
            { value: "g", title: "Green" },
          ],
          isRequired: false,
        },
      ],
    });
  });

  it("is told no, or that nobody answered; a yes that fits no form is none", async () => {
    const answerWith = async (answer: object | undefined) => {
      const options = {
        answer: (question: Question) => (question.form ? (answer as never) : { decision: "allow" as const }),
      };
      return JSON.parse(await (await bridged({ inside: { s: asking(form) }, ...options })).text("mcp__s__ask"));
    };
    expect(await answerWith({ decision: "deny" })).toEqual({ action: "decline" });
    expect(await answerWith(undefined)).toEqual({ action: "cancel" });
    expect(await answerWith({ decision: "allow" })).toEqual({ action: "cancel" });
    expect(await answerWith({ decision: "allow", values: { name: "Ada", age: 0 } })).toEqual({ action: "cancel" });
  });

  it("is answered by hooks of the settings where they do, before and after the person", async () => {
    const fired: unknown[] = [];
    const hooks = (fields: Readonly<Record<string, unknown>>) =>
      definePlugin({
        name: "hooks",
        provides: { events: HookEvents },
        setup: () => ({
          services: {
            events: {
              has: () => true,
              watch: () => () => undefined,
              async fire(_, { event, subject, input }) {
                fired.push([event, subject, input]);
                const said = event === "Elicitation" ? fields : {};
                return { decision: "none", context: [], fields: said, count: 1 };
              },
            },
          },
        }),
      });
    const answer = ({ form: asked }: Question) => (asked ? undefined : { decision: "allow" as const });
    const content = { name: "Grace" };
    const plugins = [hooks({ action: "accept", content })];
    const kernel = await bridged({ inside: { s: asking(form) }, plugins, answer });
    expect(JSON.parse(await kernel.text("mcp__s__ask"))).toEqual({ action: "accept", content });
    expect(fired).toEqual([
      ["Elicitation", "s", expect.objectContaining({ mcp_server_name: "s", message: "Who are you?", mode: "form" })],
      ["ElicitationResult", "s", { mcp_server_name: "s", mode: "form", action: "accept", content }],
    ]);
    const bad = [hooks({ action: "accept", content: { name: 7 } })];
    const refused = await bridged({ inside: { s: asking(form) }, plugins: bad, answer });
    expect(JSON.parse(await refused.text("mcp__s__ask"))).toEqual({ action: "cancel" });
  });

  it("has an address opened only where that is safe", async () => {
    const open = (url: string) =>
      asking((server) => server.server.elicitInput({ mode: "url", message: "Sign in", url, elicitationId: "1" }));
    const asked: Question[] = [];
    const answer = (question: Question) => {
      if (question.form) asked.push(question);
      return { decision: "allow" as const };
    };
    const browser = browserProgram();
    const env = { BROWSER: browser.path };
    const good = await bridged({ inside: { s: open("https://example.com/in?x=1") }, answer, env });
    expect(JSON.parse(await good.text("mcp__s__ask"))).toEqual({ action: "accept" });
    await expect.poll(browser.calls).toEqual([["https://example.com/in?x=1"]]);
    expect(asked[0]?.form).toMatchObject({ kind: "url", url: "https://example.com/in?x=1" });
    const bad = await bridged({ inside: { s: open("file:///etc/passwd") }, answer, env });
    expect(await bad.text("mcp__s__ask")).toMatch(/only https addresses/);
    expect(asked).toHaveLength(1);
    expect(browser.calls()).toHaveLength(1);
  });

  it("has no browser opened on a no, nor where whoever answered has opened it; without a browser the person is told", async () => {
    const url = "http://127.0.0.1:9/in";
    const inside = () => ({
      s: asking((server) => server.server.elicitInput({ mode: "url", message: "Sign in", url, elicitationId: "1" })),
    });
    const browser = browserProgram();
    const outcome = async (answer: object, env: Readonly<Record<string, string>>) => {
      const answering = ({ form }: Question) => (form ? (answer as never) : { decision: "allow" as const });
      const kernel = await bridged({ inside: inside(), answer: answering, env });
      return [JSON.parse(await kernel.text("mcp__s__ask")).action, kernel.notices.filter((text) => text.includes(url))];
    };
    const env = { BROWSER: browser.path };
    expect(await outcome({ decision: "deny" }, env)).toEqual(["decline", []]);
    expect(await outcome({ decision: "allow", isOpened: true }, env)).toEqual(["accept", []]);
    expect(await outcome({ decision: "allow" }, { BROWSER: "/no/browser" })).toEqual([
      "accept",
      [`No browser could be started. Open this for the MCP server s: ${url}`],
    ]);
    expect(browser.calls()).toEqual([]);
  });
});

const lending = (server: ReturnType<typeof olderServer>, change: object = {}) =>
  server.server.createMessage({
    messages: [
      { role: "user", content: { type: "text", text: "And now?" } },
      { role: "assistant", content: [{ type: "tool_use", id: "1", name: "weather", input: { city: "Bergen" } }] },
      { role: "user", content: [{ type: "tool_result", toolUseId: "1", content: [{ type: "text", text: "7 °C" }] }] },
    ],
    tools: [{ name: "weather", description: "Says how it is.", inputSchema: { type: "object" } }],
    maxTokens: 10,
    ...change,
  });

describe("a server that wants the model asked", () => {
  const sampling = (server: ReturnType<typeof olderServer>) =>
    server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "What is six times seven?" } }],
      systemPrompt: "Be brief.",
      maxTokens: 10,
    });

  it("gets an answer once the person has seen the question and said yes", async () => {
    const model = scriptedModel([], { completions: () => ({ text: "42" }) });
    const messages: string[] = [];
    const answer = ({ form: asked }: Question) => {
      if (asked) messages.push(asked.message);
      return { decision: "allow" as const };
    };
    const kernel = await bridged({ inside: { s: asking(sampling) }, model, answer });
    expect(JSON.parse(await kernel.text("mcp__s__ask"))).toMatchObject({ content: { type: "text", text: "42" } });
    expect(messages[0]).toMatch(/system: Be brief\.\nuser: What is six times seven\?/);
    expect(model.completionRequests[0]).toMatchObject({ maxTokens: 10 });
  });

  it("may lend tools of its own for the question, which it runs itself", async () => {
    const completions = () => ({ text: "I look.", calls: [{ name: "weather", input: { city: "Oslo" } }] });
    const model = scriptedModel([], { completions });
    const messages: string[] = [];
    const answer = ({ form: asked }: Question) => {
      if (asked) messages.push(asked.message);
      return { decision: "allow" as const };
    };
    const kernel = await bridged({ inside: { s: asking((server) => lending(server)) }, model, answer });
    expect(JSON.parse(await kernel.text("mcp__s__ask"))).toMatchObject({
      stopReason: "toolUse",
      content: [
        { type: "text", text: "I look." },
        { type: "tool_use", name: "weather", input: { city: "Oslo" } },
      ],
    });
    expect(messages[0]).toContain("tools: weather\nuser: And now?");
    expect(messages[0]).toContain('assistant: [calls weather {"city":"Bergen"}]\nuser: [result 7 °C]');
    expect(model.completionRequests[0]).toMatchObject({
      tools: [{ name: "weather", description: "Says how it is.", input_schema: { type: "object" } }],
      messages: [
        { role: "user", content: [{ type: "text", text: "And now?" }] },
        { role: "assistant", content: [{ type: "tool_use", id: "1", name: "weather", input: { city: "Bergen" } }] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: "7 °C" }] }],
        },
      ],
    });
  });

  it("is refused a question whose tools or results are not in order, and an answer without the call it requires", async () => {
    const model = () => scriptedModel([], { completions: () => ({ text: "No." }) });
    const refused = async (change: object) =>
      (await bridged({ inside: { s: asking((server) => lending(server, change)) }, model: model() })).text(
        "mcp__s__ask",
      );
    const tool = { name: "weather", inputSchema: { type: "object" } };
    expect(await refused({ tools: [tool, tool] })).toMatch(/Two tools of the request have one name/);
    expect(await refused({ tools: [{ ...tool, name: "rm -rf /" }] })).toMatch(/cannot be read/);
    expect(await refused({ toolChoice: { mode: "required" } })).toMatch(/called none of the tools/);
  });

  it("gets none when the person says no, or when settings lend no model", async () => {
    const model = () => scriptedModel([], { completions: () => ({ text: "42" }) });
    const no = (question: Question) => ({ decision: question.form ? ("deny" as const) : ("allow" as const) });
    const refused = await bridged({ inside: { s: asking(sampling) }, model: model(), answer: no });
    expect(await refused.text("mcp__s__ask")).toMatch(/does not want the model asked/);
    const config = { "mcp-bridge": { sampling: "never" } };
    const never = await bridged({ inside: { s: asking(sampling) }, model: model(), config });
    expect(await never.text("mcp__s__ask")).toMatch(/not lent/);
    expect(never.model.completionRequests).toEqual([]);
  });
});

describe("a server that wants to know where it is", () => {
  it("is told the folders of the host", async () => {
    const server = asking((one) => one.server.request({ method: "roots/list" }, ListRootsResultSchema));
    const kernel = await bridged({ inside: { s: server } });
    expect(JSON.parse(await kernel.text("mcp__s__ask"))).toEqual({ roots: [{ uri: `file://${kernel.cwd}` }] });
  });
});
