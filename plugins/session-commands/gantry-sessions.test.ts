import { PassThrough, Readable } from "node:stream";
import { type Entry, type EntryBody, type Files, type FrontendHost, isGantryError, LOG_VERSION } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { memoryFiles } from "gantry/sdk/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "./memory-store.ts";
import { createSubcommand } from "./subcommand.ts";

const CWD = "/project/shop";
const ONE = "aaaaaaaa-1111-4111-8111-111111111111";
const TWO = "aaaaaaaa-2222-4222-8222-222222222222";
const FAR = "bbbbbbbb-3333-4333-8333-333333333333";

let kept: ReturnType<typeof memoryStore>;
let files: Files;
beforeEach(() => {
  kept = memoryStore();
  files = memoryFiles();
  kept.put(ONE, CWD, log(ONE, said("Fix the login"), answer("Done: `a` & <b>")));
  kept.put(TWO, CWD, log(TWO, said("Write the docs")));
  kept.put(FAR, "/project/far", log(FAR, said("Far away")));
});

/** Records, each hanging on the one before, behind the first that every session has. */
function log(id: string, ...bodies: readonly EntryBody[]): readonly Entry[] {
  const entries: Entry[] = [];
  const begin: EntryBody<"session"> = { type: "session", version: LOG_VERSION, cwd: CWD, gantry: "0" };
  for (const body of [begin, ...bodies]) {
    const uuid = `${id.slice(0, 13)}-${entries.length}`;
    const common = {
      uuid,
      parentUuid: entries.at(-1)?.uuid ?? null,
      sessionId: id,
      timestamp: "2026-01-02T03:04:05.678Z",
    };
    entries.push({ ...body, ...common } as Entry);
  }
  return entries;
}

const said = (text: string): EntryBody<"user"> => ({
  type: "user",
  message: { role: "user", content: [{ type: "text", text }] },
});

function answer(
  text: string,
  ...calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
) {
  const content = [{ type: "text", text }, ...calls.map((call) => ({ type: "tool_use", ...call }))];
  return {
    type: "assistant",
    model: "a/b",
    ms: 1,
    message: { role: "assistant", content },
  } as unknown as EntryBody<"assistant">;
}

const result = (toolUseId: string, text: string): EntryBody<"tool_result"> => ({
  type: "tool_result",
  toolUseId,
  tool: "Bash",
  outcome: "ok",
  content: [{ type: "text", text }],
  ms: 1,
});

/** What it writes, or the error that ends it. */
async function gantry(
  args: string,
  flags: Readonly<Record<string, string | boolean>> = {},
  stdin: Readable = new PassThrough(),
): Promise<string> {
  const written: string[] = [];
  const host = {
    info: { cwd: CWD, version: "9.9.9" },
    stdin,
    stdout: { write: (text: string) => void written.push(text) },
    stderr: { isTTY: "isTTY" in stdin, write: (text: string) => void written.push(text) },
    signal: new AbortController().signal,
  } as unknown as FrontendHost;
  try {
    await createSubcommand({ store: kept.store, files })(args.split(" ").filter(Boolean), flags, host);
  } catch (error) {
    if (!isGantryError(error)) throw error;
    return `${error.code} ${error.message} ${error.remedy}`;
  }
  return written.join("");
}

/** A terminal at which somebody types this. */
const typing = (text: string) => Object.assign(Readable.from([text]), { isTTY: true });

const json = async (args: string, flags = {}) => JSON.parse(await gantry(args, { ...flags, json: true }));
const read = async (path: string) => Buffer.from((await files.read(path)).bytes).toString();

describe("gantry sessions list", () => {
  it("shows this folder's, with as much of the ids as tells them apart; --all those of all folders", async () => {
    expect((await gantry("")).trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^aaaaaaaa-2 .*Write the docs$/),
      expect.stringMatching(/^aaaaaaaa-1 .*Fix the login$/),
    ]);
    expect(await gantry("list", { all: true })).toMatch(/^bbbbbbbb .*Far away {2,}\/project\/far\n/);
    expect(await json("list docs")).toMatchObject([{ id: TWO, cwd: CWD, title: "Write the docs", isLive: false }]);
  });

  it("says so when there is none", async () => {
    for (const id of [ONE, TWO]) await kept.store.remove(id, {});
    expect(await gantry("list")).toBe(`There is no session of ${CWD}.\n`);
    expect(await json("list")).toEqual([]);
  });
});

