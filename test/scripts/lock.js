// `npm run lock`: writes package-lock.json anew, whole. npm leaves holes for packages of other platforms that it could not
// look up, and `npm ci` then refuses the file; their names and the versions asked for say all that it needs.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./project.js";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

// Elsewhere, because an installation that is already there keeps npm from looking at other platforms.
const folder = mkdtempSync(join(tmpdir(), "gantry-lock-"));
copyFileSync(join(root, "package.json"), join(folder, "package.json"));
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"];
execFileSync("npm", ["install", "--package-lock-only", ...quiet], { cwd: folder, stdio: "inherit" });
const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
rmSync(folder, { recursive: true });

const filled = fillHoles(lock.packages);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(root, "package-lock.json"), `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json written; ${filled.length} packages of other platforms filled in`);

/** @returns {string[]} */
function fillHoles(/** @type {Record<string, any>} */ packages) {
  const holes = Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) => {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      const isExact = /^\d/.test(version);
      const found = places.map((place) => packages[place]?.version).find(Boolean);
      if (found && (found === version || !isExact)) return [];
      // Where another version already lies at the top, this one lies inside the package that asks for it.
      return [{ place: found ? places[0] : places[1], name, version, dev }];
    }),
  );
  for (const { place, name, version, dev } of holes) {
    packages[place] = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
  }
  return holes.map(({ name }) => name);
}

function platformOf(/** @type {string} */ name) {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = SYSTEMS.filter((one) => words.includes(one));
  const cpu = PROCESSORS.filter((one) => words.includes(one));
  return { ...(cpu.length && { cpu }), ...(os.length && { os }), ...(words.includes("musl") && { libc: ["musl"] }) };
}
