/** What holds for a session holds on where its plugins are set up anew in the midst of it. */
import { definePlugin, defineTool, HookSources, Inspector, PermissionRules, Permissions, z } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import filesNode from "../plugins/files-node/index.ts";
import hookScripts from "../plugins/hook-scripts/index.ts";
import permitModes from "../plugins/permit-modes/index.ts";
import permitRules from "../plugins/permit-rules/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";

interface Owners {
  readonly inspector: Inspector;
  readonly modes: Permissions;
  readonly rules: PermissionRules;
  readonly hooks: HookSources;
}

const mail = defineTool({ name: "Mail", description: "", input: z.object({}), run: () => "Sent." });

async function open() {
  const all: Owners[] = [];
  const knowing = definePlugin({
    name: "knowing",
    needs: { inspector: Inspector, modes: Permissions, rules: PermissionRules, hooks: HookSources },
    commands: { reload: { description: "Set all plugins up anew" } },
    setup: ({ use }) => {
      all.push(use);
      return {
        commands: {
          reload: async () => {
            await use.inspector.reload();
            return "Done.";
          },
        },
      };
    },
  });
  const plugins = [filesNode, execNode, settingsFiles, permitRules, permitModes, hookScripts, mail, knowing];
  const kernel = await createTestKernel({ plugins, answer: "allow" });
  onTestFinished(() => kernel.close());
  await kernel.run("/reload");
  const [first, second] = [all[0], all[1]];
  if (!first || !second) throw new Error("nothing was set up");
  return {
    ...kernel,
    /** Of the newest plugins. */
    owners: () => all.at(-1) as Owners,
    reload: async () => {
      await kernel.run("/reload");
      await kernel.run("/reload");
    },
    mail: async () => (await kernel.call("Mail", {})).outcome,
  };
}

test("a mode", async () => {
  const kernel = await open();
  await kernel.owners().modes.setMode(kernel.session, "plan");
  await kernel.reload();
  expect(kernel.owners().modes.mode(kernel.session)).toBe("plan");
  expect(await kernel.mail()).toBe("denied");
  await kernel.owners().modes.setMode(kernel.session, "default");
  expect(await kernel.mail()).toBe("ok");
});

test("a rule that forbids, until it is taken back", async () => {
  const kernel = await open();
  const release = kernel.owners().rules.deny(kernel.session, ["Mail"]);
  await kernel.reload();
  expect(await kernel.mail()).toBe("denied");
  release();
  expect(await kernel.mail()).toBe("ok");
});

test("a hook that forbids, until it is taken back", async () => {
  const kernel = await open();
  const hooks = { PreToolUse: [{ matcher: "Mail", hooks: [{ type: "command", command: "exit 2" }] }] };
  const release = kernel.owners().hooks.add(kernel.session, { source: "the test", isManaged: false, hooks });
  await kernel.reload();
  expect(await kernel.mail()).toBe("denied");
  release();
  expect(await kernel.mail()).toBe("ok");
});
