import { definePlugin, Memory } from "gantry/sdk";
import { createTestKernel, memoryFilesPlugin } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import plugin from "./index.ts";

// What a person would ask, and the one entry of a thousand that answers it.
const CASES = [
  [
    "How do I run the integration tests locally?",
    "Integration tests",
    "Start docker compose first, then `npm run test:integration`.",
  ],
  [
    "why is the login page so slow",
    "Login is slow on purpose",
    "The password hash takes 300 ms; do not make it faster.",
  ],
  [
    "please add a migration for the orders table",
    "Database migrations",
    "Write them by hand in db/migrate; never generate them.",
  ],
  ["which date format do we use in the API?", "Dates in the API", "ISO 8601 in UTC everywhere, also in errors."],
  [
    "fix the flaky payment webhook test",
    "Payment webhook test is flaky",
    "It needs a fake clock; see payments/clock.ts.",
  ],
  ["deploy to staging", "Deploying to staging", "Push the branch `staging`; the pipeline does the rest."],
  [
    "Rename the variable and keep my code style",
    "Code style of Jo",
    "Early returns, no abbreviations in variable names.",
  ],
  [
    "where is the design of the search service described",
    "Search service design",
    "docs/search.md and the diagram in the wiki.",
  ],
  ["upgrade react", "React stays at 17", "An upgrade breaks the calendar widget; decided in March."],
  [
    "the CI fails with out of memory on build",
    "Build runs out of memory in CI",
    "Set NODE_OPTIONS=--max-old-space-size=4096.",
  ],
] as const;

const AREAS =
  "invoice cart stock customer refund coupon shipping tax report export import session cache queue mail theme".split(
    " ",
  );
const PARTS =
  "model view controller job test schema client fixture flag metric route form policy serializer worker helper".split(
    " ",
  );
const VERBS = "uses keeps checks renders sends parses stores logs caches validates".split(" ");

/** Notes about all the rest of a shop, with many of the words that the cases have. */
function others(count: number): Record<string, string> {
  const pick = (from: readonly string[], at: number) => from[at % from.length] as string;
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const [area, part] = [pick(AREAS, at), pick(PARTS, Math.floor(at / AREAS.length))];
      const verb = pick(VERBS, at * 7);
      const text = `The ${area} ${part} ${verb} the ${pick(AREAS, at * 3 + 1)} ${pick(PARTS, at * 5 + 2)} in the API; run its test in CI, number ${at}.`;
      return [`note-${at}`, `---\ntitle: ${area} ${part} ${at}\ntype: project\ndate: 2026-01-01\n---\n\n${text}\n`];
    }),
  );
}

test("of 1,000 entries the right one comes with the prompt in at least 9 of 10 cases, within the budgets", async () => {
  const entries: Record<string, string> = others(1_000 - CASES.length);
  CASES.forEach(([, title, text], at) => {
    entries[`case-${at}`] = `---\ntitle: ${title}\ntype: project\ndate: 2026-01-01\n---\n\n${text}\n`;
  });
  const index = Object.keys(entries).map((id) => `- [${id}](${id}.md)`);
  const cwd = "/project";
  const files = memoryFilesPlugin({
    ...Object.fromEntries(Object.entries(entries).map(([id, text]) => [`${cwd}/.claude/memory/${id}.md`, text])),
    [`${cwd}/.claude/memory/MEMORY.md`]: index.join("\n"),
  });
  let memory: Memory | undefined;
  const probe = definePlugin({
    name: "probe",
    needs: { memory: Memory },
    setup: ({ use }) => {
      memory = use.memory;
      return {};
    },
  });
  const kernel = await createTestKernel({
    plugins: [files.plugin, moved(plugin, cwd), probe],
    env: { GANTRY_TRUST: "1" },
  });
  expect(await memory?.list()).toHaveLength(1_000);
  let right = 0;
  for (const [at, [prompt]] of CASES.entries()) {
    const { session } = kernel;
    await kernel.run(prompt);
    const recall = session.entries.findLast((one) => one.type === "plugin" && one.kind === "recall");
    const { entries: came = [], tokens = 0 } = (recall?.type === "plugin" ? recall.data : {}) as {
      entries?: readonly { id: string }[];
      tokens?: number;
    };
    if (came.some(({ id }) => id === `case-${at}`)) right++;
    expect(tokens).toBeLessThanOrEqual(600);
    expect(came.length).toBeLessThanOrEqual(5);
  }
  const [section] = kernel.model.requests[0]?.system ?? [];
  expect(section?.text.match(/^- \[/gm)?.length).toBe(200);
  expect(Buffer.byteLength(section?.text ?? "")).toBeLessThanOrEqual(25 * 1024 + 500);
  await kernel.close();
  expect(right).toBeGreaterThanOrEqual(9);
});

/** The plugin for a project that lies in memory. */
function moved(original: typeof plugin, cwd: string): typeof plugin {
  const { load } = original.setup as { load: () => Promise<{ default: (context: never) => object }> };
  return {
    ...original,
    setup: async (context: never) => {
      const { default: setup } = await load();
      return setup({ ...(context as object), host: { ...(context as { host: object }).host, cwd } } as never);
    },
  };
}
