import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Host, type HostOptions, openHost } from "gantry";
import { type Claim, definePlugin, Trust } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

let home: string;
let project: string;
const open: { close(): Promise<void> }[] = [];

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-trust-")));
  project = path.join(home, "work", "project");
  fs.mkdirSync(project, { recursive: true });
});
afterEach(async () => {
  for (const host of open.splice(0)) await host.close();
  fs.rmSync(home, { recursive: true, force: true });
});

function write(file: string, content: string) {
  const full = path.resolve(project, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, content);
  return full;
}

const stateFile = () => path.join(home, ".gantry", "trust.json");
const writeState = (content: unknown) => write(stateFile(), JSON.stringify(content));
const plugin = (name: string, more = "") =>
  `import { definePlugin } from "gantry/sdk"; ${more} export default definePlugin({ name: "${name}" });`;

async function start(options: HostOptions = {}) {
  const opened = await openHost({ cwd: project, env: { HOME: home, PATH: process.env.PATH }, ...options });
  open.push(opened);
  return opened;
}
const names = (host: Host) => host.report().plugins.map(({ name }) => name);
const asked = async (host: Host) =>
  (await host.untrusted()).claims.map(({ source, state }) => [path.basename(source), state]);
/** A host in which all that is there has been approved. */
async function trusted(options: HostOptions = {}) {
  const host = await start(options);
  while ((await host.untrusted()).claims.length) await host.trust();
  return host;
}

