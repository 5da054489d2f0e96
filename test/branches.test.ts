import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import {
  type CompactRequest,
  definePlugin,
  defineTool,
  type Entry,
  type Message,
  type Session,
  SessionStore,
  text,
  textOf,
  z,
} from "gantry/sdk";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import {
  createTestKernel,
  type ScriptedModel,
  scriptedModel,
  type TestKernel,
  type TestKernelOptions,
} from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { openHost } from "../core/index.ts";
import sessionJsonl from "../plugins/session-jsonl/index.ts";
import { kernelWith } from "./kernels.ts";

const look = defineTool({
  name: "Look",
  description: "",
  input: z.object({ at: z.string() }),
  traits: { readOnly: true },
  run: ({ at }) => `saw ${at}`,
});

const said = (messages: readonly Message[]) => messages.map(({ content }) => textOf(content as never)).filter(Boolean);
const prompts = ({ entries }: Pick<Session, "entries">) =>
  entries.filter((entry) => entry.type === "user" && !entry.isMeta).map(({ uuid }) => uuid);

/** The record before a prompt. */
function recordBefore({ entries }: Session, prompt: number): string {
  const uuid = prompts({ entries })[prompt];
  return entries.find((entry) => entry.uuid === uuid)?.parentUuid as string;
}

describe("a rewind", () => {
  it("lets the conversation go on from an earlier record, and keeps what came later in the log", async () => {
    const { session, run, model } = await kernelWith({
      plugins: [],
      model: scriptedModel([{ text: "One." }, { text: "Two." }, { text: "Three." }]),
    });
    await run("first");
    await run("second");
    session.rewind(recordBefore(session, 1), "test");
    expect(said(session.messages)).toEqual(["first", "One."]);
    await run("third");
    expect(said(model.requests[2]?.messages ?? [])).toEqual(["first", "One.", "third"]);
    expect(said(session.messages)).toEqual(["first", "One.", "third", "Three."]);
    expect(session.allEntries.length).toBeGreaterThan(session.entries.length);
    expect(
      session.entries.some((entry) => entry.type === "assistant" && textOf(entry.message.content) === "Two."),
    ).toBe(false);
  });

  it("goes back to the beginning, and from there to a branch that was left", async () => {
    const { session, run } = await kernelWith({
      plugins: [],
      model: scriptedModel([{ text: "One." }, { text: "Two." }]),
    });
    await run("first");
    const end = session.entries.at(-1)?.uuid as string;
    session.rewind(null, "test");
    expect(session.messages).toEqual([]);
    await run("other");
    session.rewind(end, "test");
    expect(said(session.messages)).toEqual(["first", "One."]);
  });

  it("answers a call that it cuts off from its result", async () => {
    const model = scriptedModel([{ calls: [{ name: "Look", input: { at: "x" } }] }, { text: "Done." }]);
    const { session, run } = await kernelWith({ plugins: [look], model });
    await run("go");
    session.rewind(session.entries.find(({ type }) => type === "assistant")?.uuid as string, "test");
    expect(session.messages.at(-1)?.content[0]).toMatchObject({ type: "tool_result", is_error: true });
  });

  it("is refused for a record of no log, and while a model is at work", async () => {
    const hasty = definePlugin({
      name: "hasty",
      taps: { postTool: {} },
      setup: () => ({
        taps: {
          postTool: (_result, _call, turn) => {
            expect(() => (turn.session as Session).rewind(null, "hasty")).toThrow(/a model is at work/);
            return undefined;
          },
        },
      }),
    });
    const model = scriptedModel([{ calls: [{ name: "Look", input: { at: "x" } }] }, { text: "Done." }]);
    const { session, run } = await kernelWith({ plugins: [look, hasty], model });
    expect(() => session.rewind("nothing", "test")).toThrow(/no record nothing/);
    expect((await run("go")).faults).toEqual([]);
  });
});