describe("gantry sessions search", () => {
  it("finds what was said, answered, called and given back, with its surroundings", async () => {
    const id = "cccccccc-4444-4444-8444-444444444444";
    const call = { id: "c", name: "Bash", input: { command: "grep needle" } };
    kept.put(
      id,
      CWD,
      log(id, said("Look"), answer("I look.", call), result("c", `${"x".repeat(500)} haystack ${"y".repeat(500)}`)),
    );
    expect(await json("search NEEDLE")).toMatchObject([{ id, count: 1 }]);
    expect(await gantry("search haystack")).toMatch(/\n {4}…x+ haystack y+…\n$/);
    expect(await gantry("search far away")).toBe('No session has "far away".\n');
    expect(await json("search far away", { all: true })).toMatchObject([{ id: FAR }]);
    expect(await gantry("search")).toMatch(/^GANTRY_SESSIONS_ARGUMENT/);
  });
});

describe("gantry sessions, with one session", () => {
  it("takes it by the start of its id or by words of its name, and says what is wrong", async () => {
    expect(await gantry("show aaaaaaaa-1")).toContain("Fix the login");
    expect(await gantry("show docs")).toContain("Write the docs");
    expect(await gantry("show aaaa")).toMatch(/^GANTRY_SESSIONS_AMBIGUOUS 2 sessions fit "aaaa"/);
    expect(await gantry("show far")).toMatch(/^GANTRY_SESSIONS_ELSEWHERE .*\/project\/far.*--all/);
    expect(await gantry("show far", { all: true })).toContain("Far away");
    expect(await gantry("show zzz")).toMatch(/^GANTRY_SESSIONS_ABSENT/);
    expect(await gantry("show")).toMatch(/^GANTRY_SESSIONS_ARGUMENT/);
    expect(await gantry("shw x")).toMatch(/^GANTRY_SESSIONS_ACTION .*Did you mean "show"/);
  });

  it("renames it, behind its last record, and not while it is open", async () => {
    expect(await gantry(`rename ${ONE} A new name`)).toContain("A new name");
    const { entries } = await kept.store.read(ONE, {});
    expect(entries.at(-1)).toMatchObject({ type: "title", title: "A new name", parentUuid: entries.at(-2)?.uuid });
    const { writer } = await kept.store.open(ONE, CWD);
    expect(await gantry(`rename ${ONE} Other`)).toMatch(/^GANTRY_SESSION_LOCKED/);
    await writer.close();
    expect(await gantry(`rename ${ONE}`)).toMatch(/^GANTRY_SESSIONS_ARGUMENT/);
  });

  it("deletes those that are named: all, or none where one is not to be found", async () => {
    expect(await gantry(`delete ${ONE} zzz`, { force: true })).toMatch(/^GANTRY_SESSIONS_ABSENT/);
    expect(await json("list")).toHaveLength(2);
    expect(await gantry(`delete ${ONE} docs`, { force: true })).toBe(
      `Removed ${ONE} (Fix the login).\nRemoved ${TWO} (Write the docs).\n`,
    );
    expect((await json("list", { all: true })).map(({ id }: { id: string }) => id)).toEqual([FAR]);
  });

  it("deletes nothing where nobody can be asked", async () => {
    expect(await gantry(`delete ${ONE}`)).toMatch(/^GANTRY_SESSIONS_UNCONFIRMED .*Fix the login.*--force/);
    expect(await json("list")).toHaveLength(2);
  });

  it.each([
    ["n\n", 2],
    ["", 2],
    ["\n", 2],
    ["yesterday\n", 2],
    ["y\n", 1],
    ["Yes\n", 1],
  ])("deletes what was asked about after a yes: %j leaves %i", async (typed, count) => {
    const said = await gantry(`delete ${ONE}`, {}, typing(typed));
    const end = count === 2 ? "Nothing was removed.\n" : `Removed ${ONE} (Fix the login).\n`;
    expect(said).toBe(`Remove ${ONE} (Fix the login) for good? [y/N] ${typed ? "" : "\n"}${end}`);
    expect(await json("list")).toHaveLength(count);
  });

  it("shows its tree", async () => {
    expect(await gantry(`tree ${ONE}`)).toBe("* Fix the login\n");
    expect(await json(`tree ${ONE}`)).toMatchObject([{ prompt: "Fix the login", isCurrent: true, children: [] }]);
  });
});

