import { definePlugin, EditorBuffers, Files, lazy, manifest, optional } from "gantry/sdk";

export const filesNode = manifest({
  name: "files-node",
  description: "Files of the machine, written whole or not at all.",
  needs: { buffers: optional(EditorBuffers) },
  provides: { files: Files },
});

export default definePlugin(
  filesNode,
  lazy(() => import("./files.ts")),
);
