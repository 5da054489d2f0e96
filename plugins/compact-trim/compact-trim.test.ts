import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { type CompactRequest, defineTool, type Message, NO_USAGE, type Plugin, text, z } from "gantry/sdk";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitPaths from "../permit-paths/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import seenFiles from "../seen-files/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import shellFolders from "../shell-folders/index.ts";
import toolRead from "../tool-read/index.ts";
import compactTrim from "./index.ts";
import { type Plan, planTrim } from "./plan.ts";

const LIMITS = { keepTokens: 1_000, minTokens: 1_000 };
const said = (words: string): Message => ({ role: "user", content: [text(words)] });
const asked = (...ids: string[]): Message => ({
  role: "assistant",
  id: "m",
  model: "x",
  stop_reason: "tool_use",
  usage: NO_USAGE,
  content: ids.map((id) => ({ type: "tool_use", id, name: "Bash", input: { command: `run ${id}` } })),
});
const answered = (...results: [string, number][]): Message => ({
  role: "user",
  content: results.map(([id, tokens]) => ({
    type: "tool_result",
    tool_use_id: id,
    content: [text(id.repeat(Math.ceil((tokens * 4) / id.length)))],
  })),
});
const request = (messages: readonly Message[], more: Partial<CompactRequest> = {}): CompactRequest => {
  const tokens = estimateTokens(messages);
  return { trigger: "auto", messages, tokens, target: Math.floor(tokens / 2), ...more };
};
const movedBy = (plan: Plan) => ("pieces" in plan ? plan.pieces.map(({ call }) => call?.id) : plan.problem);

describe("what goes", () => {
  const talk = [
    said("Go"),
    asked("a", "b"),
    answered(["a", 3_000], ["b", 3_000]),
    asked("c"),
    answered(["c", 3_000]),
    asked("d"),
    answered(["d", 3_000]),
    asked("e"),
    answered(["e", 500]),
  ];

  test("is the oldest, in whole batches, and no more than is needed", () => {
    expect(movedBy(planTrim(request(talk, { target: 10_000 }), { ...LIMITS, minTokens: 10 }))).toEqual(["a", "b"]);
    expect(movedBy(planTrim(request(talk), LIMITS))).toEqual(["a", "b", "c"]);
    expect(movedBy(planTrim(request(talk, { target: 3_000 }), LIMITS))).toEqual(["a", "b", "c", "d"]);
  });

  test("is never the newest", () => {
    const plan = planTrim(request(talk, { target: 8_000 }), { keepTokens: 4_000, minTokens: 10 });
    expect(movedBy(plan)).toEqual(["a", "b"]);
    const huge = [said("Go"), asked("a"), answered(["a", 50_000])];
    expect(planTrim(request(huge), LIMITS)).toHaveProperty("problem");
  });

  test("is nothing where that would make too little room", () => {
    expect(planTrim(request(talk), { ...LIMITS, minTokens: 20_000 })).toHaveProperty("pieces");
    const chatter = Array.from({ length: 100 }, (_, at) => said(`${at}: ${"word ".repeat(400)}`));
    expect(planTrim(request([...chatter, ...talk]), LIMITS)).toHaveProperty("problem");
    // What would do for the next while does not do for a request that has to fit at once.
    const half = [...chatter.slice(0, 40), ...talk];
    expect(planTrim(request(half), LIMITS)).toHaveProperty("pieces");
    expect(planTrim(request(half, { trigger: "overflow" }), LIMITS)).toHaveProperty("problem");
  });

  test("is pictures that the person showed, but not what the person wrote", () => {
    const source = { type: "base64", media_type: "image/png", data: "aGk=" } as const;
    const shown: Message = { role: "user", content: [text("word ".repeat(5_000)), { type: "image", source }] };
    const plan = planTrim(request([shown, shown, asked("a"), answered(["a", 10])], { target: 1 }), {
      keepTokens: 0,
      minTokens: 1_000,
    });
    // Two pictures are no quarter of two long texts.
    expect(plan).toHaveProperty("problem");
    const short: Message = { role: "user", content: [text("Look"), { type: "image", source }] };
    const less = planTrim(request([short, short, said("and?")], { target: 1 }), LIMITS);
    expect("pieces" in less && less.pieces.map(({ block }) => block.type)).toEqual(["image", "image"]);
  });
});

// ---------------------------------------------------------------- through the kernel

const long = (name: string) => `${name}: ${"0123456789 ".repeat(3_000)}`;
const dump = defineTool({
  name: "Dump",
  description: "",
  input: z.object({ command: z.string() }),
  traits: { readOnly: true },
  run: ({ command }) => long(command),
});
const PICTURE = { type: "base64", media_type: "image/png", data: Buffer.from("a picture").toString("base64") } as const;
const paint = defineTool({
  name: "Paint",
  description: "",
  input: z.object({}),
  traits: { readOnly: true },
  run: () => ({ content: [text(long("paint")), { type: "image" as const, source: PICTURE }] }),
});

const permits = [settingsFiles, shellFolders, permitRules, permitModes, permitShell, permitPaths];

async function opened(model: ReturnType<typeof scriptedModel>, plugins: Plugin[] = [], config = {}) {
  const home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-trim-")));
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
  const kernel = await createTestKernel({
    plugins: [filesNode, seenFiles, ...plugins, compactTrim, dump, paint, toolRead],
    model,
    env: { GANTRY_HOME: home },
    config: { "compact-trim": { keepTokens: 10_000, minTokens: 10_000 }, ...config },
  });
  onTestFinished(() => kernel.close());
  return { ...kernel, home };
}

