import { execFileSync } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { type Reply, serveModel } from "./model.ts";
import { createPlace } from "./program.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The built program in a project with these files, and what it has asked the model. */
async function project(files: Readonly<Record<string, string>>, ...replies: readonly Reply[]) {
  const [place, model] = await Promise.all([createPlace(), serveModel((at) => replies[at] ?? { text: "Done." })]);
  open.push(place.remove, model.close);
  await place.write(files);
  const env = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: model.url };
  const part = (name: "system" | "messages") => JSON.stringify(model.requests.at(-1)?.body[name] ?? []);
  return {
    place,
    gantry: (args: readonly string[]) => place.gantry(args, { env }),
    system: () => part("system"),
    messages: () => part("messages"),
    requests: model.requests,
  };
}

test("the model knows what the project asks of it, where it is and what the prompt names", async () => {
  const { gantry, place, system, messages } = await project({
    "CLAUDE.md": "Use tabs.\n<!-- for people -->\n@docs/style.md\n",
    "AGENTS.md": "Run the tests with make.",
    "docs/style.md": "Short names.",
    ".claude/rules/all.md": "No globals.",
    ".claude/rules/sql.md": "---\npaths: db/**/*.sql\n---\nUpper-case keywords.",
    "src/a.ts": "export const one = 1;\nexport const two = 2;\n",
    ".env": "KEY=very-secret",
    ".claude/settings.json": '{"permissions":{"deny":["Read(.env)"]}}',
  });
  execFileSync("git", ["init", "-q", "-b", "trunk"], { cwd: place.work });
  const { code, stderr } = await gantry(["-p", "Explain @src/a.ts#2 beside @src/ and @.env"]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("@.env: not read.")]);
  for (const said of ["Use tabs.", "Run the tests with make.", "Short names.", "No globals.", "Branch: trunk"]) {
    expect(system()).toContain(said);
  }
  expect(system()).not.toMatch(/for people|Upper-case/);
  expect(messages()).toContain("export const two = 2;");
  expect(messages()).toMatch(/src\/\\">\\na\.ts\\n<\/mentioned>/);
  expect(messages()).not.toMatch(/export const one|very-secret/);
});

test("a rule for some files comes with the first of them, and the prefix stays", async () => {
  const { gantry, requests, messages } = await project(
    { ".claude/rules/sql.md": "---\npaths: db/**/*.sql\n---\nUpper-case keywords.", "db/a.sql": "select 1;\n" },
    { calls: [{ name: "Read", input: { file_path: "db/a.sql" } }] },
  );
  expect((await gantry(["-p", "Look at the SQL"])).stdout).toBe("Done.\n");
  expect(messages()).toContain("Upper-case keywords.");
  const [first, second] = requests.map(({ body }) => JSON.stringify(body.system));
  expect(first).not.toContain("Upper-case");
  expect(second).toBe(first);
});

test("a style of one's own is chosen on the command line; one of the folder waits for approval", async () => {
  const { gantry, system } = await project({
    ".claude/output-styles/house.md": "Answer in rhymes.",
    "../home/.claude/output-styles/pirate.md": "Talk like a pirate.",
  });
  const pirate = ["-p", "--settings", '{"outputStyle":"pirate"}', "--output-format", "stream-json", "--verbose", "Hi"];
  expect((await gantry(pirate)).stdout).toContain('"output_style":"pirate"');
  expect(system()).toContain("Talk like a pirate.");
  expect(system()).not.toContain("Look before you act");
  const house = ["-p", "--settings", '{"outputStyle":"house"}', "Hi"];
  expect((await gantry(house)).stderr).toContain("nobody has approved it");
  expect(system()).not.toContain("rhymes");
  await gantry(["--trust", ...house]);
  expect(system()).toContain("Answer in rhymes.");
});
