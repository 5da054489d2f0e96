/** What the tests of this plugin share: a kernel with hooks, a tool that they are about, and scripts on disk. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, defineTool, type Plugin, type ToolResult, textOf, z } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import hookScripts from "./index.ts";
import { inputSchema } from "./input-schemas.ts";

export function folder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-hooks-")));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A `Bash` that runs nothing and remembers what it was asked. */
export function fakeBash(says = "done", more: { readonly fails?: boolean; readonly data?: unknown } = {}) {
  const commands: string[] = [];
  const plugin = defineTool({
    name: "Bash",
    description: "",
    input: z.object({ command: z.string(), description: z.string().optional() }),
    permission: { family: "Bash", command: "command" },
    run: ({ command }) => {
      commands.push(command);
      return { content: says, ...(more.fails && { isError: true }), ...("data" in more && { data: more.data }) };
    },
  });
  return { plugin, commands };
}

export interface Hooked extends TestKernel {
  /** What the session told the person so far. */
  readonly notices: readonly string[];
}

/** A kernel whose hooks are given by the command line. */
export async function hooked(
  hooks: unknown,
  { plugins = [], settings = {}, ...options }: Partial<TestKernelOptions> = {},
): Promise<Hooked> {
  const kernel = await createTestKernel({
    answer: "allow",
    ...options,
    plugins: [execNode, filesNode, settingsFiles, hookScripts, ...plugins],
    settings: { ...(hooks === undefined ? {} : { hooks }), ...settings },
  });
  onTestFinished(() => kernel.close());
  return noting(kernel);
}

export function noting(kernel: TestKernel): Hooked {
  const notices: string[] = [];
  kernel.session.watch((event) => {
    if (event.type === "notice") notices.push(event.notice.text);
  });
  return Object.assign(kernel, { notices });
}

/** A hook for one event that is one shell line. */
export function shell(command: string, more: Readonly<Record<string, unknown>> = {}) {
  const { matcher, ...handler } = more;
  return [{ ...(matcher !== undefined && { matcher }), hooks: [{ type: "command", command, ...handler }] }];
}

/** A shell line that prints the value as JSON. */
export function printing(value: object): string {
  return `printf '%s\\n' '${JSON.stringify(value).replaceAll("'", "'\\''")}'`;
}

/** What a PreToolUse hook prints to decide. */
export function deciding(permissionDecision: string, more: Readonly<Record<string, unknown>> = {}) {
  return printing({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, ...more } });
}

/** What a script has kept of its input, which has to fit the published schema. */
export function readInput(path: string): Record<string, unknown> {
  const input = JSON.parse(fs.readFileSync(path, "utf8"));
  return inputSchema(input.hook_event_name).parse(input);
}

export function said(result: ToolResult | undefined): string {
  return textOf(result?.content ?? []);
}

/** A tap of the test's own. */
export function tapping(taps: object): Plugin {
  return definePlugin({ name: "tapping", setup: () => ({ taps }) as never });
}
