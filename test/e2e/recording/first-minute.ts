import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ModelRequest, type Reply, serveModel } from "../model.ts";
import { program } from "../program.ts";
import { openPty, type Pty } from "../pty.ts";
import { createRecorder, type Recorder, type Shot } from "./recorder.ts";
import type { Changing } from "./screen.ts";
import { ANSWER, FILES, NEW, OLD } from "./shop.ts";
import { createSpeech, type Speech } from "./speech.ts";

export const SIZE = { columns: 100, rows: 28 };

const AT_REST = /^(?!.*Working).*for shortcuts/s;
const USAGE = {
  input_tokens: 400,
  output_tokens: 180,
  cache_read_input_tokens: 9_000,
  cache_creation_input_tokens: 900,
};

/** Plays the first minute with the built program, and gives its screens. */
export async function playFirstMinute(): Promise<readonly Shot[]> {
  const base = await mkdtemp(path.join(tmpdir(), "gantry-film-"));
  const speech = createSpeech();
  const model = await serveModel((_, request) => replyTo(request, speech));
  let terminal: Pty | undefined;
  try {
    const { home, work, bin } = await furnish(base);
    terminal = openPty({
      file: "/bin/sh",
      args: ["-i"],
      cwd: work,
      env: {
        PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
        HOME: home,
        PS1: "~/shop $ ",
        LANG: "C.UTF-8",
        TERM: "xterm-256color",
        COLORTERM: "truecolor",
        TMPDIR: base,
        // npm looks for a newer one, and says so when it found it.
        NPM_CONFIG_UPDATE_NOTIFIER: "false",
        ANTHROPIC_API_KEY: "none",
        ANTHROPIC_BASE_URL: model.url,
      },
      ...SIZE,
    });
    const recorder = createRecorder(terminal, { ...SIZE, changing: changingIn(work) });
    await play(recorder, terminal, speech);
    return recorder.shots;
  } finally {
    await terminal?.close();
    await model.close();
    await rm(base, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function play({ see, type, press }: Recorder, terminal: Pty, speech: Speech): Promise<void> {
  await see("~/shop $", 0.8);
  await type("gantry");
  terminal.press("Enter");
  await see("? for shortcuts", 1.5, "start");

  await type("How does the cart add up?");
  terminal.press("Enter");
  await see("Working", 0.6);
  let said = "";
  for (const piece of ANSWER) {
    speech.say(piece);
    said += piece;
    await see(lastWord(said), piece.length * 0.02);
  }
  speech.end();
  await see(AT_REST, 2.5, "answer");

  await type("Make the test pass");
  terminal.press("Enter");
  await see("May it run?", 2.5, "edit");
  await press("y");
  await see("npm test", 0.2);
  await see("May it run?", 2, "command");
  await press("s");
  await see(AT_REST, 3, "done");

  await type("/");
  await see(/… \d+ more/, 1.5);
  await type("rew");
  await see("/rewind", 0.8, "palette");
  terminal.press("Enter");
  await see("Make the test pass", 2.5, "rewind");
  await press("Escape");
  await see("? for shortcuts", 4, "end");
}

/** The last thing of a text that markdown shows as it stands. */
const lastWord = (text: string) =>
  text
    .trimEnd()
    .split(/[`*\s]+/)
    .filter(Boolean)
    .at(-1) ?? "";

/** What the model does next is told by the results it has. */
function replyTo(request: ModelRequest, speech: Speech): Reply {
  return { ...contentFor(request, speech), usage: USAGE };
}

function contentFor({ body }: ModelRequest, speech: Speech): Reply {
  const said = JSON.stringify((body.messages as unknown[]).at(-1));
  if (said.includes("How does the cart add up?"))
    return { calls: [{ name: "Read", input: { file_path: "src/cart.js" } }] };
  if (said.includes("Make the test pass"))
    return { calls: [{ name: "Edit", input: { file_path: "src/cart.js", old_string: OLD, new_string: NEW } }] };
  if (said.includes("#lines = new Map")) return { pieces: speech.pieces };
  if (said.includes("# pass 2"))
    return { text: "Both tests pass: `add` throws a `RangeError` unless the quantity is above 0." };
  return { calls: [{ name: "Bash", input: { command: "npm test", description: "Run the tests" } }] };
}

async function furnish(base: string) {
  const [home, bin] = [path.join(base, "home"), path.join(base, "bin")];
  const work = path.join(home, "shop");
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(work, name)), { recursive: true });
    await writeFile(path.join(work, name), text);
  }
  await mkdir(bin);
  const gantry = path.join(bin, "gantry");
  await writeFile(gantry, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(gantry, 0o755);
  const env = {
    ...process.env,
    HOME: home,
    GIT_CONFIG_GLOBAL: path.join(home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
  const git = (...args: string[]) => execFileSync("git", args, { cwd: work, env, stdio: "ignore" });
  git("init", "-b", "main");
  git("add", "-A");
  git("-c", "user.name=You", "-c", "user.email=you@example.org", "commit", "-m", "A cart");
  return { home, work, bin };
}

function changingIn(work: string): Changing {
  const folder = new RegExp(work.replaceAll(/\W/g, "\\$&"));
  return [
    [folder, "~/shop"],
    [/(?<=Gantry) \d+\.\d+\.\d+/, ""],
    // The activity: which step of its sign, and for how long.
    [/^[·✢✳✶✻✽] (\w+… \()(\d+ s, )?Esc/, "✻ $1Esc"],
    // What a turn took.
    [/^ {2}\d+(\.\d+)? (ms|s), \$/, "  6.2 s, $"],
    [/\d{4}-\d\d-\d\d \d\d:\d\d/, "2026-05-04 09:30"],
    [/\d{4}-\d\d-\d\d \d\d:\d…/, "2026-05-04 09:3…"],
  ];
}
