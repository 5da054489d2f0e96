/** Skills of tests: their folders, a shell that only says what it was given, and a kernel around them. */
import { definePlugin, Skills, Trust } from "gantry/sdk";
import { createTestGround, createTestShell, type GroundFiles, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import commandFiles from "../command-files/index.ts";
import contextMentions from "../context-mentions/index.ts";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import seenFiles from "../seen-files/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolRead from "../tool-read/index.ts";
import { skills } from "./index.ts";
import { skillsFrom } from "./skills.ts";

export const TRUSTED = { GANTRY_TRUST: "1" };

const AROUND = [filesNode, seenFiles, settingsFiles, permitRules, permitShell, permitModes, toolRead, contextMentions];

/** `home/`, `project/` and `managed/` below a folder of the test's own. */
export function ground(files: GroundFiles) {
  const land = createTestGround(files);
  onTestFinished(() => land.close());

  async function open({ plugins = [], ...options }: Partial<TestKernelOptions> = {}) {
    const ran: string[] = [];
    const services: { trust?: Trust; skills?: Skills } = {};
    const knowing = definePlugin({
      name: "knowing",
      needs: { trust: Trust, skills: Skills },
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
        definePlugin(skills, skillsFrom(land.managed)),
        commandFiles,
        knowing,
        ...plugins,
      ],
    });
    return {
      ...kernel,
      /** What the shell was given. */
      ran,
      /** What the model is told of skills. */
      listing: async () => {
        await kernel.run("Hi");
        return kernel.model.requests.at(-1)?.system.find(({ key }) => key === "skills")?.text;
      },
      offered: () => kernel.model.requests.at(-1)?.tools.map(({ name }) => name) ?? [],
      trust: () => services.trust as Trust,
      skills: () => services.skills as Skills,
    };
  }
  return { ...land, open };
}
