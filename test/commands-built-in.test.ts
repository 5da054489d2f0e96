import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Commands, definePlugin } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { expect, it } from "vitest";
import commandCore from "../plugins/command-core/index.ts";
import commandModel from "../plugins/command-model/index.ts";
import commandPermissions from "../plugins/command-permissions/index.ts";
import commandSettings from "../plugins/command-settings/index.ts";
import { catalogue } from "../plugins/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";

/** What a manifest is read with at every start is kept short. */
const LONGEST_HELP = 300;

const all = Object.values(catalogue.plugins).flatMap(({ manifest }) =>
  Object.entries(manifest.commands ?? {}).map(([name, command]) => ({ name, ...command })),
);

it("no two built-in commands share a name or another name", () => {
  const names = all.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

it("every built-in command says what it does, in one line without a full stop, and its help is short", () => {
  expect(all.filter(({ description }) => !/^[A-Z][^\n]*[^.\s]$/.test(description))).toEqual([]);
  expect(all.filter(({ help = "" }) => help.length > LONGEST_HELP).map(({ name }) => name)).toEqual([]);
});

it("what can be typed behind a command is offered while it is typed", async () => {
  const seen: Record<string, readonly string[]> = {};
  const asking = definePlugin({
    name: "asking",
    needs: { commands: Commands },
    setup: ({ use }) => ({
      taps: {
        input: async (_, { session }) => {
          for (const typed of TYPED) {
            const [, name = "", args = ""] = /^(\S+) (.*)$/.exec(typed) ?? [];
            seen[typed] = (await use.commands.complete(session, name, args)).map((one) => one.args);
          }
        },
      },
    }),
  });
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "gantry-complete-")));
  for (const folder of ["sources", "sinks", ".hidden"]) mkdirSync(join(cwd, folder));
  const plugins = [settingsFiles, commandCore, commandModel, commandSettings, commandPermissions, asking];
  const kernel = await createTestKernel({ plugins, cwd, settings: { permissions: { deny: ["Read(./.env)"] } } });
  await kernel.run("hello");
  await kernel.close();
  rmSync(cwd, { recursive: true });
  expect(seen).toEqual({
    "help mo": ["model", "mode"],
    "help /vi": ["vim"],
    "effort h": ["high"],
    "fast ": ["on", "off"],
    "mode acc": ["acceptEdits"],
    "theme dark-": ["dark-daltonized", "dark-ansi"],
    "config editorM": ["editorMode="],
    "config fastMode=true editorMode=v": ["fastMode=true editorMode=vim"],
    "permissions re": ["remove"],
    "permissions remove R": ["remove Read(./.env)"],
    "add-dir s": ["sinks", "sources"],
    "add-dir nowhere/": [],
  });
});

const TYPED = [
  "help mo",
  "help /vi",
  "effort h",
  "fast ",
  "mode acc",
  "theme dark-",
  "config editorM",
  "config fastMode=true editorMode=v",
  "permissions re",
  "permissions remove R",
  "add-dir s",
  "add-dir nowhere/",
];
