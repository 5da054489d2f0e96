import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import pty from "@lydell/node-pty";
import { median, row } from "./measure.js";

const program = fileURLToPath(new URL("../../dist/gantry.js", import.meta.url));
const STARTS = 7;
const MESSAGES = 2_000;
const KEYS = 150;
const SIZE = 1_000_000;
const READY = "for shortcuts";
/** The frame of the editor, painted before Ink is there. */
const PROMPT = "\u2500".repeat(40);
/** How long a turn took, below its answer. */
const TOOK = new RegExp(`${"\u001b"}\\[[\\d;]+m[\\d.]+ (?:ms|s|min \\d+ s)${"\u001b"}\\[39m`);

/**
 * A model: `big` is answered with a megabyte, `slow` until it is interrupted, all else shortly. `/fill N` has N prompts sent, one after the
 * other; `/heap` says what is used. The time of the processor is written when the program ends.
 */
const PLUGIN = `
import { writeFileSync } from "node:fs";
import { definePlugin } from "gantry/sdk";
const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const end = (text) => ({ type: "end", message: { role: "assistant", id: "m", model: "bench", content: [{ type: "text", text }], stop_reason: "end_turn", usage } });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const paragraph = "The **queue** is kept in order, see \`take\` and [the notes](https://example.org/notes): one goes in, one comes out.\\n\\n";
let left = 0;
async function* stream({ messages }, { signal }) {
  const prompt = messages.at(-1).content.filter((block) => block.type === "text").at(-1)?.text ?? "";
  yield { type: "start", id: "m", model: "bench" };
  if (prompt === "big") {
    const text = paragraph.repeat(Math.ceil(${SIZE} / paragraph.length)).slice(0, ${SIZE});
    for (let at = 0; at < text.length; at += 100) {
      yield { type: "text", text: text.slice(at, at + 100) };
      if (at % 10000 === 0) await sleep(10);
    }
    yield end(text);
  } else if (prompt === "slow") {
    while (!signal.aborted) {
      yield { type: "text", text: "some more words of it, " };
      await sleep(10);
    }
    yield { type: "failure", failure: { kind: "aborted", message: "aborted", isRetryable: false } };
  } else {
    yield { type: "text", text: paragraph };
    yield end(paragraph);
  }
}
process.on("exit", () => writeFileSync(process.env.HOME + "/cpu", JSON.stringify(process.cpuUsage())));
export default definePlugin({
  name: "bench",
  providers: { bench: { title: "Bench", usable: "always", defaultModel: "bench", models: ["bench"] } },
  commands: { heap: { description: "heap" }, fill: { description: "fill" } },
  taps: { event: true },
  setup: () => ({
    taps: {
      event(event, session) {
        if (event.type !== "turn_end" || left === 0) return;
        left--;
        setImmediate(() => session.enqueue({ content: [{ type: "text", text: "prompt " + left }], origin: "person" }));
      },
    },
    providers: { bench: { stream } },
    commands: {
      heap: () => { globalThis.gc(); globalThis.gc(); return "heap " + process.memoryUsage().heapUsed + " end"; },
      fill: (args, session) => {
        left = Number(args);
        return "filling";
      },
    },
  }),
});
`;

