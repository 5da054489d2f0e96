/** Agents of tests: definitions on disk, a model that answers each by who asks, and a kernel around them. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  Agents,
  definePlugin,
  defineTool,
  type ModelRequest,
  type Notice,
  PermissionRules,
  Permissions,
  type Plugin,
  Trust,
  textOf,
  z,
} from "gantry/sdk";
import { createTestKernel, type ScriptedAnswer, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRemember from "../permit-remember/index.ts";
import permitRules from "../permit-rules/index.ts";
import promptBase from "../prompt-base/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolAgent from "../tool-agent/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import usageMeter from "../usage-meter/index.ts";
import { agentsFrom } from "./agents.ts";
import { agents } from "./index.ts";

type Files = Readonly<Record<string, string>>;

/** A definition in a file. */
export const agentFile = (head: Readonly<Record<string, unknown>>, prompt: string) =>
  `---\n${Object.entries(head)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n")}\n---\n\n${prompt}\n`;

/** A promise, and what settles it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Whoever asks, by the first words of its prompt: `main`, or what stands behind `I am`. */
export type Who = (who: string, request: ModelRequest) => ScriptedAnswer;

export const says = (text: string): ScriptedAnswer => ({ text });
export const calls = (name: string, input: unknown = {}): ScriptedAnswer => ({ calls: [{ name, input }] });
export const delegates = (subagent_type: string, more: object = {}): ScriptedAnswer =>
  calls("Agent", { description: "look into it", prompt: "Look into it.", subagent_type, ...more });
/** How often somebody has been answered by a tool. */
export const answered = ({ messages }: ModelRequest): number =>
  messages.filter(({ content }) => content.some(({ type }) => type === "tool_result")).length;

/** Tools that do nothing but remember that they ran, and for whom. */
export function traces() {
  const ran: { tool: string; input: unknown; session: string; agent: string | undefined }[] = [];
  const tool = (name: string, isReadOnly: boolean, family = name): Plugin =>
    defineTool({
      name,
      description: "",
      input: z.looseObject({ command: z.string().optional() }),
      traits: { readOnly: isReadOnly },
      permission: name === "Bash" ? { family, command: "command" } : { family },
      run: (input, { session }) => {
        ran.push({ tool: name, input, session: session.id, agent: session.agent?.type });
        return `${name} ran`;
      },
    });
  const plugins = [tool("Look", true), tool("Change", false), tool("Bash", false), tool("mcp__tracker__list", true)];
  return { ran, plugins };
}

export async function open(
  who: Who,
  { files = {}, plugins = [], env, ...options }: Partial<TestKernelOptions> & { readonly files?: Files } = {},
) {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-agents-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const write = (all: Files) => {
    for (const [name, content] of Object.entries(all)) {
      fs.mkdirSync(dirname(join(root, name)), { recursive: true });
      fs.writeFileSync(join(root, name), content);
    }
  };
  write({ "home/.keep": "", "project/.git/HEAD": "", ...files });
  const { ran, plugins: tools } = traces();
  const services: { trust?: Trust; agents?: Agents; permissions?: Permissions; rules?: PermissionRules } = {};
  const knowing = definePlugin({
    name: "knowing",
    needs: { trust: Trust, agents: Agents, permissions: Permissions, rules: PermissionRules },
    setup: ({ use }) => {
      Object.assign(services, use);
      return {};
    },
  });
  const nameOf = ({ system }: ModelRequest) => /^I am ([\w-]+)/.exec(system[0]?.text ?? "")?.[1] ?? "main";
  const answer = (request: ModelRequest) => who(nameOf(request), request);
  const kernel = await createTestKernel({
    cwd: join(root, "project"),
    env: { HOME: join(root, "home"), ...env },
    model: scriptedModel(Array(200).fill(answer)),
    ...options,
    plugins: [
      filesNode,
      settingsFiles,
      sessionJsonl,
      usageMeter,
      promptBase,
      permitRules,
      permitModes,
      permitRemember,
      toolJobs,
      ...tools,
      definePlugin(agents, agentsFrom(join(root, "managed"))),
      toolAgent,
      knowing,
      ...plugins,
    ],
  });
  onTestFinished(() => kernel.close());
  const notices: Notice[] = [];
  kernel.session.watch((event) => {
    if (event.type === "notice") notices.push(event.notice);
  });
  return {
    ...kernel,
    root,
    write,
    ran,
    notices: () => notices.map(({ text }) => text.replaceAll(root, "")),
    services: services as Required<typeof services>,
    /** The result of the first call of a prompt. */
    first: async (prompt = "Go") => {
      const { results } = await kernel.run(prompt);
      const [result] = results;
      if (!result) throw new Error("no call was made");
      return { ...result, said: textOf(result.content), data: result.data as Readonly<Record<string, unknown>> };
    },
    requestsOf: (name: string) => kernel.model.requests.filter((request) => nameOf(request) === name),
  };
}
