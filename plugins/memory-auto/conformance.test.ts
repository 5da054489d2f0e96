import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, Memory } from "gantry/sdk";
import { createTestKernel, memoryConformance, memoryFiles } from "gantry/sdk/testing";
import { describe, test } from "vitest";
import filesNode from "../files-node/index.ts";
import plugin, { memoryAuto } from "./index.ts";
import setup from "./memory-auto.ts";

describe("over files in memory", () => {
  const make = () => {
    const files = memoryFiles({ "/project/a.txt": "" });
    const host = { cwd: "/project", home: "/home/me", stateFolder: "/home/me/.gantry", env: {}, isTrusted: true };
    const use = { files: async () => files, settings: undefined, trust: { folders: [] } };
    const connect = async () => {
      const { services } = await setup({ config: memoryAuto.config().parse({}), use, host } as never);
      return services.memory;
    };
    return { connect, dispose: () => undefined };
  };
  for (const { name, run } of memoryConformance(make)) test(name, run);
});

describe("over a disk", () => {
  const make = async () => {
    const base = await mkdtemp(join(tmpdir(), "gantry-memory-"));
    const closers: (() => Promise<void>)[] = [];
    const connect = async () => {
      let memory: Memory | undefined;
      const probe = definePlugin({
        name: "probe",
        needs: { memory: Memory },
        setup: ({ use }) => {
          memory = use.memory;
          return {};
        },
      });
      const env = { GANTRY_TRUST: "1", GANTRY_HOME: join(base, ".state") };
      const kernel = await createTestKernel({ plugins: [filesNode, plugin, probe], cwd: base, env });
      closers.push(kernel.close);
      return memory as Memory;
    };
    return {
      connect,
      dispose: async () => {
        for (const close of closers) await close();
        await rm(base, { recursive: true });
      },
    };
  };
  for (const { name, run } of memoryConformance(make)) test(name, run);
});
