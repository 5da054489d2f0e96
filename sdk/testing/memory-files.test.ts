import { filesConformance, memoryFiles } from "gantry/sdk/testing";
import { describe, test } from "vitest";

describe("files in memory", () => {
  const make = async () => {
    const files = memoryFiles({ "/home/me/seed": "x" });
    await files.remove("/home/me/seed");
    return { files, root: "/home/me", link: files.link, dispose: async () => undefined };
  };
  for (const { name, run } of filesConformance(make)) test(name, run);
});