describe("an export", () => {
  const HOSTILE = `</pre><script>alert(1)</script><img src=x onerror=alert(1)> & "q" 'q' \u202egnp`;
  beforeEach(() => {
    const call = { id: "c", name: "<b>Bash", input: { command: HOSTILE } };
    const image = (media_type: string, data: string) => ({
      type: "image",
      source: { type: "base64", media_type, data },
    });
    const pictures = [
      image("image/png", "aGk="),
      image('image/png" onload="x', "aGk="),
      image("image/png", '"><script>'),
    ];
    const first = said(HOSTILE);
    const body = {
      ...first,
      message: { ...first.message, content: [...first.message.content, ...pictures] },
    } as EntryBody<"user">;
    kept.put(ONE, CWD, log(ONE, body, answer(HOSTILE, call), result("c", HOSTILE), { type: "title", title: HOSTILE }));
  });

  it("as HTML has nothing in it that runs or loads, whatever was said", async () => {
    const html = await gantry("export aaaaaaaa-1", { format: "html" });
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, name]) => name?.toLowerCase()));
    const known = [
      "!doctype",
      "html",
      "head",
      "meta",
      "title",
      "style",
      "body",
      "h1",
      "h2",
      "p",
      "pre",
      "section",
      "span",
      "time",
    ];
    expect([...tags].filter((tag) => !known.includes(tag ?? ""))).toEqual(["img", "details", "summary"]);
    expect([...html.matchAll(/<img[^>]*>/g)].map(([tag]) => tag)).toEqual([
      '<img alt="" src="data:image/png;base64,aGk=">',
    ]);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/\son\w+\s*=\s*["']?x/);
    expect(html).toContain("&lt;U+202E&gt;gnp");
  });

  it("as Markdown keeps what tools gave back within its fence", async () => {
    const id = "dddddddd-5555-4555-8555-555555555555";
    kept.put(
      id,
      CWD,
      log(id, said("x"), answer("y", { id: "c", name: "Bash", input: 1 }), result("c", "````\n# forged\n```")),
    );
    expect(await gantry("export dddddddd")).toContain("`````\n````\n# forged\n```\n`````\n");
  });

  it("goes to a file that does not exist yet, in the format of its name or the one that is asked for", async () => {
    expect(await gantry("export docs", { output: "out.html" })).toContain("/project/shop/out.html");
    expect(await read("/project/shop/out.html")).toMatch(/^<!doctype html>/);
    expect(await gantry("export docs", { output: "out.html" })).toMatch(/^GANTRY_SESSIONS_EXISTS/);
    await gantry("export docs", { output: "plain", format: "jsonl" });
    expect(await read("/project/shop/plain")).toMatch(/^{"type":"session"/);
    expect(await gantry("export docs", { format: "pdf" })).toMatch(/^GANTRY_SESSIONS_FORMAT .*md, html, json, jsonl/);
  });
});