/** The terminal: starts, echo, a long answer, memory. */
export async function tui() {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  mkdirSync(join(home, ".gantry/plugins"), { recursive: true });
  writeFileSync(join(home, ".gantry/plugins/bench.mjs"), PLUGIN);
  try {
    return [...(await starts(home)), ...(await echo(home)), ...(await long(home)), ...(await memory(home))];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function starts(base) {
  // Without a plugin of the person's own, which would have to be compiled.
  const home = join(base, "empty");
  mkdirSync(home);
  const node = await median(STARTS, () => open(home, ["-e", "0"]).ended);
  const toPrompt = async (args, ready) => {
    const times = [];
    await median(STARTS, async () => {
      const started = performance.now();
      const t = open(home, [program, "--model", "offline", ...args]);
      await t.shows(ready);
      times.push(performance.now() - started);
      t.kill();
      await t.ended;
    });
    // The first has compiled the program.
    return times.slice(1).sort((a, b) => a - b)[Math.floor(STARTS / 2)];
  };
  return [
    row("gantry, to the first prompt drawn", await toPrompt([], PROMPT), "node -e 0", node),
    row("gantry, to the first frame of Ink", await toPrompt([], /Welcome|for shortcuts/), "node -e 0", node),
    row("gantry --line, to the first prompt", await toPrompt(["--line"], "> "), "node -e 0", node),
  ];
}

/** From the press of a key to its sign on the screen, with many messages behind and an answer on its way. */
async function echo(home) {
  const t = open(home, [program, "--model", "bench"]);
  await t.shows(READY);
  await fill(t, MESSAGES);
  t.write("slow\r");
  await t.shows("some more words");
  const times = [];
  let typed = "";
  for (let at = 0; at < KEYS; at++) {
    const sign = String.fromCharCode(97 + (at % 26));
    typed = (typed + sign).slice(-4);
    const seen = t.output().length;
    const started = performance.now();
    t.write(sign);
    await t.until(() => t.output().slice(seen).includes(typed));
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.kill();
  await t.ended;
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.floor(times.length * part)];
  return [
    row(`key press to echo, ${MESSAGES} messages and an answer on its way, p95`, at(0.95), "median", at(0.5)),
    count("clears of the screen meanwhile", clearsIn(t.output())),
  ];
}

/** So many messages more, by turns of the agent. */
async function fill(t, messages) {
  const seen = t.output().length;
  t.write(`/fill ${messages / 2}\r`);
  await t.until(() => {
    const last = t.output().indexOf("prompt 0\u001b", seen);
    return last >= 0 && TOOK.test(t.output().slice(last));
  });
}

async function long(home) {
  const cpu = () => {
    const { user, system } = JSON.parse(readFileSync(join(home, "cpu"), "utf8"));
    return (user + system) / 1000;
  };
  await open(home, [program, "--model", "bench", "-p", "big"], 200).ended;
  const headless = cpu();
  const t = open(home, [program, "--model", "bench"], 200);
  await t.shows(READY);
  t.write("big\r");
  await t.shows(TOOK);
  t.write("/exit\r");
  await t.ended;
  return [
    row("1 MB streamed at 200 columns, CPU", cpu(), "headless", headless),
    count("clears of the screen meanwhile", clearsIn(t.output())),
  ];
}

async function memory(home) {
  const t = open(home, ["--expose-gc", program, "--model", "bench"]);
  await t.shows(READY);
  const heap = async () => {
    const seen = t.output().length;
    t.write("/heap\r");
    await t.until(() => /heap \d+ end/.test(t.output().slice(seen)));
    return Number(/heap (\d+) end/.exec(t.output().slice(seen))[1]);
  };
  await fill(t, 200);
  const before = await heap();
  await fill(t, MESSAGES - 200);
  const grown = ((await heap()) - before) / ((MESSAGES - 200) / 100) / 1024 / 1024;
  t.kill();
  await t.ended;
  return [{ what: `memory for 100 messages, of ${MESSAGES}`, value: `${grown.toFixed(2)} MB`, beside: "", ratio: "" }];
}

// ---------------------------------------------------------------- the terminal

function open(home, args, cols = 80) {
  const child = pty.spawn(process.execPath, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TERM: "xterm-256color" },
    cols,
    rows: 50,
    name: "xterm-256color",
  });
  let output = "";
  const looks = new Set();
  child.onData((data) => {
    output += data;
    for (const look of looks) look();
  });
  const until = (isSo) =>
    new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  return {
    ended: new Promise((resolve) => child.onExit(resolve)),
    output: () => output,
    write: (text) => child.write(text),
    kill: () => child.kill("SIGTERM"),
    until,
    shows: (text) => until(() => (typeof text === "string" ? output.includes(text) : text.test(output.slice(-4000)))),
  };
}

function clearsIn(output) {
  return ["\u001b[2J", "\u001b[3J", "\u001b[H"].reduce((sum, code) => sum + output.split(code).length - 1, 0);
}

function count(what, value) {
  return { what, value: String(value), beside: "", ratio: "" };
}
