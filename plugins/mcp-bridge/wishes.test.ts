import { ListRootsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { definePlugin, HookEvents, type Question } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";
import { bridged, olderServer } from "./test-kit.ts";

const said = (text: string) => ({ content: [{ type: "text" as const, text }] });

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
    const good = await bridged({ inside: { s: open("https://example.com/in?x=1") }, answer });
    expect(JSON.parse(await good.text("mcp__s__ask"))).toEqual({ action: "accept" });
    expect(asked[0]?.form).toMatchObject({ kind: "url", url: "https://example.com/in?x=1" });
    const bad = await bridged({ inside: { s: open("file:///etc/passwd") }, answer });
    expect(await bad.text("mcp__s__ask")).toMatch(/only https addresses/);
    expect(asked).toHaveLength(1);
  });
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
