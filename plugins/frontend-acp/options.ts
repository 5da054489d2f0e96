import type { SessionConfigOption, SessionModeState } from "@agentclientprotocol/sdk/unstable";
import { type FrontendHost, PERMISSION_MODES, type PermissionMode, type Session, z } from "gantry/sdk";
import { isUsable, providersOf } from "./auth.ts";
import { invalid } from "./errors.ts";
import type { Link } from "./link.ts";

/** What can be chosen in a session, and what is chosen. */
export interface SessionState {
  readonly modes?: SessionModeState;
  readonly configOptions: SessionConfigOption[];
}

const MODES: Readonly<Record<PermissionMode, readonly [name: string, description: string]>> = {
  default: ["Default", "Asks before anything is changed or run"],
  acceptEdits: ["Accept edits", "Edits files of the project unasked; asks for the rest"],
  plan: ["Plan", "Reads and plans; changes nothing"],
  auto: ["Auto", "A second model answers in your place where it can tell"],
  dontAsk: ["Don't ask", "Refuses whatever is not allowed already"],
  bypassPermissions: ["Bypass permissions", "Runs everything that no rule forbids"],
};

const bypassSchema = z.object({
  permissions: z.object({
    allowDangerouslySkip: z.boolean().optional(),
    dangerouslySkip: z.boolean().optional(),
  }),
});

export function createOptions(host: FrontendHost, session: Session, link: Link) {
  let told = "";

  async function state(): Promise<SessionState> {
    const now = await current();
    told = JSON.stringify(now);
    return now;
  }

  async function current(): Promise<SessionState> {
    const modes = await modeState();
    const mode: SessionConfigOption[] = modes
      ? [
          {
            type: "select",
            id: "mode",
            name: "Mode",
            category: "mode",
            currentValue: modes.currentModeId,
            options: modes.availableModes.map(({ id, name, description }) => ({
              value: id,
              name,
              ...(description && { description }),
            })),
          },
        ]
      : [];
    return { ...(modes && { modes }), configOptions: [...mode, modelOption()] };
  }

  async function modeState(): Promise<SessionModeState | undefined> {
    const permissions = await link.services?.permissions?.();
    if (!permissions) return undefined;
    const currentModeId = permissions.mode(session);
    const offered = PERMISSION_MODES.filter(
      (mode) => mode !== "bypassPermissions" || mode === currentModeId || mayBypass(),
    );
    const availableModes = offered.map((id) => ({ id, name: MODES[id][0], description: MODES[id][1] }));
    return { currentModeId, availableModes };
  }

  /** The command line has offered it; that it may be entered is checked when it is. */
  function mayBypass(): boolean {
    const { data } = bypassSchema.safeParse(host.info.flagSettings);
    return Boolean(data?.permissions.allowDangerouslySkip || data?.permissions.dangerouslySkip);
  }

  /** Models by the short names that usable providers give them. A client may name any other by its id, as with /model. */
  function modelOption(): SessionConfigOption {
    const chosen = `${session.model.provider}/${session.model.id}`;
    const names = new Map([[chosen, chosen]]);
    for (const [provider, manifest] of providersOf(host)) {
      if (!isUsable(manifest, host)) continue;
      const { aliases = {}, defaultModel } = manifest;
      for (const [alias, id] of Object.entries(aliases)) names.set(`${provider}/${id}`, alias);
      const value = `${provider}/${defaultModel}`;
      if (defaultModel && !names.has(value)) names.set(value, value);
    }
    const options = [...names].map(([value, name]) => ({ value, name, description: value }));
    return { type: "select", id: "model", name: "Model", category: "model", currentValue: chosen, options };
  }

  async function setMode(id: string): Promise<Record<string, never>> {
    const permissions = await link.services?.permissions?.();
    const mode = PERMISSION_MODES.find((known) => known === id);
    if (!permissions || !mode) throw invalid(`There is no mode "${id}". Modes: ${PERMISSION_MODES.join(", ")}.`);
    await permissions.setMode(session, mode);
    await tellChanges();
    return {};
  }

  async function setOption(id: string, value: string | boolean): Promise<{ configOptions: SessionConfigOption[] }> {
    if (typeof value !== "string") throw invalid(`The option "${id}" takes the id of a value.`);
    if (id === "mode") await setMode(value);
    else if (id === "model") await session.setModel(value);
    else throw invalid(`There is no option "${id}". Options: mode, model.`);
    return { configOptions: (await state()).configOptions };
  }

  /** A command, a plugin or the end of planning may have changed what is chosen. */
  async function tellChanges(): Promise<void> {
    const before = told;
    const now = await state();
    if (told === before || before === "") return;
    if (now.modes) link.tell({ sessionUpdate: "current_mode_update", currentModeId: now.modes.currentModeId });
    link.tell({ sessionUpdate: "config_option_update", configOptions: now.configOptions });
  }

  return { state, setMode, setOption, tellChanges };
}
