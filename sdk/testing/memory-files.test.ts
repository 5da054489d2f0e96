import { filesConformance, memoryFiles } from "gantry/sdk/testing";
import { describe, test } from "vitest";

describe("files in memory", () => {
  const make = async () => {
    const files = memoryFiles({ "/root/seed": "x" });
    await files.remove("/root/seed");
    return { files, root: "/root", link: files.link, dispose: async () => undefined };
  };
  for (const { name, run } of filesConformance(make)) test(name, run);
});
