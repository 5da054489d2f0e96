import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, gone, numberIn, type Place, program } from "./program.ts";
import { hasTmux, openTerminal, type TestTerminal } from "./tmux.ts";

// A person, a terminal, and a model behind HTTP.

let place: Place;
let server: ModelServer | undefined;
let terminal: TestTerminal | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await terminal?.close();
  await server?.close();
  terminal = server = undefined;
  await place.remove();
});

const bash = (command: string, more: object = {}): Reply => ({
  calls: [{ name: "Bash", input: { command, ...more } }],
});

/** Starts the built program in a terminal, with a model that gives these replies and then repeats the last. */
async function start(replies: readonly Reply[], args = ""): Promise<TestTerminal> {
  server = await serveModel((number) => replies[Math.min(number, replies.length - 1)] as Reply);
  const script = path.join(place.base, "start.sh");
  await writeFile(script, `trap : INT\n${process.execPath} ${program} --line ${args}\necho "exit code $?"\nexec cat\n`);
  terminal = await openTerminal(script, {
    cwd: place.work,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: place.home,
      LANG: "C.UTF-8",
      TMPDIR: place.base,
      ANTHROPIC_API_KEY: "sk-test-key-of-no-use",
      ANTHROPIC_BASE_URL: server.url,
    },
    log: path.join(place.base, "log"),
  });
  return terminal;
}

async function say(t: TestTerminal, text: string): Promise<void> {
  await t.type(text);
  await t.press("Enter");
}

describe.skipIf(!hasTmux)("in a terminal (needs tmux)", () => {
  test("an answer, a line a tool call, and the commands", async () => {
    await place.write({ "notes.txt": "one\n" });
    const t = await start([{ calls: [{ name: "Read", input: { file_path: "notes.txt" } }] }, { text: "It says one." }]);
    await t.shows("\n>");
    await say(t, "what does it say?");
    await t.shows("It says one.\n>");
    expect(await t.screen()).toMatch(/^Read: notes\.txt \(ok/m);
    await say(t, "/help");
    await t.shows("/cost ");
    await say(t, "/model");
    await t.shows("* anthropic/claude-sonnet-5-5");
    await say(t, "/cost");
    await t.shows("2 requests, 20 tokens in, 10 out");
    await say(t, "/modle");
    await t.shows("There is no command /modle.");
    await t.shows('Did you mean "mode"?');
    await say(t, "/model haiku");
    await t.shows("The model is anthropic/claude-haiku-5-5");
    await t.press("C-d");
    await t.shows("exit code 0");
  });

  test("a yes for the session covers the same again, a no and a reason reach the model", async () => {
    const touch = (name: string) => bash(`touch ${name}`);
    const t = await start([touch("a"), touch("a"), touch("b"), touch("c"), { text: "Enough." }]);
    await t.shows("\n>");
    await say(t, "go");
    await t.shows("Allow?");
    await say(t, "s");
    // The second call of the same kind is not asked for.
    await t.shows("Allow?", 2);
    await say(t, "n");
    await t.shows("Allow?", 3);
    await say(t, "use the other folder");
    await t.shows("Enough.");
    expect(["a", "b", "c"].map((name) => existsSync(path.join(place.work, name)))).toEqual([true, false, false]);
    expect(JSON.stringify(server?.requests.at(-1)?.body.messages)).toContain("use the other folder");
  });

  test("whoever trusts a folder at the start is asked for what its rules leave open", async () => {
    await place.write({ ".claude/settings.json": JSON.stringify({ permissions: { allow: ["Bash(touch a)"] } }) });
    const t = await start([bash("touch a"), bash("touch b"), { text: "Both." }]);
    await t.shows("Trust this folder");
    await say(t, "y");
    await t.shows("\n>");
    await say(t, "go");
    await t.shows("Allow?");
    expect(existsSync(path.join(place.work, "a"))).toBe(true);
    await say(t, "a");
    await t.shows("Both.");
    expect(existsSync(path.join(place.work, "b"))).toBe(true);
    expect(await place.read(".claude/settings.local.json")).toContain("Bash(touch b)");
  });

  test("a background command that ends while nothing happens starts a turn, which is shown", async () => {
    const waiting = bash("until [ -e stop ]; do sleep 0.01; done; echo it-ended", { run_in_background: true });
    const t = await start(
      [waiting, { text: "It runs behind." }, { text: "I see that it has ended." }],
      "--allowedTools Bash",
    );
    await t.shows("\n>");
    await say(t, "start it");
    await t.shows("It runs behind.\n>");
    await writeFile(path.join(place.work, "stop"), "");
    await t.shows("I see that it has ended.");
    expect(JSON.stringify(server?.requests.at(-1)?.body.messages)).toContain("task-notification");
    await say(t, "/exit");
    await t.shows("exit code 0");
  });

  test("nothing that runs behind outlives a terminal that is closed", async () => {
    const t = await start(
      [bash("echo $$ > pid; exec sleep 600", { run_in_background: true }), { text: "It runs behind." }],
      "--allowedTools Bash",
    );
    await t.shows("\n>");
    await say(t, "start it");
    await t.shows("It runs behind.\n>");
    const pid = await numberIn(path.join(place.work, "pid"));
    await t.close();
    await gone(pid);
  });

  test("a folder with plugins is asked about, and the answer is remembered", async () => {
    await place.write({
      ".gantry/plugins/weather.ts": `
        import { definePlugin } from "gantry/sdk";
        export default definePlugin({
          name: "weather",
          commands: { weather: { description: "Say what the weather is." } },
          setup: () => ({ commands: { weather: () => "Rain." } }),
        });`,
    });
    const t = await start([{ text: "Hello." }]);
    await t.shows("Trust this folder");
    expect(await t.screen()).toContain("weather.ts");
    await say(t, "n");
    await t.shows("\n>");
    await say(t, "/weather");
    await t.shows("There is no command /weather.");
    await t.close();
    await server?.close();

    const again = await start([{ text: "Hello." }]);
    await again.shows("Trust this folder");
    await say(again, "y");
    await again.shows("\n>");
    await say(again, "/weather");
    await again.shows("Rain.");
    await again.close();
    await server?.close();

    const last = await start([{ text: "Hello." }]);
    await last.shows("\n>");
    expect(await last.screen()).not.toContain("Trust this folder");
    await say(last, "/weather");
    await last.shows("Rain.");
  });
});
