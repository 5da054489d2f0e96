import { definePlugin, lazy, manifest, Sandbox, Settings } from "gantry/sdk";

export const execSandbox = manifest({
  name: "exec-sandbox",
  description: "Confines shell commands: bubblewrap on Linux, sandbox-exec on macOS.",
  needs: { settings: Settings },
  provides: { sandbox: Sandbox },
  taps: { sessionStart: true, toolGate: true },
});

export default definePlugin(
  execSandbox,
  lazy(() => import("./exec-sandbox.ts")),
);
