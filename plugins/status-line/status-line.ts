import { type SessionView, type Setup, z } from "gantry/sdk";
import { factsOf } from "./facts.ts";
import type { statusLine } from "./index.ts";
import { toned } from "./toned.ts";

const settingSchema = z.object({
  type: z.literal("command"),
  command: z.string().min(1),
  padding: z.number().int().min(0).max(40).optional(),
});

/** A folder must not have a program run by being opened, trusted or not: it is the person's own line. */
const LAYERS: ReadonlySet<string> = new Set(["managed", "flag", "user"]);
const TIMEOUT_MS = 4000;
const MOST_BYTES = 20_000;
const MOST_LINES = 5;

const setup: Setup<typeof statusLine> = ({ use, host }) => {
  const started = Date.now();
  let running: AbortController | undefined;

  function wanted() {
    return use.settings.layers("statusLine", settingSchema).find(({ layer }) => LAYERS.has(layer))?.value;
  }

  async function written(session: SessionView, command: string): Promise<string | undefined> {
    // A newer one is about newer facts.
    running?.abort();
    const own = new AbortController();
    running = own;
    const mode = (await use.keymap?.())?.mode();
    const facts = await factsOf(session, { ...use, mode, version: host.version, started });
    const { exitCode, stdout, isTimedOut } = await use.exec.run({
      ...shell(command),
      cwd: session.cwd,
      input: JSON.stringify(facts),
      signal: AbortSignal.any([own.signal, session.scope.signal]),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MOST_BYTES,
    });
    return exitCode === 0 && !isTimedOut ? stdout : undefined;
  }

  return {
    statusItems: {
      async command(session) {
        const setting = wanted();
        if (!setting) return undefined;
        const text = await written(session, setting.command).catch(() => undefined);
        const lines = text?.trimEnd().split("\n").slice(0, MOST_LINES) ?? [];
        if (lines.join("") === "") return undefined;
        const padding = " ".repeat(setting.padding ?? 0);
        return toned(lines.map((line) => padding + line).join("\n"));
      },
    },
  };
};

export default setup;

function shell(command: string) {
  return process.platform === "win32"
    ? { file: "cmd.exe", args: ["/d", "/s", "/c", command] }
    : { file: "/bin/sh", args: ["-c", command] };
}
