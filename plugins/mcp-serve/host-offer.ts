/** The host itself as an offer: its tools, its prompts, and the sessions of the folder. */
import type { AsyncLocalStorage } from "node:async_hooks";
import {
  type CommandInfo,
  type Commands,
  type FrontendHost,
  isGantryError,
  type JsonObject,
  PluginError,
  type ResultContent,
  type Session,
  type SessionStore,
  type ToolInfo,
  type Tools,
  z,
} from "gantry/sdk";
import { argumentsOf, argumentsText } from "./arguments.ts";
import type { Caller, Change, Offer } from "./offer.ts";
import { SESSION_TEMPLATE, sessionIdIn, sessionResource, transcriptText, watchSessions } from "./sessions.ts";

export interface HostOfferParts {
  readonly host: FrontendHost;
  readonly tools: Tools;
  readonly commands: Commands;
  readonly store: SessionStore | undefined;
  /** Who has called, for whoever is asked on the way. */
  readonly calling: AsyncLocalStorage<Caller>;
}

export interface HostOffer extends Offer {
  close(): Promise<void>;
}

const MOST_COMPLETIONS = 100;

/** One session of the host for whoever is served: opened at its first need. */
export function createHostOffer({ host, tools, commands, store, calling }: HostOfferParts): HostOffer {
  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change) => {
    for (const listener of [...listeners]) listener(change);
  };
  let stopWatching: (() => void) | undefined;
  let opening: Promise<Session> | undefined;
  const session = () => {
    opening ??= open();
    return opening;
  };

  return {
    tools: async () => tools.list(await session()).map(offeredTool),
    async call(name, input, caller) {
      const opened = await session();
      const request = { name, input, origin: "plugin", signal: caller.signal } as const;
      const { outcome, content } = await calling.run(caller, () => tools.call(opened, request));
      return { content: content.map(contentOf), ...(outcome !== "ok" && { isError: true }) };
    },
    prompts: async () => (await promptCommands()).map(offeredPrompt),
    async prompt(name, values) {
      const command = (await promptCommands()).find((one) => one.name === name);
      if (!command) throw unknown(`There is no prompt "${name}".`);
      const answer = await commands.run(await session(), name, argumentsText(command.argumentHint, values));
      if (typeof answer !== "object" || !("prompt" in answer)) {
        throw unknown(typeof answer === "string" && answer ? answer : `"${name}" gives no prompt.`);
      }
      return [{ role: "user", content: { type: "text", text: answer.prompt } }];
    },
    resources: async () => ((await store?.list({ cwd: host.info.cwd })) ?? []).map(sessionResource),
    templates: async () => (store ? [SESSION_TEMPLATE] : []),
    async read(uri) {
      const id = sessionIdIn(uri);
      const found = id === undefined ? undefined : await read(id);
      return found && [{ uri, mimeType: "text/markdown", text: transcriptText(found.entries) }];
    },
    async complete(subject, { name, value }) {
      if (subject.type !== "ref/resource" || name !== "id" || !store) return [];
      const all = await store.list({ cwd: host.info.cwd });
      return all
        .map(({ id }) => id)
        .filter((id) => id.startsWith(value))
        .slice(0, MOST_COMPLETIONS);
    },
    watch(listener) {
      listeners.add(listener);
      stopWatching ??= store && watchSessions(store, host.info.cwd, tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size) return;
        stopWatching?.();
        stopWatching = undefined;
      };
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.close();
    },
  };

  async function open(): Promise<Session> {
    const opened = await host.open({ isInteractive: false });
    const known = { tools: "", prompts: "" };
    look(() => undefined);
    opened.watch((event) => {
      if (event.type === "generation") look(tell);
      const caller = calling.getStore();
      if (event.type === "tool_progress") caller?.progress(event.text);
      if (event.type === "notice") caller?.log(event.notice.level, event.notice.text);
    });
    return opened;

    /** Of a new generation much may be as it was. */
    function look(tell: (change: Change) => void): void {
      const now = { tools: textOf(tools.list(opened)), prompts: textOf(commands.list(opened).filter(isPrompt)) };
      for (const kind of ["tools", "prompts"] as const) {
        if (now[kind] !== known[kind]) tell({ kind });
      }
      Object.assign(known, now);
    }
  }

  async function promptCommands(): Promise<readonly CommandInfo[]> {
    return commands.list(await session()).filter(isPrompt);
  }

  /** A session of another folder is none. */
  async function read(id: string) {
    try {
      return await store?.read(id, { cwd: host.info.cwd });
    } catch (thrown) {
      if (isGantryError(thrown) && thrown.code === "GANTRY_SESSION_ABSENT") return undefined;
      throw thrown;
    }
  }
}

function isPrompt(command: CommandInfo): boolean {
  return command.isPrompt === true;
}

function textOf(list: readonly { readonly name: string; readonly description: string }[]): string {
  return JSON.stringify(list.map(({ name, description }) => [name, description]));
}

function offeredTool({ name, description, input, traits }: ToolInfo) {
  const schema = "jsonSchema" in input ? input.jsonSchema : (z.toJSONSchema(input, { io: "input" }) as JsonObject);
  return {
    name,
    description,
    inputSchema: { ...schema, type: "object" },
    annotations: { readOnlyHint: traits?.readOnly === true },
  };
}

function offeredPrompt({ name, description, argumentHint }: CommandInfo) {
  return { name, description, arguments: argumentsOf(argumentHint) };
}

function contentOf(block: ResultContent): JsonObject {
  if (block.type === "text") return { type: "text", text: block.text };
  const { source } = block;
  if (block.type === "image" && source.type === "base64") {
    return { type: "image", data: source.data, mimeType: source.media_type };
  }
  if (source.type === "base64") {
    const resource = { uri: "gantry://result/document", mimeType: source.media_type, blob: source.data };
    return { type: "resource", resource };
  }
  return { type: "text", text: JSON.stringify(source) };
}

function unknown(problem: string): PluginError {
  return new PluginError("GANTRY_MCP_SERVE_UNKNOWN", problem, "The lists say what there is.");
}
