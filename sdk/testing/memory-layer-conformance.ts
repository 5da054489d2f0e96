import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Plugin, SessionEvent } from "gantry/sdk";
import type { ConformanceCheck } from "./conformance.ts";
import { type ScriptedAnswer, type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { createTestKernel, type TestKernel } from "./test-kernel.ts";

/** A layer of memory that works in the background, such as one that sums up, extracts or tidies. */
export interface MemoryLayerUnderTest {
  /** The layer, and the plugins that it needs. */
  readonly plugins: readonly Plugin[];
  /** The configuration with which it asks its model after these prompts. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What a person says until it asks. Default: six statements worth remembering. */
  readonly prompts?: readonly string[];
}

const PROMPTS = [
  "We always use pnpm in this project, never npm.",
  "Remember that the staging server is called heron.",
  "We decided to keep React at 17 because of the calendar.",
  "Careful with the cache: it is shared between tenants.",
  "The design docs are in docs/design.md.",
  "I prefer small commits with a plain sentence each.",
];

/** As a person might type one; never kept anywhere but in the transcript. */
const SECRET = `ghp_${"a8Kd02mZq7Rt5Wx1Yb9Vc4Ne6Lg3Hj0Ps8Uf"}`;

/**
 * What every background layer of memory has to keep, whatever it does, for any test runner: no turn waits for it, it ends with its
 * session, its failure is quiet, it keeps no secret, and without a person it asks no model.
 *
 * @example
 * declare const layer: MemoryLayerUnderTest;
 * for (const { name, run } of memoryLayerConformance(layer)) test(name, run);
 */
export function memoryLayerConformance(layer: MemoryLayerUnderTest): readonly ConformanceCheck[] {
  return CHECKS.map(({ name, answer, isInteractive = true, check }) => ({
    name,
    run: () => inKernel(layer, answer, isInteractive, check),
  }));
}

/** What a check is given. */
interface LayerAtWork {
  readonly kernel: TestKernel;
  readonly model: ScriptedModel;
  readonly events: readonly SessionEvent[];
  /** Says all the prompts. */
  talk(): Promise<void>;
  /** Resolves when the layer has asked its model. */
  asked(): Promise<void>;
  /** Ends the session and the host; fails where something is left behind. */
  close(): Promise<void>;
  /** The text of every file that was left. */
  files(): Promise<string>;
}

interface Check {
  readonly name: string;
  readonly answer: () => ScriptedAnswer;
  readonly isInteractive?: boolean;
  readonly check: (at: LayerAtWork) => Promise<void>;
}

const hanging = () => ({ after: new Promise<never>(() => undefined) });

const CHECKS: readonly Check[] = [
  {
    name: "lets turns end while its model says nothing, and ends with the session",
    answer: hanging,
    async check({ talk, asked, close }) {
      await talk();
      await asked();
      await close();
    },
  },
  {
    name: "ends with a session that ends as soon as it begins to work",
    answer: hanging,
    async check({ talk, close }) {
      await talk();
      await close();
    },
  },
  {
    name: "fails quietly: no fault, and one warning at most",
    answer: () => ({ failure: { message: "Out of order." } }),
    async check({ talk, asked, close, events }) {
      await talk();
      await asked();
      await talk();
      await settled();
      await close();
      assert.deepEqual(
        events.filter(({ type }) => type === "fault"),
        [],
      );
      const warnings = events.filter((event) => event.type === "notice" && event.notice.level !== "info");
      assert.ok(warnings.length <= 1, "more than one warning");
    },
  },
  {
    name: "takes any answer: rubbish is none",
    answer: () => ({ text: `]{"not": json ${"x".repeat(100_000)}` }),
    async check({ talk, asked, close, events }) {
      await talk();
      await asked();
      await settled();
      await close();
      assert.deepEqual(
        events.filter(({ type }) => type === "fault"),
        [],
      );
    },
  },
  {
    name: "keeps no secret, whether the person says it or the model",
    answer: () => ({
      text: `[{"title": "Token", "type": "reference", "text": "Always use ${SECRET}"}]\n## Decided\n${SECRET}`,
    }),
    async check({ kernel, talk, asked, close, files }) {
      await kernel.run(`Remember that the token is ${SECRET}`);
      await talk();
      await asked();
      await settled();
      const records = kernel.session.entries.filter(({ type }) => type === "plugin");
      assert.ok(!JSON.stringify(records).includes(SECRET), "a record holds the secret");
      await close();
      assert.ok(!(await files()).includes(SECRET), "a file holds the secret");
    },
  },
  {
    name: "asks no model where no person is",
    isInteractive: false,
    answer: () => ({ text: "[]" }),
    async check({ talk, model, close }) {
      await talk();
      await settled();
      await close();
      assert.equal(model.completionRequests.length, 0);
    },
  },
];

async function inKernel(
  { plugins, config = {}, prompts = PROMPTS }: MemoryLayerUnderTest,
  answer: Check["answer"],
  isInteractive: boolean,
  check: Check["check"],
): Promise<void> {
  const base = await mkdtemp(path.join(tmpdir(), "gantry-layer-"));
  const model = scriptedModel([], { completions: answer });
  let isClosed = false;
  const kernel = await createTestKernel({
    plugins,
    model,
    config,
    cwd: base,
    env: { GANTRY_TRUST: "1", GANTRY_HOME: path.join(base, "state") },
    ...(isInteractive && { answer: "allow" as const }),
  });
  const events: SessionEvent[] = [];
  kernel.session.watch((event) => void events.push(event));
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await kernel.close();
  };
  try {
    await check({
      kernel,
      model,
      events,
      close,
      async talk() {
        for (const prompt of prompts) await kernel.run(prompt);
      },
      async asked() {
        for (let turn = 0; model.completionRequests.length === 0; turn++) {
          assert.ok(turn < 5_000, "it never asked its model");
          await tick();
        }
      },
      files: () => textsBelow(base),
    });
  } finally {
    await close();
    await rm(base, { recursive: true, force: true });
  }
}

/** What is at work in the background gets its turn; what waits for a disk, too. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await tick();
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function textsBelow(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile() && !one.name.endsWith(".jsonl"));
  return (await Promise.all(files.map((one) => readFile(path.join(one.parentPath, one.name), "utf8")))).join("\n");
}
