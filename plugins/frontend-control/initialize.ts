/** The first request: what the program at the other end brings along, and what it is told of the host. */
import {
  type HookFunction,
  type JsonObject,
  newId,
  type PluginReport,
  type ProviderManifest,
  type Session,
  type WireMessage,
  z,
} from "gantry/sdk";
import { commandLine } from "gantry/sdk/kit/command-lines";
import { CAPABILITIES, PROTOCOL_VERSION } from "gantry/sdk/kit/protocol-version";
import { tasksLine } from "gantry/sdk/kit/task-lines";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Kit } from "./kit.ts";
import type { Request } from "./line.ts";
import { read } from "./read.ts";
import { setSdkServers } from "./servers.ts";

export async function initialize(kit: Kit, request: Request, isFirst: boolean): Promise<object> {
  const given = read(initializeSchema(), request);
  const { wishes, stream } = kit;
  tellUnheeded(kit, given);
  wishes.hasSuggestions = given.promptSuggestions === true;
  if (given.forwardSubagentText) stream.tellAgentText?.();
  const { agents } = given;
  if (agents) {
    const takeThem = () => takeAgents(kit, agents);
    wishes.renew.set("agents", takeThem);
    await takeThem();
  }
  const takeAll = () => takeHooks(kit, given.hooks ?? {});
  wishes.renew.set("hooks", takeAll);
  const hooksApplied = await takeAll();
  if (isFirst) {
    const { systemPrompt } = given;
    wishes.systemPrompt = typeof systemPrompt === "object" ? systemPrompt.join("\n\n") : systemPrompt;
    wishes.appendedPrompt = given.appendSystemPrompt;
    wishes.title = given.title;
    if (given.jsonSchema) await stream.requireOutput(given.jsonSchema as JsonObject);
  }
  const servers = { ...given.mcpServers, ...sdkServers(given.sdkMcpServers ?? [], given.sdkMcpServerConfigs ?? {}) };
  if (Object.keys(servers).length) {
    const { errors } = await setSdkServers(kit, servers);
    for (const [name, why] of Object.entries(errors)) kit.tell(`The MCP server ${visibleLine(name, 100)}: ${why}`);
  }
  // What it has been given shapes it already, and what is told of it is its own.
  const session =
    wishes.opened ?? (stream.host.isContinued ? await stream.session().catch(() => undefined) : undefined);
  if (!isFirst) void tellTasks(kit);
  return {
    ...(await about(kit, session)),
    ...(hooksApplied && { hooks_applied: true }),
    hook_on_failure_supported: true,
    ...(given.mcpServers && { mcp_servers_applied: true }),
    ...(given.plugins !== undefined && { plugins_applied: false }),
    ...(isFirst ? {} : { pending_permission_requests: kit.line.pending("can_use_tool") }),
  };
}

// ---------------------------------------------------------------- what comes along

function tellUnheeded({ stream, use }: Kit, given: Readonly<Record<string, unknown>>): void {
  for (const [field, why] of Object.entries(UNHEEDED)) {
    if (field === "promptSuggestions" && use.suggestions) continue;
    const value = given[field];
    const isSaid = typeof value === "object" && value !== null ? Object.keys(value).length > 0 : Boolean(value);
    const content = `"${field}" has no effect: ${why}.`;
    const line = { type: "system", subtype: "informational", level: "warning", content } as const;
    if (isSaid) stream.write({ ...line, session_id: "", uuid: newId() } satisfies WireMessage);
  }
}

/** Whoever begins anew is told, right behind the answer, what runs. */
async function tellTasks({ wishes, use, stream }: Kit): Promise<void> {
  const jobs = await use.jobs?.();
  setImmediate(() => wishes.opened && stream.write(tasksLine(wishes.opened, jobs)));
}

/** Whether there were any. */
async function takeHooks({ line, use, tell }: Kit, hooks: z.output<ReturnType<typeof hooksSchema>>): Promise<boolean> {
  const sources = await use.hookSources?.();
  const functions = Object.entries(hooks).flatMap(([event, matchers]) =>
    (matchers ?? []).flatMap(({ matcher, hookCallbackIds, timeout, onFailure }) =>
      hookCallbackIds.map(
        (callback_id): HookFunction => ({
          event,
          ...(matcher && { matcher }),
          name: `${callback_id} of the application`,
          ...(timeout && { timeout }),
          ...(onFailure && { onFail: onFailure === "block" ? "deny" : "report" }),
          run: async (input, signal) => {
            const { tool_use_id } = input;
            const about = typeof tool_use_id === "string" ? { tool_use_id } : {};
            return line.ask({ subtype: "hook_callback", callback_id, input, ...about }, signal);
          },
        }),
      ),
    ),
  );
  if (functions.length && !sources) throw new Error("no plugin runs hooks, so those of the application would not run");
  const known = functions.filter(({ event }) => sources?.events.includes(event));
  const lost = new Set(functions.filter((hook) => !known.includes(hook)).map(({ event }) => event));
  for (const event of lost)
    tell(`Hooks of the event ${visibleLine(event, 100)} do not run: Gantry has no such moment.`);
  sources?.set("the application", known);
  return functions.length > 0;
}

async function takeAgents({ use }: Kit, agents: Readonly<Record<string, unknown>>): Promise<void> {
  const service = await use.agents?.();
  if (!service) throw new Error("no plugin starts agents, so those of the application would not work");
  service.put(agents);
}

