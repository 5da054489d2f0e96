/** The first request: what the program at the other end brings along, and what it is told of the host. */
import { type HookFunction, type JsonObject, type ProviderManifest, z } from "gantry/sdk";
import { PROTOCOL_VERSION } from "gantry/sdk/kit/protocol-version";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Kit } from "./kit.ts";
import type { Request } from "./line.ts";
import { read } from "./read.ts";
import { setSdkServers } from "./servers.ts";

export async function initialize(kit: Kit, request: Request, isFirst: boolean): Promise<object> {
  const given = read(initializeSchema(), request);
  const { wishes, stream, log } = kit;
  for (const field of UNHEEDED) if (given[field] !== undefined) log(`initialize: "${field}" is without effect for now`);
  const hooksApplied = await takeHooks(kit, given.hooks ?? {});
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
  return {
    ...about(kit),
    ...(hooksApplied && { hooks_applied: true }),
    hook_on_failure_supported: true,
    ...(given.mcpServers && { mcp_servers_applied: true }),
    ...(given.plugins !== undefined && { plugins_applied: false }),
    ...(isFirst ? {} : { pending_permission_requests: kit.line.pending("can_use_tool") }),
  };
}

// ---------------------------------------------------------------- what comes along

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

function sdkServers(names: readonly string[], configs: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { ...timeoutOf(configs[name]), type: "sdk", name }]));
}

function timeoutOf(config: { readonly timeout?: unknown } | undefined) {
  return typeof config?.timeout === "number" ? { timeout: config.timeout } : {};
}

// ---------------------------------------------------------------- what is told

function about({ stream, host, config }: Kit): object {
  const { plugins } = stream.host.report();
  const commands = plugins.flatMap(({ manifest, contributes }) =>
    (contributes.commands ?? []).map((name) => {
      const { description = "", argumentHint = "" } = manifest.commands?.[name] ?? {};
      return { name, description, argumentHint };
    }),
  );
  return {
    commands,
    agents: [],
    output_style: "default",
    available_output_styles: ["default"],
    models: modelsOf(
      plugins.flatMap(({ manifest }) => Object.entries(manifest.providers ?? {})),
      host.env,
    ),
    account: { apiKeySource: host.env.ANTHROPIC_API_KEY ? "ANTHROPIC_API_KEY" : "none" },
    capabilities: ["interrupt_receipt_v1", "interrupt_cancel_queued_v1"],
    claude_code_version: PROTOCOL_VERSION,
    gantry_version: host.version,
    pid: process.pid,
    ...(config.permissionPromptTool && { permission_prompt_tool: config.permissionPromptTool }),
  };
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
    ...(defaultModel ? [{ value: `${provider}/${defaultModel}`, displayName: defaultModel, description: title }] : []),
    ...Object.entries(aliases).map(([alias, id]) => ({
      value: alias,
      displayName: alias,
      description: `${title}: ${id}`,
    })),
  ]);
  return [{ value: "default", displayName: "Default", description: "The model that the session began with" }, ...named];
}

// ---------------------------------------------------------------- schemas

const UNHEEDED = [
  "agents",
  "agentProgressSummaries",
  "appendSubagentSystemPrompt",
  "excludeDynamicSections",
  "forwardSubagentText",
  "planModeInstructions",
  "plugins",
  "promptSuggestions",
  "skills",
  "toolAliases",
] as const;

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
  const unheeded = Object.fromEntries(UNHEEDED.map((field) => [field, z.unknown().optional()])) as {
    [F in (typeof UNHEEDED)[number]]: z.ZodOptional<z.ZodUnknown>;
  };
  return z.looseObject({
    ...unheeded,
    hooks: hooksSchema().nullish(),
    systemPrompt: z.union([z.string(), z.array(z.string())]).optional(),
    appendSystemPrompt: z.string().optional(),
    title: z.string().optional(),
    jsonSchema: object,
    sdkMcpServers: z.array(z.string()).optional(),
    sdkMcpServerConfigs: z.record(z.string(), z.looseObject({})).optional(),
    mcpServers: z.record(z.string(), z.looseObject({})).optional(),
    // What forbids something must not be lost: it goes on the command line or in a settings file.
    managedSettings: z.never("managed settings are an administrator's, in a file").optional(),
    settings: z.never("give settings with --settings").optional(),
    disallowedTools: z.never("give them with --disallowedTools").optional(),
  });
}
