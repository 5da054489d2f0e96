import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import {
  AGENT_METHODS,
  client,
  ndJsonStream,
  PROTOCOL_VERSION,
  type SessionNotification,
} from "@agentclientprotocol/sdk";
import { AGENT_METHODS as ALL_METHODS, methods, type NewSessionRequest } from "@agentclientprotocol/sdk/unstable";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Editor, openEditor } from "./editor.ts";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place, program } from "./program.ts";

// The official SDK's example client is in its repository and not in its package. What it does is done here with the same calls of the SDK's
// stable entry point; acp.test.ts has the scripted client, which does everything else.

let place: Place;
let server: ModelServer;
let editor: Editor | undefined;
const replies: Reply[] = [];
beforeEach(async () => {
  place = await createPlace();
  server = await serveModel((number) => replies[number] ?? { text: "Done." });
});
afterEach(async () => {
  await editor?.end("SIGKILL");
  editor = undefined;
  replies.length = 0;
  await server.close();
  await place.remove();
});

const keyed = () => ({ ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url });

async function open(): Promise<Editor> {
  editor = await openEditor(place, { env: keyed() });
  return editor;
}

test("a client like the SDK's example greets, is asked, reads on until the turn stops, and leaves", async () => {
  replies.push({ text: "I shall write.", calls: [{ name: "Bash", input: { command: "echo made > made" } }] });
  const child = spawn(process.execPath, [program, "acp"], {
    cwd: place.base,
    env: { PATH: process.env.PATH ?? "", HOME: place.home, TMPDIR: place.base, ...keyed() },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const asked: string[] = [];
  const told: SessionNotification["update"][] = [];
  const app = client({ name: "example-client" })
    .onRequest(methods.client.session.requestPermission, ({ params: { toolCall, options } }) => {
      asked.push(toolCall.title ?? "");
      return { outcome: { outcome: "selected", optionId: options[0]?.optionId ?? "" } };
    })
    .onRequest(methods.client.fs.readTextFile, () => ({ content: "Mock file content" }))
    .onRequest(methods.client.fs.writeTextFile, () => ({}));
  const stream = ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream);
  try {
    const { stopReason } = await app.connectWith(stream, async (agent) => {
      const fs = { readTextFile: true, writeTextFile: true };
      const asking = { protocolVersion: PROTOCOL_VERSION, clientCapabilities: { fs } };
      expect(await agent.request(methods.agent.initialize, asking)).toMatchObject({ protocolVersion: 1 });
      return agent.buildSession(place.work).withSession(async (session) => {
        void session.prompt("Hello, agent!");
        for (;;) {
          const message = await session.nextUpdate();
          if (message.kind === "stop") return message.response;
          told.push(message.notification.update);
        }
      });
    });
    expect(stopReason).toBe("end_turn");
  } finally {
    child.kill();
  }
  expect(asked).toEqual(["`echo made > made`"]);
  expect(await place.read("made")).toBe("made\n");
  const said = told.flatMap((update) =>
    update.sessionUpdate === "agent_message_chunk" && update.content.type === "text" ? [update.content.text] : [],
  );
  expect(said.join("")).toBe("I shall write.Done.");
  expect(told.map(({ sessionUpdate }) => sessionUpdate)).toEqual(
    expect.arrayContaining(["tool_call", "tool_call_update", "usage_update"]),
  );
});

describe("of the methods of the protocol", () => {
  const NOT_FOUND = -32601;
  const codeOf = async (opened: Editor, method: string) => {
    const asked = opened.agent.request(method, {} as never);
    return asked.then(
      () => undefined,
      (thrown) => (thrown as { readonly code?: number }).code,
    );
  };
  const stable = Object.values(AGENT_METHODS).filter((method) => method !== methods.agent.session.cancel);
  const served = new Set<string>([...stable, methods.agent.session.fork]);
  const others = Object.values(ALL_METHODS).filter((method) => !served.has(method) && !method.endsWith("/cancel"));

  test("every stable one is served, and what is not is said to be unknown", async () => {
    const opened = await open();
    for (const method of served) expect([method, await codeOf(opened, method)]).not.toEqual([method, NOT_FOUND]);
    expect(others).not.toEqual([]);
    for (const method of [...others, "_own/extension"]) {
      expect([method, await codeOf(opened, method)]).toEqual([method, NOT_FOUND]);
    }
  });
});

test("who has signed out opens no sessions until they have signed in again; those that are open go on", async () => {
  const { hello, agent, prompt } = await open();
  expect(hello.agentCapabilities?.auth).toEqual({ logout: {} });
  const where: NewSessionRequest = { cwd: place.work, mcpServers: [] };
  const { sessionId } = await agent.request(methods.agent.session.new, where);
  expect(await agent.request(methods.agent.logout, {})).toEqual({});
  const refused = { code: -32000 };
  await expect(agent.request(methods.agent.session.new, where)).rejects.toMatchObject(refused);
  const again = agent.request(methods.agent.session.resume, { ...where, sessionId });
  await expect(again).rejects.toMatchObject(refused);
  expect(await prompt(sessionId, "still there?")).toBe("end_turn");
  await agent.request(methods.agent.authenticate, { methodId: "environment" });
  expect(await agent.request(methods.agent.session.new, where)).toHaveProperty("sessionId");
});

test("how full the window is and what it has cost is told after every answer, and when a session is gone on with", async () => {
  replies.push({ text: "One." }, { text: "Two." });
  const { agent, prompt, seen, take } = await open();
  const where: NewSessionRequest = { cwd: place.work, mcpServers: [] };
  const { sessionId } = await agent.request(methods.agent.session.new, where);
  await seen("usage_update", ({ used, cost }) => used === 0 && cost?.amount === 0);
  await prompt(sessionId, "hello");
  const first = await seen("usage_update", ({ used }) => used > 0);
  expect(first).toMatchObject({ used: 15, cost: { currency: "USD" } });
  expect(first.size).toBeGreaterThanOrEqual(200_000);
  await prompt(sessionId, "and again");
  const second = take().findLast((update) => update.sessionUpdate === "usage_update");
  expect(second?.sessionUpdate === "usage_update" && second.cost?.amount).toBeCloseTo(
    2 * (first.cost?.amount ?? 0),
    10,
  );

  await agent.request(methods.agent.session.close, { sessionId });
  await agent.request(methods.agent.session.load, { ...where, sessionId });
  await expect.poll(() => take().find((update) => update.sessionUpdate === "usage_update")).toMatchObject({ used: 15 });
});

test("a model whose window nobody knows has no such updates", async () => {
  editor = await openEditor(place, {
    env: { OPENAI_API_KEY: "sk-none", OPENAI_BASE_URL: server.url },
    flags: ["--model", "openai/a-model-of-ones-own"],
  });
  const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: place.work, mcpServers: [] });
  expect(await editor.prompt(sessionId, "hello")).toBe("end_turn");
  expect(editor.updates.filter(({ sessionUpdate }) => sessionUpdate === "usage_update")).toEqual([]);
});