function fill(model: ReturnType<typeof scriptedModel>) {
  const tools = ["one", "two", "three", "four", "five"].map((command) => ({ name: "Dump", input: { command } }));
  for (const call of tools) model.push({ calls: [call], usage: { input_tokens: 0 } });
  model.push({ calls: [{ name: "Paint", input: {} }], usage: { input_tokens: 50_000 } });
}

const textsOf = (message: Message | undefined) => JSON.stringify(message?.content);

describe("an automatic compaction", () => {
  test("moves old outputs to files that only the person can read, and the model is let read them", async () => {
    const model = scriptedModel([], { contextWindow: 60_000 });
    fill(model);
    let kept = "";
    model.push(
      ({ messages }) => {
        kept = /: \\"([^"\\]+\.txt)/.exec(textsOf(messages[2]))?.[1] ?? "";
        return { calls: [{ name: "Read", input: { file_path: kept } }] };
      },
      { text: "Read." },
    );
    const { run, session, home } = await opened(model, [sessionJsonl, ...permits]);
    const turn = await run("Go");
    expect(turn.faults).toEqual([]);
    expect(turn.end.text).toBe("Read.");

    const { messages } = model.requests[6] ?? { messages: [] };
    expect(messages[0]).toEqual(said("Go"));
    expect(textsOf(messages[2])).toContain("the output of Dump one was moved to a file");
    expect(textsOf(messages[2])).toContain(`${long("one").length} characters in 1 lines`);
    expect(textsOf(messages.at(-1))).toContain(long("paint"));
    expect(textsOf(turn.results.at(-1) as never)).toContain("one: 0123456789");
    expect(turn.results.at(-1)?.outcome).toBe("ok");

    expect(kept).toMatch(new RegExp(`^${home}/projects/[^/]+/${session.id}/outputs/[0-9a-f]{16}\\.txt$`));
    expect(fs.readFileSync(kept, "utf8")).toBe(long("one"));
    expect(fs.statSync(kept).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.dirname(kept)).mode & 0o777).toBe(0o700);
    expect(session.entries.find(({ type }) => type === "compaction")).toMatchObject({
      by: "compact-trim",
      trigger: "auto",
    });
  });

  test("leaves nothing behind where the session leaves no transcript", async () => {
    const model = scriptedModel([], { contextWindow: 60_000 });
    fill(model);
    model.push({ text: "Done." });
    const { run, session, home } = await opened(model);
    await run("Go");
    const folder = path.join(home, "temporary", session.id);
    expect(fs.readdirSync(path.join(folder, "outputs")).length).toBeGreaterThan(0);
    await session.close();
    expect(fs.existsSync(folder)).toBe(false);
  });

  test("leaves the conversation as it is when the files cannot be written, and says why", async () => {
    const model = scriptedModel([], { contextWindow: 60_000 });
    fill(model);
    model.push({ text: "Done." });
    const { run, session, home } = await opened(model);
    fs.writeFileSync(path.join(home, "temporary"), "in the way");
    const turn = await run("Go");
    expect(turn.faults[0]).toMatchObject({
      plugin: "compact-trim",
      message: expect.stringContaining("cannot be kept in"),
    });
    expect(textsOf(model.requests[6]?.messages[2])).toContain(long("one"));
    expect(session.entries.some(({ type }) => type === "compaction")).toBe(false);
  });

  test("keeps pictures as pictures", async () => {
    const model = scriptedModel([], { contextWindow: 60_000 });
    model.push({ calls: [{ name: "Paint", input: {} }] });
    fill(model);
    model.push({ text: "Done." });
    const { run, home, session } = await opened(model, [], { "compact-trim": { keepTokens: 0, minTokens: 10_000 } });
    await run("Go");
    const line = textsOf(model.requests[7]?.messages[2]);
    const [, picture = ""] = /image\/png, 9 bytes: \\"([^"\\]+\.png)/.exec(line) ?? [];
    expect(picture.startsWith(path.join(home, "temporary", session.id))).toBe(true);
    expect(fs.readFileSync(picture, "utf8")).toBe("a picture");
  });
});

test("whatever the conversation: each call keeps its result, the newest stay, and what goes makes room", () => {
  const batch = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 4 });
  const limits = fc.record({
    keepTokens: fc.integer({ min: 0, max: 5_000 }),
    minTokens: fc.integer({ min: 1, max: 5_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(batch, { minLength: 1, maxLength: 12 }),
      limits,
      fc.double({ min: 0.05, max: 0.5, noNaN: true }),
      (batches, own, share) => {
        const messages: Message[] = [said("Go")];
        for (const [at, sizes] of batches.entries()) {
          const ids = sizes.map((_, each) => `${at}.${each}`);
          messages.push(
            asked(...ids),
            answered(...sizes.map((size, each): [string, number] => [`${at}.${each}`, size])),
          );
        }
        const tokens = estimateTokens(messages);
        const plan = planTrim({ trigger: "auto", messages, tokens, target: Math.floor(tokens * share) }, own);
        if ("problem" in plan) return;
        expect(plan.saved).toBeGreaterThanOrEqual(tokens * 0.25);
        for (const { block, call } of plan.pieces) {
          expect(messages.at(-1)?.content).not.toContain(block);
          expect(block.type === "tool_result" && block.tool_use_id).toBe(call?.id);
        }
      },
    ),
  );
});
