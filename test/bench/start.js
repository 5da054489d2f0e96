import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, row } from "./measure.js";

const RUNS = 9;
const program = fileURLToPath(new URL("../../dist/gantry.js", import.meta.url));

/** Starts of the program, beside a Node that runs an empty file; and one prompt to a model that answers at once. */
export async function start() {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const empty = join(home, "empty.mjs");
  writeFileSync(empty, "");
  const model = await mockModel();
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "bench",
  };
  const run = (args, says) => median(RUNS, () => execute(args, { cwd: home, env, says }));
  try {
    const node = await run([empty], "");
    const version = await run([program, "--version"], "Gantry");
    const help = await run([program, "--help"], "--version");
    const toRequest = [];
    const hello = await median(RUNS, async () => {
      const started = performance.now();
      model.onRequest = () => toRequest.push(performance.now() - started);
      await execute([program, "-p", "hello"], { cwd: home, env, says: "Hello." });
    });
    const first = toRequest.sort((a, b) => a - b)[Math.floor(toRequest.length / 2)];
    return [
      row("gantry --version", version, "empty Node", node),
      row("gantry --help", help, "empty Node", node),
      row("gantry -p hello, to the first request", first, "empty Node", node),
      row("gantry -p hello", hello, "empty Node", node),
    ];
  } finally {
    model.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs a Node program to its end; it has to succeed and say what it should. */
function execute(args, { cwd, env, says }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && output.includes(says)) resolve();
      else reject(new Error(`${args.join(" ")} ended with ${code}: ${output}`));
    });
  });
}

/** A Messages API on loopback that streams one short answer. */
async function mockModel() {
  const events = [
    [
      "message_start",
      {
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "bench",
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      },
    ],
    ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
    ["content_block_delta", { index: 0, delta: { type: "text_delta", text: "Hello." } }],
    ["content_block_stop", { index: 0 }],
    ["message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } }],
    ["message_stop", {}],
  ];
  const model = { url: "", onRequest: () => {}, close: () => server.close() };
  const server = createServer((request, response) => {
    model.onRequest();
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const [type, data] of events)
        response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  model.url = `http://127.0.0.1:${server.address().port}`;
  return model;
}
