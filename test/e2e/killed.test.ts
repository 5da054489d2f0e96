import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { entrySchema } from "gantry/sdk";
import { expect, test } from "vitest";
import { type ModelRequest, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// The program, killed outright in the middle of a turn with tools. The nightly run has more rounds.

const ROUNDS = Number(process.env.GANTRY_TEST_KILLS ?? 50);
const LANES = 2;
const ID = "11111111-2222-4333-8444-555555555555";

/** What a killed run had shown to somebody: the model, whoever reads its output, the disk. */
interface Shown {
  readonly blocks: readonly string[];
  readonly callsInOutput: readonly string[];
  readonly effects: readonly string[];
}

test(
  `a program that is killed in its turn loses nothing that it had shown, and its session goes on (${ROUNDS} rounds)`,
  async () => {
    const cuts = new Set<string>();
    const lane = async (first: number) => {
      for (let round = first; round < ROUNDS; round += LANES) cuts.add(await play(round));
    };
    await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
    // They died at more than one kind of moment, or the test has tried little.
    expect(cuts.size).toBeGreaterThan(1);
  },
  30_000 + ROUNDS * 2_000,
);

/** One program killed and gone on with. Gives the type of the last record that it wrote. */
async function play(round: number): Promise<string> {
  const place = await createPlace();
  const pause = gate();
  let isKilled = false;
  const model = await serveModel((number) => {
    if (number === 0) pause.open();
    return isKilled ? { text: "It goes on." } : nextCalls(number);
  });
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: model.url };
  const stream = ["--output-format", "stream-json", "--verbose"];
  try {
    const run = place.start(["-p", "Work.", "--session-id", ID, ...stream, "--allowedTools", "Bash", "Edit"], { env });
    await Promise.race([pause.opened, run.ended]);
    await new Promise((resolve) => setTimeout(resolve, (round * 37) % 149));
    run.kill("SIGKILL");
    const { code, stdout, stderr } = await run.ended;
    expect([code, stderr]).toEqual([null, ""]);
    isKilled = true;
    const shown = await whatWasShown(place, model.requests, stdout);
    const before = model.requests.length;

    const left = await lastType(place);
    const resumed = await place.gantry(["-p", "Go on.", "--resume", ID], { env });
    expect([resumed.code, resumed.stdout]).toEqual([0, "It goes on.\n"]);
    expect(resumed.stderr.replace(/^.*was not whole.*\n/m, "")).toBe("");
    const messages = messagesOf(model.requests[before]);
    expect(blocksOf(messages).slice(0, shown.blocks.length)).toEqual(shown.blocks);
    expect(unanswered(messages)).toEqual([]);

    const records = (await place.transcripts())[ID] ?? [];
    for (const record of records) expect(entrySchema.safeParse(record).error?.issues ?? []).toEqual([]);
    const text = JSON.stringify(records);
    expect(shown.callsInOutput.filter((id) => !text.includes(id))).toEqual([]);
    const started = records.flatMap((record) => (record.type === "tool_start" ? [record.toolUseId] : []));
    expect(shown.effects.filter((id) => !started.includes(id))).toEqual([]);
    expect(records.at(-1)?.type).toBe("turn_end");
    return left;
  } finally {
    await model.close();
    await place.remove();
  }
}

/** Calls of each kind, alone and together, with large and small results; each leaves its id behind. */
function nextCalls(number: number): Reply {
  const id = (at: number) => `call_${number}_${at}`;
  const note = (at: number) => `echo ${id(at)} >> effects`;
  const bash = (command: string) => ({ name: "Bash", input: { command } });
  switch (number % 4) {
    case 0:
      return { text: "First a look.", calls: [bash(note(0))] };
    case 1:
      return { calls: [bash(`${note(0)}; head -c 20000 /dev/zero | tr '\\0' x`), bash(note(1))] };
    case 2:
      return { calls: [{ name: "Write", input: { file_path: `${id(0)}.txt`, content: "y".repeat(30_000) } }] };
    default:
      return { text: "z".repeat(10_000), calls: [bash(`${note(0)}; exit 3`)] };
  }
}

async function whatWasShown(place: Place, requests: readonly ModelRequest[], stdout: string): Promise<Shown> {
  // What the kill has cut off was not said.
  const lines = stdout.split("\n").slice(0, -1).join("\n");
  const effects = await readFile(path.join(place.work, "effects"), "utf8").catch(() => "");
  return {
    blocks: blocksOf(messagesOf(requests.at(-1))),
    callsInOutput: lines.match(/call_\d+_\d+/g) ?? [],
    effects: effects.split("\n").filter(Boolean),
  };
}

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly tool_use_id?: string;
}
interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

function messagesOf(request: ModelRequest | undefined): readonly Message[] {
  return (request?.body.messages ?? []) as readonly Message[];
}

/** What a request says, block by block: a prompt behind an answer that never came joins the message before it. */
function blocksOf(messages: readonly Message[]): readonly string[] {
  return messages.flatMap(({ role, content }) =>
    (typeof content === "string" ? [{ type: "text", text: content }] : content).map((block) =>
      JSON.stringify({ role, ...block, cache_control: undefined }),
    ),
  );
}

/** Calls that have no result, or more than one. */
function unanswered(messages: readonly Message[]): readonly string[] {
  const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  const calls = blocks.flatMap(({ type, id }) => (type === "tool_use" && id ? [id] : []));
  return calls.filter((call) => blocks.filter(({ tool_use_id }) => tool_use_id === call).length !== 1);
}

async function lastType(place: Place): Promise<string> {
  const folder = path.join(place.home, ".gantry/projects");
  const [file = ""] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
  // Behind the last end of a line stands nothing, or a part of a record.
  const line = (await readFile(path.join(folder, file), "utf8")).split("\n").at(-2);
  return (JSON.parse(line ?? "{}") as { type: string }).type;
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
