/** Commands of tests: their folders, a shell that only says what it was given, and a kernel around them. */
import { definePlugin, Trust } from "gantry/sdk";
import { createTestGround, createTestShell, type GroundFiles, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import contextMentions from "../context-mentions/index.ts";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import seenFiles from "../seen-files/index.ts";
import settingsFiles from "../settings-files/index.ts";
import skills from "../skills/index.ts";
import toolRead from "../tool-read/index.ts";
import { commandsFrom } from "./command-files.ts";
import { commandFiles } from "./index.ts";

export const TRUSTED = { GANTRY_TRUST: "1" };

const AROUND = [filesNode, seenFiles, settingsFiles, permitRules, permitShell, permitModes, toolRead, contextMentions];

/** `home/`, `project/` and `managed/` below a folder of the test's own. */
export function ground(files: GroundFiles) {
  const land = createTestGround(files);
  onTestFinished(() => land.close());

  async function open({ plugins = [], ...options }: Partial<TestKernelOptions> = {}) {
    const ran: string[] = [];
    const services: { trust?: Trust } = {};
    const knowing = definePlugin({
      name: "knowing",
      needs: { trust: Trust },
      setup: ({ use }) => {
        Object.assign(services, use);
        return {};
      },
    });
    const kernel = await land.open({
      ...options,
      plugins: [
        ...AROUND,
        createTestShell(ran),
        skills,
        definePlugin(commandFiles, commandsFrom(land.managed)),
        knowing,
        ...plugins,
      ],
    });
    return {
      ...kernel,
      /** What the shell was given. */
      ran,
      trust: () => services.trust as Trust,
    };
  }
  return { ...land, open };
}
