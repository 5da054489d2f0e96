import { mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesConformance } from "gantry/sdk/testing";
import { describe, test } from "vitest";
import { disk } from "./disk.ts";
import { createFiles } from "./files.ts";

describe("files of the machine", () => {
  const make = async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "gantry-files-")));
    return {
      files: createFiles(disk),
      root,
      link: (target: string, path: string) => symlink(target, path),
      dispose: () => rm(root, { recursive: true }),
    };
  };
  for (const { name, run } of filesConformance(make)) test(name, run);
});
