import { definePlugin, Files, lazy, manifest } from "gantry/sdk";

export const filesNode = manifest({
  name: "files-node",
  description: "Files of the machine, written whole or not at all.",
  provides: { files: Files },
});

export default definePlugin(
  filesNode,
  lazy(() => import("./files.ts")),
);
