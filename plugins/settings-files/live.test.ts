import fs from "node:fs";
import { definePlugin, deny, type Notice, type SessionView, Settings, type SettingsChange, z } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, makeFolder, open, path, removeFolder, write } from "./fixtures/place.ts";
import { settingsFiles } from "./index.ts";
import { settingsFrom } from "./settings-files.ts";

const strings = z.array(z.string());

beforeEach(makeFolder);
afterEach(removeFolder);

/** The plugin, with what listeners and an open session hear. */
function listening(info: Parameters<typeof open>[0] = {}) {
  const opened = open(info);
  const heard: SettingsChange[] = [];
  const told: string[] = [];
  opened.settings.watch((change) => void heard.push(change));
  const session = { scope: { own: () => undefined }, notify: ({ text }: Notice) => void told.push(text) };
  opened.taps.sessionStart(session as unknown as SessionView);
  const deny = () => opened.settings.get("permissions.deny", strings);
  return { ...opened, heard, told, deny };
}

describe("a saved settings file", () => {
  it("counts from the next call on, and listeners are told once", () => {
    const { settings, call, heard, deny } = listening();
    expect(deny()).toBeUndefined();
    write("project", { permissions: { deny: ["Edit"] } });
    expect(deny()).toBeUndefined();
    expect(call()).toBeUndefined();
    expect(deny()).toEqual(["Edit"]);
    call();
    expect(heard).toEqual([{ layer: "project", source: path("project") }]);
    write("project", { permissions: { deny: ["Bash"] } });
    call();
    expect(deny()).toEqual(["Bash"]);
    fs.rmSync(path("project"));
    call();
    expect(settings.layers("permissions.deny", strings)).toEqual([]);
    expect(heard).toHaveLength(3);
  });

  it("counts from the next prompt on, too", () => {
    const { taps, deny } = listening();
    write("user", { permissions: { deny: ["Edit"] } });
    expect(taps.input()).toBeUndefined();
    expect(deny()).toEqual(["Edit"]);
  });

  it("is seen however it was saved: in place, by renaming, through a link, with its old time", () => {
    write("user", { permissions: { deny: ["One"] } });
    const old = new Date(1_000_000_000_000);
    fs.utimesSync(path("user"), old, old);
    const { call, deny } = listening();
    expect(deny()).toEqual(["One"]);

    write("user", { permissions: { deny: ["Two"] } });
    fs.utimesSync(path("user"), old, old);
    call();
    expect(deny()).toEqual(["Two"]);

    write("other", { permissions: { deny: ["Six"] } });
    fs.renameSync(path("other"), path("user"));
    call();
    expect(deny()).toEqual(["Six"]);

    write("other", { permissions: { deny: ["Ten"] } });
    fs.rmSync(path("user"));
    fs.symlinkSync(path("other"), path("user"));
    call();
    expect(deny()).toEqual(["Ten"]);
    write("other", { permissions: { deny: ["Off"] } });
    call();
    expect(deny()).toEqual(["Off"]);
  });

  it("is seen when it changes again within the same tick of the clock", () => {
    const { call, deny } = listening();
    for (let round = 0; round < 50; round++) {
      write("user", { permissions: { deny: [`R${round % 10}`] } });
      call();
      expect(deny()).toEqual([`R${round % 10}`]);
    }
  });

  it("that says the same is no change", () => {
    write("user", { model: "same" });
    const { call, heard } = listening();
    write("user", { model: "same" });
    call();
    expect(heard).toEqual([]);
  });

  it("of the administrator counts, and so do drop-ins that come, change and go", () => {
    write("user", { permissions: { allow: ["Mine"] } });
    const { settings, call, heard } = listening();
    const allow = () => settings.get("permissions.allow", strings);
    expect(allow()).toEqual(["Mine"]);
    write("managed/managed-settings.d/1.json", { allowManagedPermissionRulesOnly: true });
    call();
    expect(allow()).toBeUndefined();
    write("managed/managed-settings.d/1.json", { permissions: { allow: ["Theirs"] } });
    call();
    expect(allow()).toEqual(["Theirs", "Mine"]);
    fs.rmSync(path("managed/managed-settings.d/1.json"));
    call();
    expect(allow()).toEqual(["Mine"]);
    expect(heard.map(({ layer }) => layer)).toEqual(["managed", "managed", "managed"]);
  });

  it("that --settings names counts, and what it said holds when it is removed", () => {
    write("other", { permissions: { deny: ["One"] } });
    const { call, deny, told } = listening({ flagSettings: { settings: path("other") } });
    write("other", { permissions: { deny: ["Two"] } });
    call();
    expect(deny()).toEqual(["Two"]);
    fs.rmSync(path("other"));
    call();
    expect(deny()).toEqual(["Two"]);
    expect(told).toEqual([expect.stringContaining("What it said before stays in force")]);
  });
});

describe("a value that does not fit any more", () => {
  it("in the file of --settings is left out and told of, rather than stopping every call", () => {
    write("other", { model: "one", theme: "dark" });
    const { settings, call, told } = listening({ flagSettings: { settings: path("other") } });
    expect(settings.get("model", z.string())).toBe("one");
    write("other", { model: 5, theme: "dark" });
    call();
    expect(settings.get("model", z.string())).toBeUndefined();
    expect(settings.get("theme", z.string())).toBe("dark");
    expect(told).toEqual([expect.stringContaining('"model" does not count')]);
  });
});

