import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHost } from "../../dist/index.js";
import { median, row } from "./measure.js";

const PLUGINS = 1_000;

/** Opening a host whose configuration names a thousand plugins, each a file of its own. */
export async function boot() {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const names = Array.from({ length: PLUGINS }, (_, index) => `plugin-${index}`);
  for (const name of names) {
    mkdirSync(join(folder, "plugins"), { recursive: true });
    writeFileSync(
      join(folder, "plugins", `${name}.mjs`),
      `import { definePlugin } from "gantry/sdk";
export default definePlugin({
  name: "${name}",
  commands: { "${name}": { description: "Says its name." } },
  setup: () => ({ commands: { "${name}": () => "${name}" }, taps: { preTool: (call) => call } }),
});
`,
    );
  }
  writeFileSync(
    join(folder, "gantry.config.json"),
    JSON.stringify({ plugins: names.map((name) => `./plugins/${name}.mjs`) }),
  );
  const env = { PATH: process.env.PATH, HOME: join(folder, "home") };
  const open = async () => {
    const host = await openHost({ cwd: folder, env, trust: true });
    if (host.generation.commands.size !== PLUGINS) throw new Error(`${host.generation.commands.size} commands`);
    await host.close();
  };
  try {
    return [row(`a host with ${PLUGINS} plugins from one configuration, opened and closed`, await median(1, open))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
