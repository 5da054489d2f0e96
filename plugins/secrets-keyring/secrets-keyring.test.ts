import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, Secrets } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import secretsKeyring from "./index.ts";

const ring = vi.hoisted(() => ({ secret: undefined as string | undefined, problem: undefined as string | undefined }));
vi.mock("@napi-rs/keyring", () => ({
  AsyncEntry: class {
    async getPassword() {
      if (ring.problem) throw new Error(ring.problem);
      return ring.secret;
    }
    async setPassword(secret: string) {
      ring.secret = secret;
    }
  },
}));

const WITH_KEYRING = { DBUS_SESSION_BUS_ADDRESS: "unix:path=none" };

async function secretsIn(folder: string, env: Record<string, string> = {}, keyring?: "never"): Promise<Secrets> {
  let held: Secrets | undefined;
  const holder = definePlugin({
    name: "holder",
    needs: { secrets: Secrets },
    setup: ({ use }) => {
      held = use.secrets;
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const kernel = await createTestKernel({
    plugins: [secretsKeyring, holder],
    env: { GANTRY_HOME: folder, ...env },
    ...(keyring && { config: { "secrets-keyring": { keyring } } }),
  });
  onTestFinished(() => kernel.close());
  return held as Secrets;
}

function folder(): string {
  ring.secret = undefined;
  ring.problem = undefined;
  const path = fs.mkdtempSync(join(tmpdir(), "gantry-secrets-"));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

const everything = (path: string) =>
  fs
    .readdirSync(path)
    .map((name) => fs.readFileSync(join(path, name), "utf8"))
    .join("\n");

describe("A secret", () => {
  test("is there for the next run, and nowhere in the clear", async () => {
    const home = folder();
    await (await secretsIn(home, WITH_KEYRING)).set("weather", "the token of Oslo");
    expect(await (await secretsIn(home, WITH_KEYRING)).get("weather")).toBe("the token of Oslo");
    expect(everything(home)).not.toContain("Oslo");
  });

  test("is sealed by a key that only the keyring has", async () => {
    const home = folder();
    const secrets = await secretsIn(home, WITH_KEYRING);
    await secrets.set("weather", "rain");
    expect((await secrets.place()).kind).toBe("keyring");
    expect(fs.readdirSync(home)).toEqual(["secrets.json"]);
    ring.secret = Buffer.alloc(32, 1).toString("base64");
    expect(await (await secretsIn(home, WITH_KEYRING)).get("weather")).toBeUndefined();
  });

  test("is sealed by a key beside it where no keyring is, and the person can be told", async () => {
    const home = folder();
    const secrets = await secretsIn(home, {}, "never");
    await secrets.set("weather", "rain");
    expect(await secrets.get("weather")).toBe("rain");
    expect(await secrets.place()).toMatchObject({
      kind: "file",
      text: expect.stringMatching(/its key lies beside it/),
    });
    for (const name of ["secrets.json", "secrets.key"]) expect(fs.statSync(join(home, name)).mode & 0o077).toBe(0);
  });

  test("goes to the file when the keyring fails, and one sealed before is out of reach, not lost", async () => {
    const home = folder();
    await (await secretsIn(home, WITH_KEYRING)).set("weather", "rain");
    ring.problem = "locked";
    const locked = await secretsIn(home, WITH_KEYRING);
    expect(await locked.get("weather")).toBeUndefined();
    await locked.set("tides", "noon");
    expect(await locked.get("tides")).toBe("noon");
    ring.problem = undefined;
    const open = await secretsIn(home, WITH_KEYRING);
    expect([await open.get("weather"), await open.get("tides")]).toEqual(["rain", "noon"]);
  });

  test("can be sealed with a passphrase, and opened with no other", async () => {
    const home = folder();
    await (await secretsIn(home, { GANTRY_SECRETS_PASSPHRASE: "correct horse" })).set("weather", "rain");
    expect(await (await secretsIn(home, { GANTRY_SECRETS_PASSPHRASE: "correct horse" })).get("weather")).toBe("rain");
    expect(await (await secretsIn(home, { GANTRY_SECRETS_PASSPHRASE: "battery" })).get("weather")).toBeUndefined();
    expect(await (await secretsIn(home)).get("weather")).toBeUndefined();
  });

  test("under another's name is not opened", async () => {
    const home = folder();
    const secrets = await secretsIn(home, {}, "never");
    await secrets.set("weather", "rain");
    const file = join(home, "secrets.json");
    const all = JSON.parse(fs.readFileSync(file, "utf8"));
    fs.writeFileSync(file, JSON.stringify({ tides: all.weather }));
    expect(await secrets.get("tides")).toBeUndefined();
  });

  test("can be forgotten", async () => {
    const home = folder();
    const secrets = await secretsIn(home, {}, "never");
    await secrets.set("weather", "rain");
    expect([await secrets.remove("weather"), await secrets.remove("weather")]).toEqual([true, false]);
    expect(await secrets.get("weather")).toBeUndefined();
  });

  test("that cannot be kept is an error that does not show it", async () => {
    const home = folder();
    fs.writeFileSync(join(home, "secrets.json"), "{ this is no JSON");
    const secrets = await secretsIn(home, {}, "never");
    expect(await secrets.get("weather")).toBeUndefined();
    const thrown = await secrets.set("weather", "the token of Oslo").catch((error) => error);
    expect(thrown).toMatchObject({ code: "GANTRY_SECRETS_UNSAVED" });
    expect(String(thrown)).not.toContain("Oslo");
  });
});
