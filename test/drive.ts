/** A conversation in lines with requests beside it, held by the real kernel: what goes in, and what comes out. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Frontend, FrontendHost, JsonObject, Plugin } from "gantry/sdk";
import { type ScriptedAnswer, scriptedModel } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import { openHost } from "../core/index.ts";
import execNode from "../plugins/exec-node/index.ts";
import filesNode from "../plugins/files-node/index.ts";
import frontendControl from "../plugins/frontend-control/index.ts";
import frontendHeadless from "../plugins/frontend-headless/index.ts";
import hookScripts from "../plugins/hook-scripts/index.ts";
import permitModes from "../plugins/permit-modes/index.ts";
import permitRules from "../plugins/permit-rules/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: lines are what they are
export type Line = Readonly<Record<string, any>>;

export interface Drive {
  /** What the model says. Default: `Answer N.` for ever. */
  readonly script?: readonly ScriptedAnswer[];
  readonly plugins?: readonly Plugin[];
  readonly control?: object;
  readonly headless?: object;
  /** Called with every line that comes out; what it gives goes in. */
  readonly respond?: (line: Line) => readonly (object | string)[] | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders to make in the working folder. */
  readonly folders?: readonly string[];
  /** Files to write there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly flagSettings?: JsonObject;
}

/** Sends lines, ends the input once a result has come for each of `results` prompts, and gathers what comes out. */
export async function drive(input: readonly (object | string | Buffer)[], options: Drive = {}) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "gantry-control-")));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  for (const folder of options.folders ?? []) mkdirSync(join(cwd, folder), { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(cwd, name), text);
  let answers = 0;
  const model = scriptedModel(options.script ?? []);
  if (!options.script) for (let i = 0; i < 200; i++) model.push(() => ({ text: `Answer ${answers++}.` }));
  const host = await openHost({
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: cwd, ...options.env },
    useFiles: false,
    ...(options.flagSettings && { flagSettings: options.flagSettings }),
    plugins: [
      model.plugin,
      filesNode,
      execNode,
      settingsFiles,
      permitRules,
      permitModes,
      hookScripts,
      ...(options.plugins ?? []),
      frontendHeadless,
      frontendControl,
    ],
    config: [
      {
        from: "the test",
        values: {
          "frontend-headless": { inputFormat: "stream-json", outputFormat: "stream-json", ...options.headless },
          "frontend-control": options.control ?? {},
        } as JsonObject,
      },
    ],
  });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const lines: Line[] = [];
  let pending = "";
  const put = (one: object | string | Buffer) =>
    void stdin.write(Buffer.isBuffer(one) ? one : `${typeof one === "string" ? one : JSON.stringify(one)}\n`);
  stdout.on("data", (chunk) => {
    const parts = (pending + chunk).split("\n");
    pending = parts.pop() ?? "";
    for (const part of parts) {
      const line = JSON.parse(part) as Line;
      lines.push(line);
      for (const one of options.respond?.(line) ?? []) put(one);
    }
  });
  const abort = new AbortController();
  const frontendHost = {
    info: host.info,
    notices: [],
    prompt: undefined,
    readPrompt: async () => undefined,
    stdin,
    stdout,
    stderr,
    signal: abort.signal,
    isVerbose: true,
    open: (more: object) => host.open(more),
    report: (session?: never) => host.report(session),
    untrusted: () => host.untrusted(),
    trust: () => host.trust(),
    service: (key: never) => host.service(key),
  } as unknown as FrontendHost;
  const frontend = (await host.generation.frontends.get("headless")?.handler()) as Frontend;
  for (const one of input) put(one);
  if (!options.respond) stdin.end();
  const running = frontend(frontendHost);
  const done = running.finally(() => host.close());
  return {
    cwd,
    stdin,
    abort,
    lines,
    model,
    put,
    exit: () => done,
    err: () => String(stderr.read() ?? ""),
    results: () => lines.filter(({ type }) => type === "result"),
    answerTo: (id: string) => lines.filter((line) => line.response?.request_id === id).map((line) => line.response),
    complaints: () => lines.filter((line) => line.subtype === "informational" && line.level === "error"),
  };
}

export const prompt = (text: string, more: object = {}) => ({
  type: "user",
  message: { role: "user", content: text },
  ...more,
});
export const request = (request_id: string, subtype: string, more: object = {}) => ({
  type: "control_request",
  request_id,
  request: { subtype, ...more },
});
export const success = (asked: Line, response: object) => ({
  type: "control_response",
  response: { subtype: "success", request_id: asked.request_id, response },
});