function sdkServers(names: readonly string[], configs: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { ...timeoutOf(configs[name]), type: "sdk", name }]));
}

function timeoutOf(config: { readonly timeout?: unknown } | undefined) {
  return typeof config?.timeout === "number" ? { timeout: config.timeout } : {};
}

// ---------------------------------------------------------------- what is told

/** What is known of a session that is not open yet is what it will begin with. */
async function about({ stream, host, config, use }: Kit, session: Session | undefined): Promise<object> {
  const { plugins } = stream.host.report();
  const styles = await use.styles?.();
  return {
    commands: session ? use.commands.list(session).map(commandLine) : plugins.flatMap(commandsOf),
    agents: ((await (await use.agents?.())?.list(session)) ?? []).map(({ name, description, model }) => ({
      name,
      description,
      ...(model && { model }),
    })),
    output_style: (session ? styles?.nameIn(session) : styles?.named()) ?? "default",
    available_output_styles: (await styles?.names()) ?? ["default"],
    models: modelsOf(
      plugins.flatMap(({ manifest }) => Object.entries(manifest.providers ?? {})),
      host.env,
    ),
    account: accountIn(host.env),
    capabilities: CAPABILITIES,
    claude_code_version: PROTOCOL_VERSION,
    gantry_version: host.version,
    pid: process.pid,
    ...(config.permissionPromptTool && { permission_prompt_tool: config.permissionPromptTool }),
  };
}

function commandsOf({ manifest, contributes }: PluginReport) {
  return (contributes.commands ?? []).map((name) =>
    commandLine({ description: "", ...manifest.commands?.[name], name }),
  );
}

/** By what requests are paid for, as far as the environment says. */
function accountIn(env: Readonly<Record<string, string | undefined>>): object {
  if (env.ANTHROPIC_API_KEY) return { apiKeySource: "ANTHROPIC_API_KEY", apiProvider: "firstParty" };
  const token = env.ANTHROPIC_AUTH_TOKEN ? { tokenSource: "ANTHROPIC_AUTH_TOKEN", apiProvider: "firstParty" } : {};
  return { apiKeySource: "none", ...token };
}

/** The default, then what providers that can be used call their models for short. */
export function modelsOf(
  providers: readonly (readonly [string, ProviderManifest])[],
  env: Readonly<Record<string, string | undefined>>,
) {
  const usable = providers.filter(
    ([, { usable }]) => usable === "always" || (typeof usable === "object" && usable.env.some((name) => env[name])),
  );
  const named = usable.flatMap(([provider, { title, aliases = {}, defaultModel }]) => [
    ...(defaultModel
      ? [
          {
            value: `${provider}/${defaultModel}`,
            resolvedModel: defaultModel,
            displayName: defaultModel,
            description: title,
          },
        ]
      : []),
    ...Object.entries(aliases).map(([alias, id]) => ({
      value: alias,
      resolvedModel: id,
      displayName: alias,
      description: `${title}: ${id}`,
    })),
  ]);
  return [{ value: "default", displayName: "Default", description: "The model that the session began with" }, ...named];
}

// ---------------------------------------------------------------- schemas

/** What nothing can heed yet, or not with these plugins, and why. */
const UNHEEDED = {
  agentProgressSummaries: "what agents do is told in their own steps",
  appendSubagentSystemPrompt: "agents have the prompt of their definition",
  excludeDynamicSections: "the prompt is put together as its plugins say",
  planModeInstructions: "no plugin guides the mode plan",
  plugins: "plugins of other hosts cannot be loaded yet",
  promptSuggestions: "no plugin that is loaded suggests prompts",
  skills: "the model sees the skills that the setting skillOverrides shows",
  toolAliases: "tools have the aliases that their plugins give them",
} as const;

function hooksSchema() {
  const matcher = z.looseObject({
    matcher: z.string().nullish(),
    hookCallbackIds: z.array(z.string()),
    timeout: z.number().positive().nullish(),
    onFailure: z.enum(["continue", "block"]).nullish(),
  });
  return z.record(z.string(), z.array(matcher).nullish());
}

function initializeSchema() {
  const object = z.record(z.string(), z.unknown()).optional();
  const unheeded = Object.fromEntries(Object.keys(UNHEEDED).map((field) => [field, z.unknown().optional()])) as {
    [F in keyof typeof UNHEEDED]: z.ZodOptional<z.ZodUnknown>;
  };
  return z.looseObject({
    ...unheeded,
    hooks: hooksSchema().nullish(),
    systemPrompt: z.union([z.string(), z.array(z.string())]).optional(),
    appendSystemPrompt: z.string().optional(),
    title: z.string().optional(),
    jsonSchema: object,
    agents: object,
    forwardSubagentText: z.boolean().nullish(),
    sdkMcpServers: z.array(z.string()).optional(),
    sdkMcpServerConfigs: z.record(z.string(), z.looseObject({})).optional(),
    mcpServers: z.record(z.string(), z.looseObject({})).optional(),
    // What forbids something must not be lost: it goes on the command line or in a settings file.
    managedSettings: z.never("managed settings are an administrator's, in a file").optional(),
    settings: z.never("give settings with --settings").optional(),
    disallowedTools: z.never("give them with --disallowedTools").optional(),
  });
}
