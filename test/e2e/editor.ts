import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import {
  type ClientCapabilities,
  type ClientContext,
  type ContentBlock,
  type CreateElicitationRequest,
  type CreateElicitationResponse,
  client,
  type InitializeResponse,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type SessionUpdate,
} from "@agentclientprotocol/sdk/unstable";
import { type Place, program } from "./program.ts";

/** What the person does in the editor. */
export interface EditorOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly capabilities?: ClientCapabilities;
  /** The option that is chosen, by its id; `undefined`: the dialogue is closed. */
  readonly choose?: (request: RequestPermissionRequest) => string | undefined | Promise<string | undefined>;
  readonly fillIn?: (request: CreateElicitationRequest) => CreateElicitationResponse;
  /** What is unsaved, by path. */
  readonly buffers?: Map<string, string>;
  /** Saves a text. */
  readonly save?: (path: string, text: string) => Promise<void>;
  /** What is on the disk, for files that are not unsaved. */
  readonly read?: (path: string) => Promise<string>;
}

/** An editor made of the official SDK's client side, with the built program as its agent. */
export interface Editor {
  readonly agent: ClientContext;
  readonly hello: InitializeResponse;
  readonly updates: readonly SessionUpdate[];
  readonly permissions: readonly RequestPermissionRequest[];
  readonly elicitations: readonly CreateElicitationRequest[];
  /** What each terminal has shown, by its id. */
  readonly terminals: ReadonlyMap<string, { output: string; exitCode: number | null; isReleased: boolean }>;
  /** Every line that came on standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
  /** Takes the updates so far. */
  take(): readonly SessionUpdate[];
  /** Resolves with the first update, past or to come, that fits. */
  seen<T extends SessionUpdate["sessionUpdate"]>(
    kind: T,
    fits?: (update: Extract<SessionUpdate, { sessionUpdate: T }>) => boolean,
  ): Promise<Extract<SessionUpdate, { sessionUpdate: T }>>;
  prompt(sessionId: string, text: string): Promise<string>;
  /** Writes to the program's input as it stands. */
  write(line: string): Promise<void>;
  /** Closes the program's input, or sends it a signal. Resolves to its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function openEditor(place: Place, options: EditorOptions = {}): Promise<Editor> {
  const {
    env = {},
    flags = [],
    capabilities = {},
    choose = () => undefined,
    buffers = new Map<string, string>(),
  } = options;
  const child = spawn(process.execPath, [program, "acp", ...flags], {
    cwd: place.base,
    env: { PATH: process.env.PATH ?? "", HOME: place.home, NO_COLOR: "1", TMPDIR: place.base, ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const lines: string[] = [];
  const updates: SessionUpdate[] = [];
  const permissions: RequestPermissionRequest[] = [];
  const elicitations: CreateElicitationRequest[] = [];
  const terminals = new Map<string, { output: string; exitCode: number | null; isReleased: boolean }>();
  const exits = new Map<string, Promise<unknown>>();
  const waiting = new Set<() => void>();
  let taken = 0;
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined);
  keepLines(child, lines);

  const app = client({ name: "test-editor" })
    .onNotification(methods.client.session.update, ({ params }) => {
      updates.push(params.update);
      for (const look of waiting) look();
    })
    .onRequest(methods.client.session.requestPermission, async ({ params }) => {
      permissions.push(params);
      const optionId = await choose(params);
      return { outcome: optionId === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId } };
    })
    .onRequest(methods.client.elicitation.create, ({ params }) => {
      elicitations.push(params);
      return options.fillIn?.(params) ?? { action: "cancel" };
    })
    .onRequest(methods.client.fs.readTextFile, async ({ params: { path } }) => ({
      content: buffers.get(path) ?? (await options.read?.(path)) ?? "",
    }))
    .onRequest(methods.client.fs.writeTextFile, async ({ params: { path, content } }) => {
      buffers.delete(path);
      await options.save?.(path, content);
    })
    .onRequest(methods.client.terminal.create, ({ params: { command, args = [], cwd } }) => {
      const terminalId = `terminal-${terminals.size}`;
      const shown = { output: "", exitCode: null as number | null, isReleased: false };
      const running = spawn(command, args, { cwd: cwd ?? place.base, env: {} });
      for (const stream of [running.stdout, running.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          shown.output += text;
          for (const look of waiting) look();
        });
      }
      terminals.set(terminalId, shown);
      const exited = new Promise<void>((resolve) => {
        running.on("close", (code) => {
          shown.exitCode = code;
          resolve();
        });
      });
      exits.set(terminalId, exited);
      return { terminalId };
    })
    .onRequest(methods.client.terminal.waitForExit, async ({ params: { terminalId } }) => {
      await exits.get(terminalId);
      return { exitCode: terminals.get(terminalId)?.exitCode ?? null };
    })
    .onRequest(methods.client.terminal.release, ({ params: { terminalId } }) => {
      const shown = terminals.get(terminalId);
      if (shown) shown.isReleased = true;
    });
  const { agent } = app.connect(
    ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream),
  );
  const hello = await agent.request(methods.agent.initialize, { protocolVersion: 1, clientCapabilities: capabilities });

  return {
    agent,
    hello,
    updates,
    permissions,
    elicitations,
    terminals,
    lines,
    get stderr() {
      return stderr;
    },
    take() {
      const from = taken;
      taken = updates.length;
      return updates.slice(from);
    },
    seen: (kind, fits = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = updates.find((update) => update.sessionUpdate === kind && fits(update as never));
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
    async prompt(sessionId, text) {
      const prompt: ContentBlock[] = [{ type: "text", text }];
      return (await agent.request(methods.agent.session.prompt, { sessionId, prompt })).stopReason;
    },
    write: (line) => new Promise((resolve) => child.stdin.write(line, () => resolve())),
    end(signal) {
      if (signal) child.kill(signal);
      else child.stdin.end();
      return ended;
    },
  };
}

/** All of standard output, beside the SDK that reads it, too. */
function keepLines(child: ChildProcessWithoutNullStreams, lines: string[]): void {
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
}
