import fs from "node:fs";
import { PassThrough } from "node:stream";
import { type CompactRequest, definePlugin, type ListItem, type OpenOptions, type Panel, text } from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { type Bench, bench } from "./test-bench.ts";

/** Two prompts: one that makes a file, one that changes it and makes another. */
async function asked(options: Parameters<typeof bench>[0] = {}) {
  const opened = await bench(options);
  const first = await opened.prompt("Make it\nand more words", opened.write("a.txt", "one\ntwo\n"));
  const made = opened.tree();
  await opened.prompt("Change it", opened.write("a.txt", "one\nzwei\n"), opened.write("b.txt", "b\n"));
  return { ...opened, first, made };
}

describe("/rewind", () => {
  test("lists the prompts with their time, their first line, and what each changed", async () => {
    const { say, first, checkpoints, kernel } = await asked();
    const [one] = await checkpoints.list(kernel.session);
    expect(one).toMatchObject({ prompt: first, number: 1, text: "Make it", insertions: 2, deletions: 0 });
    const lines = (await say("/rewind")).split("\n").map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "TIME"));
    expect(lines).toEqual([
      "  1  TIME  Make it  (a.txt +2 -0)",
      "  2  TIME  Change it  (a.txt, b.txt +2 -1)",
      "Go back with /rewind <number> [conversation|files|both].",
    ]);
  });

  test("shows the prompts, newest first, with what would be taken back; behind each are the ways", async () => {
    const { kernel, tree, made } = await asked();
    const { panel } = await kernel.run("/checkpoint");
    if (panel?.type !== "list") throw new Error("no list");
    const [second] = await panel.load();
    expect(second?.title).toBe("Change it");
    expect(JSON.stringify(await panel.preview?.(second as ListItem, new AbortController().signal))).toContain(
      "2 files would be taken back (+1 -2):",
    );
    const chosen = (await panel.actions[0]?.run(second as ListItem)) as { panel: Panel };
    if (chosen.panel.type !== "list") throw new Error("no list");
    const ways = await chosen.panel.load();
    expect(ways.map(({ id }) => id)).toEqual(["both", "conversation", "files", "summarize-from", "summarize-upto"]);
    expect(await chosen.panel.actions[0]?.run(ways[2] as ListItem)).toContain("2 files were taken back");
    expect(tree()).toEqual(made);
  });

  test("goes back with both, and gives the prompt back", async () => {
    const { say, tree, made, kernel } = await asked();
    expect(await say("/rewind 2")).toBe(
      [
        "The conversation went back.",
        "2 files were taken back (+1 -2):",
        "  a.txt",
        "  b.txt",
        "The prompt was: Change it",
      ].join("\n"),
    );
    expect(tree()).toEqual(made);
    expect(kernel.session.messages.filter(({ role }) => role === "user")).toHaveLength(2);
  });

  test("goes back with the files or the conversation alone", async () => {
    const { say, tree, made, kernel } = await asked();
    const messages = kernel.session.messages.length;
    await say("/rewind 2 files");
    expect(tree()).toEqual(made);
    expect(kernel.session.messages).toHaveLength(messages);
    await say("/rewind 1 conversation");
    expect(tree()).toEqual(made);
    expect(kernel.session.messages).toEqual([]);
  });

  test("undoes the last rewind", async () => {
    const { say, tree } = await asked();
    const after = tree();
    await say("/rewind 1");
    expect(tree()).toEqual({});
    await say("/rewind undo");
    expect(tree()).toEqual(after);
    expect(await say("/rewind undo")).toBe("There is no rewind to undo. Go back with /rewind first.");
  });

  test("says what stays, and takes it back when forced", async () => {
    const { say, tree, path } = await asked();
    fs.writeFileSync(path("b.txt"), "mine\n");
    const shown = await say("/rewind 1 files --dry-run");
    expect(shown).toContain("  b.txt *: Somebody else has changed it since.");
    expect(shown).toContain("With --force those marked with * are taken back, too.");
    expect(await say("/rewind 1")).toContain("Undo this rewind first: with --force those marked with * are taken back");
    await say("/rewind undo");
    await say("/rewind 1 files --force");
    expect(tree()).toEqual({});
  });

  test.each([
    ["/rewind 9", "Choose a number from 1 to 2."],
    ["/rewind 1 everything", "summarize-upto"],
    ["/rewind 1 files now", "nothing that can be taken back"],
  ])("%s is answered with what would be right", async (command, says) => {
    const { say, tree } = await asked();
    const before = tree();
    expect(await say(command)).toContain(says);
    expect(tree()).toEqual(before);
  });

  test("summarises what begins with a prompt, or what lies before it", async () => {
    const requests: CompactRequest[] = [];
    const summary = definePlugin({
      name: "summary",
      setup: () => ({
        taps: {
          compact: (request) => {
            requests.push(request);
            return { messages: [{ role: "user", content: [text("Short.")] }], summary: "Made it short." };
          },
        },
      }),
    });
    const from = await asked({ plugins: [summary] });
    expect(await from.say("/rewind 2 summarize-from")).toContain("Made it short.");
    expect(JSON.stringify(requests[0]?.messages)).not.toContain("Make it");
    expect(JSON.stringify(requests[0]?.messages)).toContain("Change it");
    const upTo = await asked({ plugins: [summary] });
    expect(await upTo.say("/rewind 1 summarize-upto")).toBe("Nothing lies before the first prompt.");
    expect(await upTo.say("/rewind 2 summarize-upto")).toContain("Made it short.");
    expect(JSON.stringify(requests[1]?.messages)).toContain("Make it");
    expect(JSON.stringify(requests[1]?.messages)).not.toContain("Change it");
    expect(JSON.stringify(upTo.kernel.session.messages)).toContain("Change it");
  });
});