describe("a session on disk", () => {
  async function hostIn(stateFolder: string, model: ScriptedModel) {
    const host = await openHost({
      cwd: stateFolder,
      env: { PATH: process.env.PATH as string, HOME: stateFolder, GANTRY_HOME: stateFolder },
      useFiles: false,
      plugins: [sessionJsonl, model.plugin],
    });
    onTestFinished(() => host.close());
    return host;
  }
  function folder() {
    const made = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-branches-")));
    onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }));
    return made;
  }
  const talk = async (session: Session, prompt: string) => {
    for await (const _ of session.send(prompt));
  };

  it("goes on where a rewind had left it", async () => {
    const state = folder();
    const host = await hostIn(state, scriptedModel([{ text: "One." }, { text: "Two." }, { text: "Three." }]));
    const session = await host.open();
    await talk(session, "first");
    await talk(session, "second");
    session.rewind(recordBefore(session, 1), "test");
    await session.close();
    const again = await host.open({ resume: session.id });
    expect(said(again.messages)).toEqual(["first", "One."]);
    expect(again.allEntries.filter(({ type }) => type === "user")).toHaveLength(2);
  });

  it("is forked: the copy goes on alone, knows where it comes from, and the other stays as it is", async () => {
    const state = folder();
    const host = await hostIn(state, scriptedModel([{ text: "One." }, { text: "Two." }]));
    const session = await host.open();
    await talk(session, "first");
    const size = session.entries.length;
    const fork = await host.open({ resume: session.id, fork: true });
    await expect(host.open({ fork: true })).rejects.toMatchObject({ code: "GANTRY_SESSION_FORK" });
    expect(fork.id).not.toBe(session.id);
    await talk(fork, "second");
    expect(said(fork.messages)).toEqual(["first", "One.", "second", "Two."]);
    expect(fork.entries[0]).toMatchObject({ forkedFrom: { sessionId: session.id } });
    expect(fork.entries.every(({ sessionId }) => sessionId === fork.id)).toBe(true);
    expect(session.entries).toHaveLength(size);
    await fork.close();
    expect(said((await host.open({ resume: fork.id })).messages)).toEqual(["first", "One.", "second", "Two."]);
  });

  it("sends first what had waited when the program was killed", async () => {
    const state = folder();
    const model = scriptedModel([{ text: "One." }, { text: "Both." }]);
    const host = await hostIn(state, model);
    const session = await host.open();
    await talk(session, "first");
    const file = session.transcriptPath as string;
    await session.close();
    const last = JSON.parse(fs.readFileSync(file, "utf8").trim().split("\n").at(-1) as string) as Entry;
    const waits = { ...last, type: "queued", uuid: "w", parentUuid: last.uuid, id: "q", content: [text("waited")] };
    fs.appendFileSync(file, `${JSON.stringify(waits)}\n`);
    const again = await host.open({ resume: session.id });
    await talk(again, "second");
    expect(said(again.messages)).toEqual(["first", "One.", "waitedsecond", "Both."]);
    expect(again.entries.some((entry) => entry.type === "dequeued" && entry.id === "q")).toBe(true);
  });
});

// ---------------------------------------------------------------- compaction

const shortening = (make: (request: CompactRequest) => readonly Message[] | undefined, name = "shortening") =>
  definePlugin({
    name,
    setup: () => ({
      taps: {
        compact: (request) => {
          const messages = make(request);
          return messages && { messages, summary: "Shortened." };
        },
      },
    }),
  });
const summary = (request: CompactRequest): readonly Message[] => [
  { role: "user", content: [text(`summary of ${said(request.messages).length}`)] },
];
const long = (word: string) => `${word} ${"x".repeat(400)}`;

describe("a compaction on request", () => {
  async function talked(plugins: TestKernelOptions["plugins"], hasFaults = false): Promise<TestKernel> {
    const model = scriptedModel([{ text: "One." }, { text: "Two." }, { text: "Three." }]);
    const kernel = await createTestKernel({ plugins, model });
    onTestFinished(() => kernel.close().catch((cause) => (hasFaults ? undefined : Promise.reject(cause))));
    for (const word of ["first", "second", "third"]) await kernel.run(long(word));
    return kernel;
  }
  const shown = (session: Session) => said(session.messages).map((one) => one.replace(/ x+/, ""));

  it("replaces the whole conversation", async () => {
    const { session } = await talked([shortening(summary)]);
    expect(await session.compact({ focus: "names" })).toMatchObject({ isDone: true, summary: "Shortened." });
    expect(shown(session)).toEqual(["summary of 6"]);
    expect(session.entries.at(-1)).toMatchObject({ type: "compaction", by: "shortening", trigger: "manual" });
  });

  it("replaces what lies up to a record, or what begins with one", async () => {
    const upTo = await talked([shortening(summary)]);
    await upTo.session.compact({ upTo: recordBefore(upTo.session, 1) });
    expect(shown(upTo.session)).toEqual(["summary of 2second", "Two.", "third", "Three."]);
    const from = await talked([shortening(summary)]);
    await from.session.compact({ from: prompts(from.session)[1] as string });
    expect(shown(from.session)).toEqual(["first", "One.", "summary of 4"]);
  });

  it("may follow another, and a rewind goes back before both", async () => {
    const { session } = await talked([shortening(summary)]);
    const first = prompts(session)[1] as string;
    await session.compact({ upTo: recordBefore(session, 1) });
    await session.compact({ upTo: recordBefore(session, 2) });
    expect(shown(session)).toEqual(["summary of 2third", "Three."]);
    session.rewind(first, "test");
    expect(shown(session)).toEqual(["first", "One.", "second"]);
  });

  it("asks the next plugin when one makes it no shorter, or parts a call from its result", async () => {
    const longer = shortening(({ messages }) => [...messages, { role: "user", content: [text("more")] }], "longer");
    const parting = shortening(
      () => [{ role: "user", content: [{ type: "tool_result", tool_use_id: "gone", content: [] }] }],
      "parting",
    );
    const { session } = await talked([longer, parting, shortening(summary)], true);
    const faults: string[] = [];
    session.watch((event) => event.type === "fault" && faults.push(event.fault.message));
    expect((await session.compact()).isDone).toBe(true);
    expect(session.entries.at(-1)).toMatchObject({ by: "shortening" });
    expect(faults).toEqual(["it is no shorter", "it keeps a result of the call gone, and not the call"]);
  });

  it("says so when nobody can, and refuses a record that it does not have", async () => {
    const { session } = await talked([]);
    expect(await session.compact()).toMatchObject({ isDone: false });
    await expect(session.compact({ from: "nothing" })).rejects.toThrow(/no record nothing/);
  });
});

