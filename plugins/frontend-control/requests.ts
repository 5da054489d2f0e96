/** What the program at the other end may ask for, by the name of the request. */
import { messageOf, newId, PERMISSION_MODES, PluginError, type WireMessage, z } from "gantry/sdk";
import { PROTOCOL_VERSION } from "gantry/sdk/kit/protocol-version";
import { sessionTitle, sideQuestion } from "./aside.ts";
import { contextUsage } from "./context-usage.ts";
import { registerRoot } from "./folders.ts";
import { listHooks } from "./hooks-listing.ts";
import { modelsOf } from "./initialize.ts";
import type { Kit } from "./kit.ts";
import { MCP_REQUESTS } from "./mcp-requests.ts";
import { read } from "./read.ts";
import { readFile } from "./read-file.ts";
import { reloadPlugins, reloadSkills } from "./reading-anew.ts";
import { listRules } from "./rules.ts";
import { seedRead } from "./seed-read.ts";
import { settingsOf } from "./settings.ts";
import { taskOutput } from "./task-output.ts";
import { updateSettings } from "./update-settings.ts";
import { costOf, usageOf } from "./usage.ts";

/** The signal fires when the request is withdrawn. */
export type Carry = (
  kit: Kit,
  request: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<object | undefined>;

/** They change what the next prompt meets, so it waits for them. */
export const IN_ORDER: ReadonlySet<string> = new Set([
  "initialize",
  "set_permission_mode",
  "set_model",
  "set_max_thinking_tokens",
  "apply_flag_settings",
  "mcp_set_servers",
  "mcp_toggle",
  "rename_session",
  "seed_read_state",
  "update_settings",
]);

/** They are about the session, so they wait for what shapes it. */
export const ABOUT_SESSION: ReadonlySet<string> = new Set([
  "background_tasks",
  "get_context_usage",
  "get_hooks_listing",
  "get_plan",
  "get_session_cost",
  "get_settings",
  "get_task_output",
  "get_usage",
  "generate_session_title",
  "list_permission_rules",
  "mcp_call",
  "mcp_read_resource",
  "read_file",
  "register_repo_root",
  "reload_plugins",
  "reload_skills",
  "rewind_files",
  "set_cwd",
  "side_question",
  "stop_task",
]);

export const REQUESTS: Readonly<Record<string, Carry>> = {
  async interrupt({ stream }, request) {
    const { cancel_queued } = read(z.looseObject({ cancel_queued: z.boolean().nullish() }), request);
    const { stillQueued, cancelled } = stream.interrupt(cancel_queued === true);
    return { still_queued: stillQueued, ...(cancel_queued && { cancelled }) };
  },
  async cancel_async_message({ stream }, request) {
    const { message_uuid } = read(z.looseObject({ message_uuid: z.string() }), request);
    return { cancelled: stream.withdraw(message_uuid) };
  },
  async set_permission_mode(kit, request) {
    const { mode } = read(z.looseObject({ mode: z.enum([...PERMISSION_MODES, "manual"]) }), request);
    return setMode(kit, mode === "manual" ? "default" : mode);
  },
  async set_model(kit, request) {
    const { model } = read(z.looseObject({ model: z.string().nullish() }), request);
    return { model: await setModel(kit, model ?? undefined) };
  },
  async list_models({ stream, host }) {
    const { plugins } = stream.host.report();
    const providers = plugins.flatMap(({ manifest }) => Object.entries(manifest.providers ?? {}));
    return { models: modelsOf(providers, host.env) };
  },
  async set_max_thinking_tokens({ wishes }, request) {
    const { max_thinking_tokens: most, thinking_display: shown } = read(
      z.looseObject({
        max_thinking_tokens: z.number().int().nonnegative().nullish(),
        thinking_display: z.enum(["summarized", "omitted"]).nullish(),
      }),
      request,
    );
    if (shown !== undefined) wishes.display = shown ?? undefined;
    if (most === null) wishes.thinking = undefined;
    else if (most !== undefined) wishes.thinking = most ? { budgetTokens: most } : "off";
    return {};
  },
  async rewind_files(kit, request) {
    const { user_message_id, dry_run } = read(
      z.looseObject({ user_message_id: z.string(), dry_run: z.boolean().nullish() }),
      request,
    );
    return rewind(kit, user_message_id, dry_run === true);
  },
  async get_context_usage({ session, use }) {
    const opened = await session();
    const info = await use.models.info(opened);
    return contextUsage(opened, use.tools.list(opened), info?.contextWindow);
  },
  async apply_flag_settings(kit, request) {
    const { settings } = read(z.looseObject({ settings: z.record(z.string(), z.json()) }), request);
    return applySettings(kit, settings);
  },
  async read_file(kit, request) {
    return readFile(kit, request);
  },
  async rename_session({ session }, request) {
    const { title, session_id } = read(
      z.looseObject({ title: z.string().trim().min(1), session_id: z.string().nullish() }),
      request,
    );
    const opened = await session();
    if (session_id && session_id !== opened.id)
      throw new Error(`The conversation has gone on in the session ${opened.id}, so ${session_id} keeps its name.`);
    opened.rename(title);
    return {};
  },
  async stop_task(kit, request) {
    const { task_id } = read(z.looseObject({ task_id: z.string() }), request);
    return stopTask(kit, task_id);
  },
  async background_tasks({ session, use }, request) {
    const { tool_use_id } = read(z.looseObject({ tool_use_id: z.string().nullish() }), request);
    const opened = await session();
    const count = (await use.jobs?.())?.background(opened, tool_use_id ?? undefined) ?? 0;
    // Without a name it is a wish about whatever there is, which may be nothing.
    return { backgrounded: typeof tool_use_id !== "string" || count > 0 };
  },
  get_task_output: taskOutput,
  get_settings: settingsOf,
  update_settings: updateSettings,
  get_hooks_listing: listHooks,
  async get_plan({ session, use }) {
    const plan = await use.permissions?.plan?.(await session());
    return { plan: plan?.text || null, planFilePath: plan?.path ?? null };
  },
  list_permission_rules: listRules,
  get_usage: usageOf,
  get_session_cost: costOf,
  seed_read_state: seedRead,
  async reload_output_styles({ use }) {
    // Styles are read anew whenever somebody asks for their names.
    return { available_output_styles: (await (await use.styles?.())?.names()) ?? ["default"] };
  },
  reload_plugins: reloadPlugins,
  reload_skills: reloadSkills,
  side_question: sideQuestion,
  generate_session_title: sessionTitle,
  async set_prompt_suggestions_paused({ wishes }, request) {
    const { paused } = read(z.looseObject({ paused: z.boolean() }), request);
    wishes.isSuggestingPaused = paused;
    return {};
  },
  async set_cwd({ session }) {
    const { cwd } = await session();
    throw new Error(
      `A session stays in its folder, ${cwd}: trust, settings and memory are of that one. Start Gantry in the other folder, or add it with --add-dir.`,
    );
  },
  async set_has_subscribers() {
    // No line waits for a reader.
    return {};
  },
  register_repo_root: registerRoot,
  async get_binary_version({ host }) {
    return { version: PROTOCOL_VERSION, gantry_version: host.version };
  },
  ...MCP_REQUESTS,
};

async function setMode(
  { session, use, stream, wishes }: Kit,
  mode: (typeof PERMISSION_MODES)[number],
): Promise<object> {
  const opened = await session();
  if (!use.permissions) throw new Error("No plugin knows permission modes.");
  await use.permissions.setMode(opened, mode);
  wishes.mode = mode;
  const status = { type: "system", subtype: "status", status: null, permissionMode: mode } as const;
  stream.write({ ...status, session_id: opened.id, uuid: newId() } satisfies WireMessage);
  return { mode };
}

/** `undefined` or `default`: the model that the session began with. */
async function setModel({ session, wishes }: Kit, name: string | undefined): Promise<string> {
  const opened = await session();
  const wanted = name === undefined || name === "default" ? wishes.firstModel : name;
  if (wanted !== undefined) await opened.setModel(wanted);
  wishes.model = wanted === wishes.firstModel ? undefined : wanted;
  return opened.model.id;
}

async function rewind({ session, stream, use }: Kit, prompt: string, dryRun: boolean): Promise<object> {
  const opened = await session();
  const checkpoints = await use.checkpoints?.();
  if (!checkpoints) throw new Error("No plugin keeps checkpoints of files.");
  try {
    const done = await checkpoints.rewind(opened, stream.recordOf(prompt), { what: "files", dryRun });
    const { canRewind, error, filesChanged, insertions, deletions, skipped } = done;
    const skippedLinks = skipped.length ? { skipped } : {};
    return { canRewind, ...(error && { error }), filesChanged, insertions, deletions, ...skippedLinks };
  } catch (thrown) {
    if (!(thrown instanceof PluginError)) throw thrown;
    return { canRewind: false, error: messageOf(thrown) };
  }
}

/** Keys that are `null` are cleared; the others stand in place of what they were. */
async function applySettings(kit: Kit, settings: z.output<ReturnType<typeof settingsSchema>>): Promise<object> {
  const service = await kit.use.settings?.();
  if (!service?.put) throw new Error("No plugin takes settings while a session runs.");
  const all = { ...kit.wishes.settings, ...settings };
  kit.wishes.settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  service.put(kit.wishes.settings);
  const { model, permissions } = settings;
  if (typeof model === "string" || model === null) await setModel(kit, model ?? undefined);
  const mode = z.looseObject({ defaultMode: z.enum(PERMISSION_MODES) }).safeParse(permissions);
  if (mode.success) await setMode(kit, mode.data.defaultMode);
  return {};
}

function settingsSchema() {
  return z.record(z.string(), z.json());
}

async function stopTask({ session, use }: Kit, id: string): Promise<object> {
  const opened = await session();
  const job = await (await use.jobs?.())?.stop(opened, id);
  if (job) return {};
  const agent = (await use.agents?.())?.runs(opened).find((one) => one.id === id);
  await agent?.stop();
  if (!agent) throw new Error(`There is no task "${id}".`);
  return {};
}
