/**
 * Keeps compiled code between starts where Node does not do so itself, before 22.1: a quarter of a start is compiling. What is
 * kept lies in the person's own folder, by the name of the file, which holds a hash of its content; V8 refuses what another
 * version of it has written.
 */
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import vm from "node:vm";
import { makeFolders } from "gantry/sdk/kit/folders";

/** How long compiled code is kept: ninety days, in milliseconds. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

interface Loaded {
  exports: unknown;
}

/** Loads a CommonJS file of the program and what it requires. */
export function loadCached(entry: string): unknown {
  const folder = cacheFolder();
  const outside = module.createRequire(entry);
  const loaded = new Map<string, Loaded>();
  const missed = new Map<string, vm.Script>();
  if (folder) process.on("exit", () => keep(missed, folder));
  return load(entry).exports;

  function load(file: string): Loaded {
    const known = loaded.get(file);
    if (known) return known;
    const made: Loaded = { exports: {} };
    loaded.set(file, made);
    const inside = (id: string) => (id.startsWith(".") ? load(path.join(path.dirname(file), id)).exports : outside(id));
    const run = compile(file).runInThisContext();
    run.call(made.exports, made.exports, inside, made, file, path.dirname(file));
    return made;
  }

  function compile(file: string): vm.Script {
    // The entry alone has no hash in its name.
    const isKept = folder !== undefined && file !== entry;
    const cachedData = isKept ? readIfThere(path.join(folder, path.basename(file))) : undefined;
    const script = new vm.Script(module.wrap(fs.readFileSync(file, "latin1")), {
      filename: file,
      ...(cachedData && { cachedData }),
    });
    if (isKept && (!cachedData || script.cachedDataRejected)) missed.set(path.basename(file), script);
    return script;
  }
}

function cacheFolder(): string | undefined {
  const { GANTRY_HOME, HOME = "" } = process.env;
  const state = GANTRY_HOME || path.join(HOME, ".gantry");
  return path.isAbsolute(state) ? path.join(state, "cache", `code-${process.version}-${process.arch}`) : undefined;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

/** After the run, so that what was compiled on the way is kept too. Where nothing can be written, the next start compiles again. */
function keep(missed: ReadonlyMap<string, vm.Script>, folder: string): void {
  try {
    if (!missed.size) return;
    makeFolders(folder, 0o700);
    sweep(folder);
    for (const [name, script] of missed) {
      const temporary = path.join(folder, `${name}.${process.pid}`);
      fs.writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
      fs.renameSync(temporary, path.join(folder, name));
    }
  } catch {
    // A start that is not quicker is no error.
  }
}

/** What earlier versions have left. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (Date.now() - fs.statSync(file).mtimeMs > KEPT_MS) fs.rmSync(file);
  }
}