describe("a request that the model refuses as too long", () => {
  const tooLong = { kind: "context_overflow", message: "Too long.", isRetryable: false } as const;

  it("is made again, once, after a compaction", async () => {
    const model = scriptedModel([{ text: "One." }, { failure: tooLong }, { text: "Two." }]);
    const { session, run } = await kernelWith({ plugins: [shortening(summary)], model });
    await run(long("first"));
    expect((await run(long("second"))).text).toBe("Two.");
    expect(session.entries.find(({ type }) => type === "compaction")).toMatchObject({ trigger: "overflow" });
  });

  it("ends the turn when it is too long again, or when nobody can shorten it", async () => {
    const twice = scriptedModel([{ text: "One." }, { failure: tooLong }, { failure: tooLong }]);
    const kernel = await kernelWith({ plugins: [shortening(summary)], model: twice });
    await kernel.run(long("first"));
    expect((await kernel.run(long("second"))).end).toMatchObject({ reason: "model_error", error: "Too long." });
    const alone = await kernelWith({ plugins: [], model: scriptedModel([{ failure: tooLong }]) });
    expect((await alone.run("go")).end.reason).toBe("model_error");
  });
});

const SESSIONS = 1_000;

describe("the state of a session", () => {
  it("rebuilt from its log is the live state, whatever happened", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("say" as const), calls: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ do: fc.constant("rewind" as const), to: fc.nat(30) }),
      fc.record({ do: fc.constant("compact" as const), at: fc.nat(30), part: fc.constantFrom("all", "from", "upTo") }),
      fc.record({ do: fc.constant("rename" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const turns = steps.flatMap((one) => {
          if (one.do !== "say") return [];
          const calls = Array.from({ length: one.calls }, () => ({ name: "Look", input: { at: "x" } }));
          return one.calls ? [{ calls }, { text: "Done." }] : [{ text: "Said." }];
        });
        const shorten = shortening((request) => (estimateTokens(request.messages) > 50 ? summary(request) : undefined));
        const kernel = await kernelWith({ plugins: [look, shorten], model: scriptedModel(turns) });
        const { session, run } = kernel;
        try {
          for (const one of steps) {
            const pick = (n: number) => session.allEntries[n % session.allEntries.length]?.uuid ?? "";
            if (one.do === "say") await run(long("go"));
            else if (one.do === "rewind") session.rewind(pick(one.to), "test");
            else if (one.do === "rename") session.rename("name");
            else {
              const point = one.part === "all" ? {} : { [one.part]: pick(one.at) };
              await session.compact(point).catch(() => undefined);
            }
          }
          expect(await rebuilt(session)).toEqual({ messages: session.messages, entries: session.entries });
        } finally {
          await kernel.close();
        }
      }),
      { numRuns: SESSIONS },
    );
  }, 120_000);

  function storeOf(entries: readonly Entry[]): SessionStore {
    const writer = { path: undefined, append: () => {}, flush: async () => {}, close: async () => {} };
    return {
      create: async () => writer,
      open: async () => ({ entries, writer, notices: [] }),
      read: async () => ({ entries, notices: [] }),
      list: async () => [],
      remove: async () => {},
    };
  }

  /** What another program makes of the log. */
  async function rebuilt(session: Session) {
    const log = JSON.parse(JSON.stringify(session.allEntries)) as Entry[];
    const store = definePlugin({
      name: "given",
      provides: { store: SessionStore },
      setup: () => ({ services: { store: storeOf(log) } }),
    });
    const again = await kernelWith({ plugins: [look, store], model: scriptedModel([]), resume: session.id });
    const { messages, entries } = again.session;
    const state = JSON.parse(JSON.stringify({ messages, entries }));
    await again.close();
    return state;
  }
});
