/** What lies in files, read anew for the program at the other end. */
import { type Session, z } from "gantry/sdk";
import { commandLine } from "gantry/sdk/kit/command-lines";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";
import { statusOf } from "./servers.ts";

const RELOAD = "reload-skills";

/** Skills and commands, with what each is called by. */
export async function reloadSkills(kit: Kit): Promise<object> {
  const opened = await kit.session();
  if (!(await lookAnew(kit, opened))) throw new Error("No plugin reads skills here.");
  const names = new Set(((await (await kit.use.skills?.())?.list(opened)) ?? []).map(({ name }) => name));
  const skills = kit.use.commands.list(opened).filter(({ name }) => names.has(name));
  return { skills: skills.map(commandLine) };
}

/**
 * What plugins of the field consist of: commands, skills, hooks, servers. Gantry's own plugins stay as they are: what the application has
 * put into this run, hooks that forbid among it, hangs on them.
 */
export async function reloadPlugins(kit: Kit, request: unknown): Promise<object> {
  const { add_plugins, refuse_if_busy } = read(reloadSchema(), request);
  if (add_plugins?.length) throw new Error("Plugins of other hosts cannot be loaded yet, so nothing was read anew.");
  const opened = await kit.session();
  if (refuse_if_busy && kit.wishes.isBusy) throw new Error("A turn is running: ask again when it has ended.");
  (await kit.use.settings?.())?.refresh?.();
  await lookAnew(kit, opened);
  const hasServers = (await kit.use.mcp?.()) !== undefined;
  return {
    commands: kit.use.commands.list(opened).map(commandLine),
    agents: [],
    plugins: [],
    ...(hasServers ? await statusOf(kit) : { mcpServers: [] }),
    error_count: 0,
  };
}

/** Whether there is somebody who looks. */
export async function lookAnew({ use }: Kit, opened: Session): Promise<boolean> {
  if (!use.commands.list(opened).some(({ name }) => name === RELOAD)) return false;
  await use.commands.run(opened, RELOAD, "");
  return true;
}

function reloadSchema() {
  return z.looseObject({
    add_plugins: z.array(z.unknown()).nullish(),
    refuse_if_busy: z.boolean().nullish(),
  });
}