/** A plugin of the person's own: a tool that brings a command. */
const BRINGING = `import { definePlugin, z } from "gantry/sdk";
export default definePlugin({
  name: "bringing",
  tools: { Bring: { description: "", input: z.object({}), traits: { readOnly: true } } },
  setup: ({ contribute }) => ({
    tools: {
      Bring: async () => {
        const deploy = { description: "Deploy it.", argumentHint: "<place>", run: (args) => "Deployed to " + args + "." };
        await contribute({ commands: { deploy } });
        return "Brought.";
      },
    },
  }),
});
`;

test("commands that come while a session runs are told with what they do and what they take", async () => {
  await place.write({ [`${place.home}/.gantry/plugins/bringing.ts`]: BRINGING });
  replies.push({ calls: [{ name: "Bring", input: {} }] });
  const { agent, prompt, seen, take } = await open();
  const { sessionId } = await agent.request(methods.agent.session.new, { cwd: place.work, mcpServers: [] });
  await prompt(sessionId, "bring it");
  const { availableCommands } = await seen("available_commands_update", (update) =>
    update.availableCommands.some(({ name }) => name === "deploy"),
  );
  expect(availableCommands).toContainEqual({
    name: "deploy",
    description: "Deploy it.",
    input: { hint: "<place>" },
  });
  take();
  expect(await prompt(sessionId, "/deploy home")).toBe("end_turn");
  expect(JSON.stringify(take())).toContain("Deployed to home.");
});