describe("gantry rewind", () => {
  const run = async ({ subcommand, kernel }: Bench, args: string[], flags: Record<string, string | boolean> = {}) => {
    const stdout = new PassThrough();
    const wanted: OpenOptions[] = [];
    const open = async (options: OpenOptions) => {
      wanted.push(options);
      return kernel.session;
    };
    // It is the kernel's own, which is closed with the test.
    const { close } = kernel.session;
    kernel.session.close = async () => undefined;
    const code = await subcommand(args, flags, { stdout, open } as never).finally(() => {
      kernel.session.close = close;
    });
    stdout.end();
    return { code, text: String(stdout.read() ?? ""), wanted };
  };

  test("lists the prompts of the newest session, or of the one that is named", async () => {
    const opened = await asked();
    const listed = await run(opened, []);
    expect(listed).toMatchObject({ code: 0, wanted: [{ continueLatest: true }] });
    expect(listed.text).toContain("Change it  (a.txt, b.txt +2 -1)");
    const json = await run(opened, [], { json: true, session: "abc" });
    expect(json.wanted).toMatchObject([{ resume: "abc" }]);
    expect(JSON.parse(json.text)).toMatchObject([{ number: 1, text: "Make it" }, { number: 2 }]);
  });

  test("takes files back, as a dry run and for good, and undoes it", async () => {
    const opened = await asked();
    const after = opened.tree();
    const dry = await run(opened, ["2"], { files: true, dryRun: true, json: true });
    expect(JSON.parse(dry.text)).toMatchObject({ canRewind: true, isConversationRewound: false });
    expect(opened.tree()).toEqual(after);
    expect((await run(opened, ["2"], { files: true })).code).toBe(0);
    expect(opened.tree()).toEqual(opened.made);
    expect((await run(opened, ["undo"])).code).toBe(0);
    expect(opened.tree()).toEqual(after);
  });

  test("exits with 1 when nothing can be taken back, and refuses what it does not know", async () => {
    const opened = await bench();
    await opened.prompt("Hello");
    expect((await run(opened, ["1"], { files: true })).code).toBe(1);
    await expect(run(opened, ["7"])).rejects.toMatchObject({ code: "GANTRY_REWIND_PROMPT" });
    await expect(run(opened, ["1", "2"])).rejects.toMatchObject({ code: "GANTRY_REWIND_USAGE" });
  });
});
