/** Settings that the program at the other end keeps for later sessions. */
import { join } from "node:path";
import { EFFORTS, type HostInfo, z } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

/** What a file says decides what runs and what is allowed, so that only keys are written that do neither. */
export async function updateSettings(kit: Kit, request: unknown): Promise<object> {
  const { source, settings } = read(requestSchema(), request);
  const name = source === "localSettings" ? "local" : "user";
  const { host } = kit;
  const { settingSources } = host.flagSettings;
  const isRead = settingSources === undefined || String(settingSources).split(",").map(trimmed).includes(name);
  if (!isRead) throw new Error(`--setting-sources leaves out the ${name} settings, so nothing was written.`);
  if (source === "localSettings") await keepStyle(kit, read(styleSchema(), settings).outputStyle);
  else await keepEffort(host, read(effortSchema(), settings).effortLevel);
  return {};
}

async function keepStyle({ host, session, use }: Kit, outputStyle: string): Promise<void> {
  if (!host.isTrusted)
    throw new Error("Settings of a folder that is not trusted are not read, so nothing was written.");
  const styles = await use.styles?.();
  const names = (await styles?.names()) ?? [];
  if (!styles || !names.includes(outputStyle)) {
    throw new Error(`There is no output style ${JSON.stringify(outputStyle)}. Styles: ${names.join(", ")}.`);
  }
  const file = join(host.cwd, ".claude", "settings.local.json");
  await writeSettings(file, (current) => ({ ...current, outputStyle }), { within: host.cwd });
  const opened = await session();
  const said = await use.commands.run(opened, "output-style", outputStyle);
  if (styles.nameIn(opened) !== outputStyle) throw new Error(`It is kept, and this session goes on as it was: ${said}`);
}

/** For every model: Gantry has one level for all. */
async function keepEffort({ claudeFolder }: HostInfo, effortLevel: string): Promise<void> {
  await writeSettings(join(claudeFolder, "settings.json"), (current) => ({ ...current, effortLevel }));
}

function trimmed(text: string): string {
  return text.trim();
}

function requestSchema() {
  return z.looseObject({
    source: z.enum(["localSettings", "userSettings"]),
    settings: z.record(z.string(), z.unknown()),
  });
}

function styleSchema() {
  return z.strictObject({ outputStyle: z.string().min(1) });
}

/** The highest level is for one session at a time. */
function effortSchema() {
  return z.strictObject({ effortLevel: z.enum(EFFORTS).exclude(["max"]) });
}
