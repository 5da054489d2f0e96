import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { openHost } from "../../dist/index.js";
import { catalogue } from "../../dist/plugins.js";
import { Mentions } from "../../dist/sdk.js";
import { row } from "./measure.js";

const FILES = 100_000;
const FOLDERS = 1_000;
/** What somebody types, letter by letter, and what has letters of all over the path. */
const TYPED = ["s", "se", "ser", "serv", "serve", "server", "server9", "fldsrv77", "component", "zzqx", "f1 9"];

/** How long the first suggestions take among a hundred thousand files, and how long nobody else gets a turn. */
export async function mentions() {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const cwd = join(home, "project");
  plant(cwd);
  const host = await openHost({
    cwd,
    env: { PATH: process.env.PATH, HOME: home },
    useFiles: false,
    catalogue,
    defaults: [{ from: "the bench", values: { preset: "default" } }],
  });
  const session = await host.open({ isInteractive: true });
  const service = await host.service(Mentions);
  const delay = monitorEventLoopDelay({ resolution: 1 });

  delay.enable();
  const began = performance.now();
  const listed = await asked(service, session, "server");
  const whole = performance.now() - began;
  const blockedWhileListing = delay.max / 1e6;
  delay.reset();
  const times = [];
  for (let round = 0; round < 5; round++) {
    for (const query of TYPED) times.push((await asked(service, session, query)).firstMs);
  }
  delay.disable();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  await session.close();
  await host.close();
  rmSync(home, { recursive: true, force: true });
  return [
    row(`@ in ${FILES} files: first suggestion while they are listed`, listed.foundMs),
    row(`@ in ${FILES} files: all are listed`, whole),
    row(`@ in ${FILES} files: longest block while listing`, blockedWhileListing),
    row(`@ in ${FILES} files: first list, p50`, at(0.5)),
    row(`@ in ${FILES} files: first list, the slowest`, at(1)),
    row(`@ in ${FILES} files: longest block while searching`, delay.max / 1e6),
  ];
}

async function asked(service, session, query) {
  const began = performance.now();
  let firstMs;
  let foundMs;
  for await (const list of service.suggest(query, session, new AbortController().signal)) {
    firstMs ??= performance.now() - began;
    if (list.length) foundMs ??= performance.now() - began;
  }
  return { firstMs, foundMs: foundMs ?? firstMs };
}

function plant(cwd) {
  const kinds = ["server", "client", "component", "helper", "index"];
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(cwd, "packages", `folder-${folder % 40}`, `part-${folder}`, "src");
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FILES / FOLDERS; file++) {
      writeFileSync(join(path, `${kinds[file % kinds.length]}-${folder}-${file}.ts`), "");
    }
  }
}
