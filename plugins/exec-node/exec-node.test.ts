import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exec, HostInfo, Scope } from "gantry/sdk";
import { execConformance } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import setup from "./exec-node.ts";

const PATH = process.env.PATH as string;
let folder: string;
let disposers: (() => unknown)[];
let logged: string[];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "exec-node-")));
  disposers = [];
  logged = [];
});
afterEach(async () => {
  await closeHost();
  await rm(folder, { recursive: true, force: true });
});

async function closeHost() {
  for (const dispose of disposers.splice(0).reverse()) await dispose();
}

async function open(
  env: Record<string, string> = { PATH },
  more: { passEnv?: string[]; isTrusted?: boolean; cwd?: string; settings?: { env: object } } = {},
) {
  const { cwd = folder, isTrusted = true } = more;
  const host = { cwd, folders: [], home: "/nowhere/home", env, isTrusted } as unknown as HostInfo;
  const scope: Pick<Scope, "own"> = {
    own(thing) {
      disposers.push(() => (typeof thing === "function" ? thing() : thing.dispose()));
      return thing;
    },
  };
  const context = {
    config: { passEnv: more.passEnv ?? [] },
    host,
    scope,
    use: { settings: more.settings && { get: () => more.settings?.env } },
    log: (text: string) => logged.push(text),
  };
  const { services } = await setup(context as unknown as Parameters<typeof setup>[0]);
  return services.exec;
}

