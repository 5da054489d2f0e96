/** What the tests of this plugin share: a host that serves, and the streams of one client. */
import { PassThrough } from "node:stream";
import { Client as NewClient, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import {
  definePlugin,
  type FrontendHost,
  type HostInfo,
  McpServe,
  type Plugin,
  Questions,
  type Session,
  ToolError,
  z,
} from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import permitRules from "../permit-rules/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import mcpServe from "./index.ts";

/** Tools that look, change, ask, fail and tell; a prompt. */
const tools = definePlugin({
  name: "weather",
  needs: { questions: Questions },
  tools: {
    Look: {
      description: "Say how the weather is.",
      input: z.object({ city: z.string() }),
      traits: { readOnly: true },
    },
    Change: { description: "Change the weather.", input: z.object({ to: z.string() }) },
    Fail: { description: "Fail.", input: z.object({}), traits: { readOnly: true } },
    Wait: { description: "Wait until it is stopped.", input: z.object({}), traits: { readOnly: true } },
    Report: { description: "Report, with a person's help.", input: z.object({}), traits: { readOnly: true } },
  },
  commands: {
    forecast: { description: "Ask for a forecast.", argumentHint: "<city> [day]", isPrompt: true },
    reset: { description: "Reset everything." },
  },
  setup: ({ use }) => ({
    tools: {
      Look: ({ city }, call) => {
        call.progress("looking out");
        call.session.notify({ level: "warning", text: "it is dark" });
        return `Rain in ${city}.`;
      },
      Change: ({ to }) => `It is ${to} now.`,
      Fail: () => {
        throw new ToolError("no weather today");
      },
      Wait: (_, { signal }) =>
        new Promise<string>((resolve) => {
          stopped.began();
          signal.addEventListener("abort", () => {
            stopped.ended();
            resolve("stopped");
          });
        }),
      Report: async (_, call) => {
        const fields = [
          { name: "degrees", type: "integer", isRequired: true, max: 60 },
          {
            name: "sky",
            type: "choice",
            choices: [{ value: "blue", title: "Blue" }],
            isRequired: false,
            default: "blue",
          },
        ] as const;
        const form = { kind: "form", from: "the station", message: "How is it?", fields } as const;
        const tool = { name: "Report", owner: "weather", description: "", input: z.object({}) };
        const answer = await use.questions.ask(call.session, { form, call: { tool }, turn: call.turn });
        return JSON.stringify(answer?.values ?? answer?.decision ?? "nobody");
      },
    },
    commands: {
      forecast: (args) => ({ prompt: `The forecast for ${args}, please.` }),
      reset: () => "Everything is gone.",
    },
  }),
});

/** Tells when the tool Wait has begun and ended. */
export const stopped = {
  began: () => undefined as unknown,
  ended: () => undefined as unknown,
};

export interface Served {
  readonly session: Session;
  readonly info: HostInfo;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  /** What was written for the person. */
  readonly said: () => string;
  readonly exit: Promise<number>;
  stop(): void;
}

/** `gantry mcp serve` with these flags, in a host with the tools above. */
export async function served(
  flags: Record<string, string | boolean> = {},
  { plugins = [], ...options }: Partial<TestKernelOptions> & { readonly plugins?: readonly Plugin[] } = {},
): Promise<Served> {
  let held: { readonly serve: McpServe; readonly host: HostInfo } | undefined;
  const holder = definePlugin({
    name: "holder",
    needs: { serve: McpServe },
    setup: ({ use, host }) => {
      held = { serve: use.serve, host };
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const kernel = await createTestKernel({
    ...options,
    plugins: [filesNode, execNode, settingsFiles, sessionJsonl, permitRules, tools, mcpServe, holder, ...plugins],
  });
  const { serve, host: info } = held as NonNullable<typeof held>;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const stop = new AbortController();
  let said = "";
  stderr.on("data", (chunk) => {
    said += chunk;
  });
  const host = {
    info,
    stdin,
    stdout,
    stderr,
    signal: stop.signal,
    notices: [],
    open: async () => kernel.session,
  } as unknown as FrontendHost;
  const exit = serve.serve([], flags, host);
  onTestFinished(async () => {
    stop.abort();
    await exit.catch(() => undefined);
    await kernel.close();
  });
  return { session: kernel.session, info, stdin, stdout, said: () => said, exit, stop: () => stop.abort() };
}

/** Waits for the line in which the server says where it is. */
export async function addressOf({ said, exit }: Served): Promise<{ url: string; token: string }> {
  for (;;) {
    const [, url, token] = /^Serving (\S+)\nAuthorization: Bearer (\S+)\n/.exec(said()) ?? [];
    if (url && token) return { url, token };
    await Promise.race([exit, new Promise((resolve) => setImmediate(resolve))]);
  }
}

/** A client of the newer SDK, of the era that is wanted. */
export async function connected(
  transport: Transport,
  { era = "modern", answer }: { era?: "modern" | "legacy"; answer?: (params: never) => object } = {},
): Promise<NewClient> {
  const capabilities = answer ? { elicitation: { form: {}, url: {} } } : {};
  const client = new NewClient({ name: "test", version: "1" }, { capabilities, versionNegotiation: { mode: "auto" } });
  if (answer) client.setRequestHandler("elicitation/create", async ({ params }) => answer(params as never) as never);
  await client.connect(transport, era === "legacy" ? { prior: { kind: "legacy" } } : {});
  onTestFinished(() => client.close());
  return client;
}

export function overHttp({ url, token }: { url: string; token: string }): Transport {
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
}