describe("a folder that nobody has trusted", () => {
  test("runs none of its code, and lists it by its bytes", async () => {
    const marker = path.join(home, "ran");
    const evil = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "x"); module.exports = {};`;
    const config = write("gantry.config.js", evil);
    const file = write(".gantry/plugins/evil.js", evil);
    const folder = path.dirname(write(".gantry/plugins/more/index.js", evil));
    const host = await start();
    expect(names(host)).toEqual([]);
    expect(host.info.isTrusted).toBe(false);
    const left = await host.untrusted();
    expect(left).toMatchObject({ isTrusted: false, isRemembered: true });
    const hash = createHash("sha256").update(`\0${evil.length}\0${evil}`).digest("hex");
    expect(left.claims).toEqual([
      {
        kind: "configuration",
        source: config,
        state: "new",
        text: `gantry.config.js: ${evil.length} bytes, SHA-256 ${hash}`,
      },
      { kind: "plugin", source: file, state: "new", text: `evil.js: ${evil.length} bytes, SHA-256 ${hash}` },
      {
        kind: "plugin",
        source: folder,
        state: "new",
        text: expect.stringMatching(/^more: \d+ bytes, SHA-256 [0-9a-f]{64}$/),
      },
    ]);
    expect(fs.existsSync(marker)).toBe(false);
  });

  test("asks for nothing when there is nothing", async () => {
    write("package.json", `{ "name": "x" }`);
    write("src/index.ts", "throw new Error('no')");
    expect((await (await start()).untrusted()).claims).toEqual([]);
  });

  test("takes effect once the person trusts it, and stays trusted, also for the folders below", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const first = await start();
    expect(names(first)).toEqual([]);
    await first.untrusted();
    await first.trust();
    expect(names(first)).toEqual(["mine"]);
    expect(first.info.isTrusted).toBe(true);
    expect(await asked(first)).toEqual([]);
    fs.mkdirSync(path.join(project, "below"));
    for (const cwd of [project, path.join(project, "below")]) expect(names(await start({ cwd }))).toEqual(["mine"]);
    expect(fs.statSync(stateFile()).mode & 0o777).toBe(0o600);
  });

  test("counts whole in a run that says so, and nothing of that is remembered", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    for (const options of [{ trust: true }, { env: { HOME: home, GANTRY_TRUST: "1" } }]) {
      const host = await start(options);
      expect(names(host)).toEqual(["mine"]);
      expect(await asked(host)).toEqual([]);
    }
    expect(fs.existsSync(stateFile())).toBe(false);
    expect(names(await start())).toEqual([]);
  });

  test("cannot vouch for itself", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const state = JSON.stringify({ folders: [project] });
    for (const file of [".gantry/trust.json", "trust.json", ".env"]) write(file, `${state}\nGANTRY_TRUST=1`);
    write(".git", `gitdir: ${path.join(home, "other", ".git")}`);
    writeState({ folders: [path.join(home, "other")] });
    expect(await asked(await start())).toEqual([["mine.ts", "new"]]);
  });

  test.each([
    ["because one whose name begins the same is", () => project.slice(0, -1)],
    ["because one that it only has a link to is", () => path.join(home, "link")],
    ["because the home folder stands in the list", () => home],
    ["because the root of the machine stands in the list", () => "/"],
    ["because a folder without a root stands in the list", () => "."],
  ])("is not trusted %s", async (_, folder) => {
    fs.symlinkSync(project, path.join(home, "link"));
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const host = await trusted();
    const { approved } = JSON.parse(fs.readFileSync(stateFile(), "utf8")).folders[project];
    writeState({ folders: { [folder()]: { isTrusted: true, approved } } });
    expect(names(host)).toEqual(["mine"]);
    expect(names(await start())).toEqual([]);
  });

  test("is the same folder by whatever link it is reached", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    await trusted();
    fs.symlinkSync(project, path.join(home, "link"));
    expect(names(await start({ cwd: path.join(home, "link") }))).toEqual(["mine"]);
  });
});

describe("what was approved", () => {
  test("counts no more once it has changed, with all that it may need, until that is approved", async () => {
    write("gantry.config.json", `{ "mine": {} }`);
    const mine = write(".gantry/plugins/mine.ts", plugin("mine", "/* one */"));
    write(".gantry/plugins/other.ts", plugin("other"));
    expect(names(await trusted())).toEqual(["mine", "other"]);
    write(mine, plugin("mine", "/* two */"));
    const host = await start();
    expect(names(host)).toEqual([]);
    expect(host.info.isTrusted).toBe(true);
    expect(await asked(host)).toEqual([["mine.ts", "changed"]]);
    await host.trust();
    expect(names(host)).toEqual(["mine", "other"]);
    write(mine, plugin("mine", "/* one */"));
    expect(names(await start())).toEqual(["mine", "other"]);
  });

  test("says nothing of what is new", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    await trusted();
    write(".gantry/plugins/new.ts", plugin("new"));
    expect(await asked(await start())).toEqual([["new.ts", "new"]]);
  });

  test("is what was shown, not what came in its place meanwhile", async () => {
    const mine = write(".gantry/plugins/mine.ts", plugin("mine"));
    const host = await start();
    await host.untrusted();
    write(mine, plugin("mine", `throw new Error("not what was shown");`));
    await host.trust();
    expect(names(host)).toEqual([]);
    expect(await asked(host)).toEqual([["mine.ts", "changed"]]);
  });

  test("of a folder with a plugin is each file in it", async () => {
    write(".gantry/plugins/mine/index.ts", plugin("mine"));
    const inner = write(".gantry/plugins/mine/lib/a.json", "1");
    await trusted();
    fs.renameSync(inner, path.join(path.dirname(inner), "b.json"));
    expect(await asked(await start())).toEqual([["mine", "changed"]]);
    fs.renameSync(path.join(path.dirname(inner), "b.json"), inner);
    expect(await asked(await start())).toEqual([]);
    fs.writeFileSync(inner, "2");
    expect(await asked(await start())).toEqual([["mine", "changed"]]);
  });

  test("of code is what it imports from the folder, too", async () => {
    write("gantry.config.ts", `import { plugins } from "./lib/plugins"; export default { plugins };`);
    const lib = write("lib/plugins.ts", "export const plugins: string[] = [];");
    await trusted();
    write(lib, "export const plugins: string[] = []; // and more");
    expect(await asked(await start())).toEqual([["gantry.config.ts", "changed"]]);
  });

  test("of a link is where it leads, and what lies there", async () => {
    const outside = write(path.join(home, "outside.ts"), plugin("mine"));
    fs.mkdirSync(path.join(project, ".gantry/plugins"), { recursive: true });
    fs.symlinkSync(outside, path.join(project, ".gantry/plugins/mine.ts"));
    const host = await trusted();
    expect(names(host)).toEqual(["mine"]);
    write(outside, plugin("mine", "/* changed */"));
    const [claim] = (await (await start()).untrusted()).claims;
    expect(claim).toMatchObject({ state: "changed", text: expect.stringContaining(`which leads to ${outside}`) });
  });

  test("of a package is what stands under the key, so that the rest may change", async () => {
    const named = (version: number, more = "") => `{ "version": "${version}", "gantry": { "plugins": []${more} } }`;
    write("package.json", named(1));
    const [claim] = (await (await start()).untrusted()).claims;
    expect(claim?.text).toBe('"gantry": {\n  "plugins": []\n}');
    await trusted();
    write("package.json", named(2));
    expect(await asked(await start())).toEqual([]);
    write("package.json", named(2, `, "preset": "usual"`));
    expect(await asked(await start())).toEqual([["package.json", "changed"]]);
  });

  test("of a configuration does not cover the plugins that it names", async () => {
    write("gantry.config.json", `{ "plugins": ["./tools/mine.ts"], "mine": {} }`);
    const mine = write("tools/mine.ts", plugin("mine"));
    const host = await start();
    expect(await asked(host)).toEqual([["gantry.config.json", "new"]]);
    await host.trust();
    expect(names(host)).toEqual([]);
    expect(await asked(host)).toEqual([["mine.ts", "new"]]);
    await host.trust();
    expect(names(host)).toEqual(["mine"]);
    write(mine, plugin("mine", "/* changed */"));
    const later = await start();
    expect([names(later), await asked(later)]).toEqual([[], [["mine.ts", "changed"]]]);
  });

  test("never includes what cannot be told by its content, and nothing waits for a pipe", async () => {
    const large = path.dirname(write(".gantry/plugins/large/index.ts", plugin("large")));
    for (let at = 0; at < 2_001; at++) fs.writeFileSync(path.join(large, `${at}.txt`), "");
    const circle = path.dirname(write(".gantry/plugins/circle/index.ts", plugin("circle")));
    for (const link of ["a", "b"]) fs.symlinkSync(circle, path.join(circle, link));
    execFileSync("mkfifo", [path.join(project, ".gantry/plugins/pipe.ts"), path.join(project, "package.json")]);
    fs.symlinkSync("/dev/zero", path.join(project, ".gantry/plugins/zero.ts"));
    fs.symlinkSync("absent", path.join(project, ".gantry/plugins/absent.ts"));
    const host = await start();
    const { claims } = await host.untrusted();
    expect(claims.map(({ problem }) => problem)).toEqual([
      expect.stringContaining("absent.ts"),
      expect.stringContaining("too many symbolic links"),
      expect.stringContaining("more than 2000 files"),
      expect.stringContaining("neither a file nor a folder"),
      expect.stringContaining("neither a file nor a folder"),
    ]);
    await host.trust();
    expect((await host.untrusted()).claims).toHaveLength(5);
    expect(JSON.parse(fs.readFileSync(stateFile(), "utf8")).folders[project].approved).toEqual([]);
  });
});

describe("the list of what is trusted", () => {
  test.each([
    ["no JSON", "{"],
    ["of another shape", `{ "folders": { "/": true } }`],
    ["a text", `"/"`],
  ])(
    "trusts nothing when it is %s, says so, and is kept beside when there is something to write",
    async (_, content) => {
      write(".gantry/plugins/mine.ts", plugin("mine"));
      write(stateFile(), content);
      const host = await start();
      expect(names(host)).toEqual([]);
      expect(host.notices).toEqual([
        { level: "warning", text: expect.stringContaining(`${stateFile()} cannot be read`) },
      ]);
      expect(fs.readFileSync(stateFile(), "utf8")).toBe(content);
      await host.trust();
      expect(fs.readFileSync(`${stateFile()}.broken`, "utf8")).toBe(content);
      expect(names(await start())).toEqual(["mine"]);
    },
  );

  test("of version 0.1 still trusts its folders, and what they ask for has to be seen", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    writeState({ folders: [project] });
    const host = await start();
    expect([host.info.isTrusted, await asked(host)]).toEqual([true, [["mine.ts", "new"]]]);
    await host.trust();
    expect(names(await start())).toEqual(["mine"]);
  });

  test("has no entry for the home folder or one that holds it, which can be trusted for a run alone", async () => {
    const claim: Claim = { kind: "hook", source: path.join(home, "x.json"), text: "run me" };
    for (const cwd of [home, path.dirname(home), "/"]) {
      const host = await start({ cwd, plugins: [asking(() => [claim])] });
      const left = await host.untrusted();
      expect(left).toMatchObject({ isRemembered: false, claims: [{ state: "new" }] });
      await host.trust();
      expect(host.info.isTrusted).toBe(true);
      expect((await host.untrusted()).claims).toEqual([]);
      expect(fs.existsSync(stateFile())).toBe(false);
    }
    expect((await start({ cwd: home })).info.isTrusted).toBe(false);
  });

  test("takes what several runs write", async () => {
    const other = path.join(home, "other");
    fs.mkdirSync(other);
    const [one, two] = [await start(), await start({ cwd: other })];
    await one.trust();
    await two.trust();
    expect((await (await start()).service(Trust))?.folders).toEqual([project, other]);
  });

  test("that cannot be written is a coded error, and the folder stays out", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const host = await start({ env: { HOME: home, GANTRY_HOME: "/dev/null/state" } });
    await expect(host.trust()).rejects.toMatchObject({ code: "GANTRY_STATE_UNWRITABLE" });
    expect(names(host)).toEqual([]);
  });
});

/** A plugin that lists claims. */
const asking = (list: () => readonly Claim[] | Promise<readonly Claim[]>) =>
  definePlugin({
    name: "asking",
    claims: { things: { description: "d" } },
    setup: () => ({ claims: { things: list } }),
  });

describe("what plugins find in the folder", () => {
  const hook = (text: string): Claim => ({ kind: "hook", source: "/w/settings.json", text });

  test("is asked about with the rest, and counts by its text, its source and its kind", async () => {
    const options = { plugins: [asking(() => [hook("a"), hook("b")])] };
    const trust = (await (await trusted(options)).service(Trust)) as Trust;
    expect([trust.approves(hook("a")), trust.approves(hook("a "))]).toEqual([true, false]);
    expect(trust.approves({ ...hook("a"), source: "/w/other.json" })).toBe(false);
    expect(trust.approves({ ...hook("a"), kind: "MCP server" })).toBe(false);
    expect(trust.approves({ ...hook("a"), problem: "It is too large." })).toBe(false);
    const later = await start({ plugins: [asking(() => [hook("a"), hook("c")])] });
    expect((await later.untrusted()).claims).toEqual([{ ...hook("c"), state: "changed" }]);
  });

  test("is told of and counts for nothing when it cannot be listed", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const host = await start({ plugins: [asking(() => Promise.reject(new Error("no list today")))] });
    for (let times = 0; times < 2; times++) expect(await asked(host)).toEqual([["mine.ts", "new"]]);
    expect(host.notices).toEqual([{ level: "warning", text: expect.stringMatching(/plugin asking .*no list today/) }]);
    expect(((await host.service(Trust)) as Trust).approves(hook("a"))).toBe(false);
  });

  test("is not waited for without end", async () => {
    const host = await start({ plugins: [asking(() => new Promise(() => undefined))] });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const left = host.untrusted();
      // Only once the list is asked for is there a timer.
      while (vi.getTimerCount() === 0) await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await left).claims).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
    expect(host.notices[0]?.text).toContain("GANTRY_CLAIMS_SLOW");
  });

  test("may be approved by a plugin that the person has answered, and nothing else with it", async () => {
    write(".gantry/plugins/mine.ts", plugin("mine"));
    const options = { plugins: [asking(() => [hook("a"), hook("b")])] };
    const host = await start(options);
    ((await host.service(Trust)) as Trust).approve([hook("a")]);
    const later = await start(options);
    const trust = (await later.service(Trust)) as Trust;
    expect((await trust.review()).map(({ text, state }) => [text.slice(0, 7), state])).toEqual([
      ["mine.ts", "new"],
      ["a", "approved"],
      ["b", "new"],
    ]);
    expect([later.info.isTrusted, names(later), trust.folders]).toEqual([false, ["asking"], []]);
  });

  test("is forgotten with the folder", async () => {
    const options = { plugins: [asking(() => [hook("a")])] };
    const trust = (await (await trusted(options)).service(Trust)) as Trust;
    expect([trust.forget(project), trust.forget(project)]).toEqual([true, false]);
    const later = await start(options);
    expect([later.info.isTrusted, await asked(later)]).toEqual([false, [["settings.json", "new"]]]);
  });
});

describe("on the way to the person's own configuration", () => {
  const steering = (marker: string) =>
    `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "x"); module.exports = {};`;

  test("nothing that the working folder says of configuration files is read or run", async () => {
    const marker = path.join(home, "ran");
    write(path.join(home, ".gantry/config.yaml"), "plugins: []\n");
    for (const name of ["config.js", "config.cjs", "config.mjs", "config.ts"])
      write(`.config/${name}`, steering(marker));
    write(".config/config.json", "{ broken");
    write("package.json", `{ "cosmiconfig": { "loaders": {} } }`);
    const before = process.cwd;
    process.cwd = () => project;
    try {
      await start();
    } finally {
      process.cwd = before;
    }
    expect(fs.existsSync(marker)).toBe(false);
  });

  test("what the folder holds as compiled code of a plugin is not taken for it", async () => {
    const cache = path.join(project, "node_modules/.cache/jiti");
    fs.mkdirSync(cache, { recursive: true });
    write("gantry.config.ts", "export default { plugins: [] as string[] };");
    await trusted();
    expect(fs.readdirSync(cache)).toEqual([]);
    expect(fs.readdirSync(path.join(home, ".gantry/cache/modules"))).toHaveLength(1);
  });
});