describe("an import", () => {
  const put = (name: string, text: string) => files.write(`${CWD}/${name}`, Buffer.from(text));
  const lines = (entries: readonly unknown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

  it.each(["json", "jsonl"])("of an export as %s gives the same conversation under a new id", async (format) => {
    const [begin, one, two, back, three] = log(
      ONE,
      said("One"),
      said("Two"),
      { type: "rewind", to: null, by: "x" },
      said("Three"),
    ) as [Entry, Entry, Entry, Entry, Entry];
    const tree = [begin, one, two, { ...back, to: one.uuid, parentUuid: one.uuid }, three] as Entry[];
    kept.put(ONE, CWD, tree);
    await gantry(`export ${ONE}`, { output: `a.${format}` });
    const { id } = await json(`import a.${format}`);
    expect(id).not.toBe(ONE);
    const { entries } = await kept.store.read(id, { cwd: CWD });
    expect(entries[0]).toMatchObject({ type: "session", cwd: CWD, gantry: "9.9.9", forkedFrom: { sessionId: ONE } });
    expect(entries.map(({ sessionId }) => sessionId)).toEqual(Array(5).fill(id));
    expect(
      branchOf(entries)
        .slice(1)
        .map(({ uuid }) => uuid),
    ).toEqual([one.uuid, back.uuid, three.uuid]);
    await gantry(`export ${id}`, { output: "again.md" });
    expect(await read(`${CWD}/again.md`)).toMatch(/One[\s\S]*Three/);
    expect((await kept.store.read(ONE, {})).entries).toEqual(tree);
  });

  it("brings no permission, no state of a plugin and nothing that would be said by itself", async () => {
    const entries = log(
      ONE,
      { type: "plugin", plugin: "permit-modes", kind: "mode", data: { mode: "acceptEdits" } },
      said("One"),
      { type: "queued", id: "q", content: [{ type: "text", text: "rm -rf ~" }] },
      said("Two"),
    );
    await put("a.jsonl", lines(entries));
    const { id, leftOut } = await json("import a.jsonl");
    expect(leftOut).toBe(2);
    const imported = (await kept.store.read(id, {})).entries;
    expect(imported.map(({ type }) => type)).toEqual(["session", "user", "user"]);
    // What hung on a record that was left out hangs on the one before that.
    expect(branchOf(imported)).toEqual(imported);
    expect(imported.map(({ parentUuid }) => parentUuid)).toEqual([null, imported[0]?.uuid, imported[1]?.uuid]);
  });

  it("passes over records of a type that this version does not know", async () => {
    const [begin, one, two] = log(ONE, said("One"), said("Two")) as [Entry, Entry, Entry];
    await put("a.jsonl", lines([begin, { ...one, type: "invented-later" }, two]));
    expect(await json("import a.jsonl")).toMatchObject({ records: 2, leftOut: 1 });
  });

  it.each([
    ["text", "hello", /line 1 is no JSON/],
    ["half a record", '{"type":"user"}\n', /record 1 is none/],
    ["a list", "[1]", /record 1 is none/],
    ["nothing", "", /nothing is said in it/],
    ["an export without entries", '{"format":"gantry-session","version":1}', /has no entries/],
    ["an export of a newer version", '{"format":"gantry-session","version":99,"entries":[]}', /version 99/],
  ])("refuses %s, and keeps nothing of it", async (_, text, problem) => {
    await put("a.json", text);
    expect(await gantry("import a.json")).toMatch(problem);
    expect(await json("list", { all: true })).toHaveLength(3);
  });

  it("names a file that is not there", async () => {
    expect(await gantry("import nowhere.json")).toMatch(/^GANTRY_FILES_ABSENT/);
  });
});

describe("gantry sessions prune", () => {
  it("removes what is older than a month, or than --days; --dry-run only says what", async () => {
    kept.age(ONE, 31);
    kept.age(FAR, 8);
    expect(await gantry("prune", { dryRun: true })).toMatch(
      /^1 session older than 30 days would be removed\.\n.*Fix the login/,
    );
    expect(await json("list", { all: true })).toHaveLength(3);
    expect(await gantry("prune")).toMatch(/^1 session older than 30 days removed\./);
    expect(await json("prune", { days: "7" })).toMatchObject([{ id: FAR }]);
    expect(await json("list", { all: true })).toMatchObject([{ id: TWO }]);
  });

  it("never removes one that is open", async () => {
    kept.age(ONE, 99);
    const { writer } = await kept.store.open(ONE, CWD);
    expect(await gantry("prune")).toBe("0 sessions older than 30 days removed.\n");
    await writer.close();
  });

  it.each(["0", "-1", "soon", ""])("refuses --days %j", async (days) => {
    kept.age(ONE, 99);
    expect(await gantry("prune", { days })).toMatch(/^GANTRY_SESSIONS_DAYS/);
    expect(await json("list")).toHaveLength(2);
  });
});