describe("a file that is broken while running", () => {
  it.each(["managed", "project", "user"] as const)(
    "keeps what it said, and every open session is told (%s)",
    (where) => {
      write(where, { permissions: { deny: ["Edit"] } });
      const { call, deny, heard, told, problems } = listening();
      write(where, '{"permissions": {"deny": ["Ed');
      call();
      call();
      expect(deny()).toEqual(["Edit"]);
      expect(heard).toEqual([]);
      expect(told).toEqual([expect.stringMatching(/line 1, column 27.*What it said before stays in force/)]);
      expect(problems()).toEqual(told);

      write(where, { permissions: { deny: ["Edit"] } });
      call();
      expect([problems(), heard]).toEqual([[], []]);
      write(where, '{"permissions": {"deny": ["Ed');
      call();
      expect(told).toHaveLength(2);
    },
  );

  it("is emptied by an editor before it is written: nothing is loosened meanwhile", () => {
    write("user", { permissions: { deny: ["Edit"] } });
    const { call, deny } = listening();
    write("user", "");
    call();
    expect(deny()).toEqual(["Edit"]);
  });

  it("counts from when it is mended, if it never could be read before", () => {
    write("user", "{");
    const { call, deny, problems } = listening();
    call();
    expect(deny()).toBeUndefined();
    write("user", { permissions: { deny: ["Edit"] } });
    call();
    expect(deny()).toEqual(["Edit"]);
    expect(problems()).toEqual([]);
  });

  it("of the administrator, broken from the start, ends what it holds up when it is mended", () => {
    write("managed", "{");
    write("project", { model: "theirs" });
    const { settings, call } = listening();
    expect(settings.get("model", z.string())).toBeUndefined();
    write("managed", {});
    call();
    expect(settings.get("model", z.string())).toBe("theirs");
    expect(settings.layers("permissions.disableBypassPermissionsMode", z.unknown())).toEqual([]);
  });
});

describe("a listener", () => {
  it("can be taken back, hears new values, and does no harm when it fails", () => {
    const { settings, call, logged } = open();
    settings.get("model", z.string());
    const models: unknown[] = [];
    settings.watch(() => {
      throw new Error("no good");
    });
    const listener = () => void models.push(settings.get("model", z.string()));
    const ends = [settings.watch(listener), settings.watch(listener)];
    write("user", { model: "one" });
    call();
    ends[0]?.();
    write("user", { model: "two" });
    call();
    expect(models).toEqual(["one", "one", "two"]);
    expect(logged).toEqual(Array(2).fill("a listener of changed settings failed: no good"));
  });
});

describe("settings that are put while it runs", () => {
  it("count from the next call on, nearer than any file, and are replaced as a whole", () => {
    write("user", { permissions: { deny: ["Edit"] }, model: "one" });
    const { settings, call, heard, deny } = listening();
    expect(settings.get("model", z.string())).toBe("one");
    settings.put?.({ model: "two", permissions: { deny: ["Bash"] } });
    expect(settings.get("model", z.string())).toBe("one");
    call();
    expect([settings.get("model", z.string()), deny()]).toEqual(["two", ["Bash", "Edit"]]);
    expect(heard).toEqual([{ layer: "flag", source: "a request of this run" }]);
    settings.put?.({});
    call();
    expect([settings.get("model", z.string()), deny()]).toEqual(["one", ["Edit"]]);
  });

  it("loosen nothing that an administrator says, and are told of where they do not fit", () => {
    write("managed", { permissions: { disableBypassPermissionsMode: "disable" } });
    const { settings, call, told } = listening();
    settings.put?.({ permissions: { deny: "all of it", disableBypassPermissionsMode: "enable" } });
    call();
    expect(settings.get("permissions.disableBypassPermissionsMode", z.string())).toBe("disable");
    expect(settings.get("permissions.deny", strings)).toBeUndefined();
    expect(told.join()).toContain("permissions.deny");
  });
});

describe("in a session", () => {
  it("a denial that a tool has just saved stands before the next call", async () => {
    const saver = definePlugin({
      name: "saver",
      needs: { settings: Settings },
      tools: { Save: { description: "Save.", input: z.object({}), traits: { readOnly: true } } },
      taps: { toolGate: true },
      setup: ({ use }) => ({
        tools: {
          Save: () => {
            write("user", { permissions: { deny: ["Save"] } });
            return "saved";
          },
        },
        taps: {
          toolGate: () =>
            use.settings.get("permissions.deny", strings)?.includes("Save") ? deny("it is saved") : undefined,
        },
      }),
    });
    const kernel = await createTestKernel({
      cwd: at(),
      env: { HOME: at("home") },
      plugins: [saver, definePlugin(settingsFiles, settingsFrom(path("managed")))],
    });
    const save = { calls: [{ name: "Save", input: {} }] };
    kernel.model.push(save, save, { text: "Done." });
    const { results } = await kernel.run("go");
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "denied"]);
    await kernel.close();
  });
});