async function environmentOf(exec: Exec, env: Record<string, string> = {}) {
  const { stdout } = await exec.run({ file: "/usr/bin/env", args: [], cwd: folder, env });
  return Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

describe("exec-node", () => {
  for (const check of execConformance) it(check.name, async () => check.run(await open()));

  it("tells a missing folder from a missing program", async () => {
    const exec = await open();
    await expect(exec.start({ file: "/bin/sh", args: [], cwd: join(folder, "gone") })).rejects.toMatchObject({
      code: "GANTRY_EXEC_FAILED",
      message: expect.stringContaining(join(folder, "gone")),
    });
  });

  it("rejects a file that is no program", async () => {
    await writeFile(join(folder, "text"), "hello");
    const exec = await open();
    await expect(exec.start({ file: join(folder, "text"), args: [], cwd: folder })).rejects.toMatchObject({
      code: "GANTRY_EXEC_DENIED",
    });
  });

  it("rejects arguments that no program can get", async () => {
    const exec = await open();
    await expect(exec.start({ file: "/bin/sh", args: ["a\0b"], cwd: folder })).rejects.toMatchObject({
      code: "GANTRY_EXEC_FAILED",
    });
  });

  it("does not start what is already cancelled", async () => {
    const exec = await open();
    const spec = { file: "/bin/sh", args: ["-c", "touch ran"], cwd: folder, signal: AbortSignal.abort() };
    await expect(exec.start(spec)).rejects.toMatchObject({ code: "GANTRY_EXEC_FAILED" });
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("survives a listener that throws, and says so", async () => {
    const exec = await open();
    const result = await exec.run({
      file: "/bin/echo",
      args: ["hello"],
      cwd: folder,
      onOutput: () => {
        throw new Error("deaf");
      },
    });
    expect(result.stdout).toBe("hello\n");
    expect(logged.join()).toContain("deaf");
  });

  it("survives a program that does not read its input", async () => {
    const exec = await open();
    const result = await exec.run({ file: "/bin/true", args: [], cwd: folder, input: "x".repeat(1 << 20) });
    expect(result.exitCode).toBe(0);
  });
});

describe("the environment of programs", () => {
  it("has no secret of the host", async () => {
    const secrets = {
      ANTHROPIC_API_KEY: "1",
      ANTHROPIC_BASE_URL: "1",
      OPENAI_ORG_ID: "1",
      AWS_ACCESS_KEY_ID: "1",
      AWS_SECRET_ACCESS_KEY: "1",
      AWS_SESSION_TOKEN: "1",
      CLAUDE_CODE_OAUTH_TOKEN: "1",
      GITHUB_TOKEN: "1",
      npm_config_authtoken: "1",
      STRIPE_SECRET: "1",
      DB_PASSWORD: "1",
      OTEL_EXPORTER_OTLP_HEADERS: "1",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "1",
      GOOGLE_APPLICATION_CREDENTIALS: "1",
    };
    const plain = { HOME: "/home/me", AWS_REGION: "eu-1", SSH_AUTH_SOCK: "/s", TOKENIZERS_PARALLELISM: "1" };
    const seen = await environmentOf(await open({ PATH, ...secrets, ...plain }));
    expect(seen).toMatchObject(plain);
    for (const name of Object.keys(secrets).filter((one) => one !== "npm_config_authtoken")) {
      expect(seen, name).not.toHaveProperty(name);
    }
  });

  it("keeps the secrets that the person names, and those a caller adds", async () => {
    const exec = await open({ PATH, GH_TOKEN: "gh", NPM_TOKEN: "npm" }, { passEnv: ["GH_TOKEN"] });
    const seen = await environmentOf(exec, { SERVER_API_KEY: "mine" });
    expect(seen).toMatchObject({ GH_TOKEN: "gh", SERVER_API_KEY: "mine" });
    expect(seen).not.toHaveProperty("NPM_TOKEN");
  });

  it("gives programs what the settings say of their environment, as it stands now, but no secrets of it", async () => {
    const settings: { env: object } = { env: { NODE_ENV: "test", OPENAI_API_KEY: "k", BASH_ENV: "x", HOME: "/h" } };
    const exec = await open({ PATH, HOME: "/home/me" }, { settings });
    const seen = await environmentOf(exec, { HOME: "/mine" });
    expect(seen).toMatchObject({ PATH, NODE_ENV: "test", HOME: "/mine" });
    expect(seen).not.toHaveProperty("OPENAI_API_KEY");
    expect(seen).not.toHaveProperty("BASH_ENV");
    settings.env = { NODE_ENV: "later" };
    expect(await environmentOf(exec)).toMatchObject({ NODE_ENV: "later", HOME: "/home/me" });
  });

  it("has nothing that steers a shell", async () => {
    const seen = await environmentOf(
      await open({
        PATH,
        BASH_ENV: "x",
        CDPATH: "/",
        "BASH_FUNC_ls%%": "() { id; }",
        LD_AUDIT: "",
        IFS: "x",
      }),
    );
    expect(Object.keys(seen).filter((name) => /BASH|CDPATH|LD_|IFS/.test(name))).toEqual([]);
  });

  it("has a PATH of absolute folders only", async () => {
    const seen = await environmentOf(await open({ PATH: `:.:bin:../x:${PATH}:` }));
    expect(seen.PATH).toBe(PATH);
  });

  it("never finds a program by name in the workspace", async () => {
    const bin = join(folder, "node_modules/.bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "planted-tool"), "#!/bin/sh\necho planted");
    await chmod(join(bin, "planted-tool"), 0o755);
    const spec = { file: "planted-tool", args: [], cwd: folder };
    const trusted = await open({ PATH: `${bin}:${PATH}` });
    await expect(trusted.start(spec)).rejects.toMatchObject({ code: "GANTRY_EXEC_ABSENT" });
    expect((await environmentOf(trusted)).PATH).toBe(`${bin}:${PATH}`);
    const untrusted = await open({ PATH: `${bin}:${PATH}` }, { isTrusted: false });
    expect((await environmentOf(untrusted)).PATH).toBe(PATH);
  });

  it("never finds one in the repository that the folder lies in, nor through a link into it", async () => {
    const [bin, cwd, link] = [
      join(folder, "node_modules/.bin"),
      join(folder, "packages/shop"),
      join(folder, "../link"),
    ];
    for (const made of [bin, cwd, join(folder, ".git")]) await mkdir(made, { recursive: true });
    await writeFile(join(bin, "planted-tool"), "#!/bin/sh\necho planted");
    await chmod(join(bin, "planted-tool"), 0o755);
    const outside = `${link}-${process.pid}`;
    await symlink(bin, outside);
    try {
      const exec = await open({ PATH: `${bin}:${outside}:${PATH}` }, { isTrusted: false, cwd });
      await expect(exec.start({ file: "planted-tool", args: [], cwd })).rejects.toMatchObject({
        code: "GANTRY_EXEC_ABSENT",
      });
      expect((await environmentOf(exec)).PATH).toBe(PATH);
    } finally {
      await rm(outside);
    }
  });
});

describe("the end of the host", () => {
  it("ends every program with all it started, even what ignores TERM", async () => {
    const exec = await open();
    const heard: string[] = [];
    const child = await new Promise<Awaited<ReturnType<Exec["start"]>>>((resolve) => {
      const starting = exec.start({
        file: "/bin/sh",
        args: ["-c", "trap '' TERM; (sleep 600) & echo ready; wait; sleep 600"],
        cwd: folder,
        onOutput(chunk) {
          heard.push(Buffer.from(chunk).toString());
          resolve(starting);
        },
      });
    });
    expect(heard).toEqual(["ready\n"]);
    await closeHost();
    expect(await child.exited).toMatchObject({ signal: "SIGKILL", isKilled: false });
  });
});
