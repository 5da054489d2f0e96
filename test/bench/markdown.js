import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { row } from "./measure.js";

const SIZE = 1_000_000;
const PIECE = 4;
const WIDTH = 200;
const FRAME_MS = 33;
/** Characters a second: what a model writes, what a quick one does, and as much as a pipe carries. */
const SPEEDS = [2_000, 20_000, 1_000_000];

const PROSE = `The **scheduler** keeps a queue for each worker and moves \`tasks\` between them when one runs dry. It looks at the
longest queue first, takes half of it, and goes on; see [the notes](https://example.org/notes) for why half and not one.

`;
const LIST = `1. Read the file and find the place where the order is decided.
2. Change it so that *equal* ones keep their order:
   - first those with a date,
   - then all others.
3. Run the tests.

`;
const TABLE = `| Name | Before | After |
|---|--:|--:|
| start | 120 ms | 80 ms |
| first answer | 900 ms | 850 ms |

`;
const CODE = `\`\`\`ts
/** The next task, or nothing where every queue is empty. */
export function next(queues: Map<string, Task[]>): Task | undefined {
  const longest = [...queues.values()].sort((a, b) => b.length - a.length)[0];
  if (!longest?.length) return undefined; // nobody has any
  return longest.shift();
}
\`\`\`

`;
const ANSWER = `## What was done\n\n${PROSE}${PROSE}${LIST}${PROSE}${CODE}${PROSE}${TABLE}`;

const TEXTS = {
  "an answer": ANSWER,
  prose: PROSE,
  "one long fence": CODE.split("\n").slice(1, -3).join("\n"),
  "one paragraph": "word ".repeat(100),
  "ideographs and emoji": "漢字かな交じり文が続く。👍🏽 絵文字も。\n\n",
  "one list": "- an item with some **words** in it\n",
};

/** What it costs to paint 1 MB of markdown as it comes, at 200 columns. */
export async function markdown() {
  const folder = await mkdtemp(join(tmpdir(), "gantry-bench-"));
  try {
    const { createMarkdownStream, createTheme } = await bundled(folder);
    const theme = createTheme({ name: "dark", depth: 24 });
    const rows = [];
    for (const [name, part] of Object.entries(TEXTS)) {
      const text =
        (name === "one long fence" ? "```ts\n" : "") + part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
      for (const speed of name === "an answer" ? SPEEDS : SPEEDS.slice(1, 2)) {
        const stream = () => createMarkdownStream({ width: WIDTH, theme, hasLinks: true });
        const first = stream();
        first.push(text);
        await first.ready();
        const streamed = await cpu(() => paint(stream(), text, speed));
        const whole = await cpu(() => paint(stream(), text, Number.POSITIVE_INFINITY));
        rows.push(row(`CPU for 1 MB of ${name} at ${speed} characters/s`, streamed, "looked at once", whole));
      }
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds of CPU, of the second of two runs. */
async function cpu(run) {
  run();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function paint(stream, text, speed) {
  const frame = Math.max(PIECE, (speed * FRAME_MS) / 1000);
  let lines = 0;
  let looked = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    stream.push(text.slice(at, at + PIECE));
    if (at - looked < frame) continue;
    looked = at;
    lines += stream.take().length;
    stream.tail();
  }
  return lines + stream.end().length;
}

async function bundled(folder) {
  const paintFolder = "plugins/frontend-tui/paint";
  const entry = "\0entry";
  const bundle = await rolldown({
    input: "paint",
    platform: "node",
    plugins: [
      {
        name: "paint",
        resolveId: (id) => (id === "paint" ? entry : undefined),
        load: (id) =>
          id === entry
            ? ["markdown-stream", "theme"].map((name) => `export * from "./${paintFolder}/${name}.ts";`).join("\n")
            : undefined,
      },
    ],
  });
  await bundle.write({ dir: folder, entryFileNames: "paint.mjs", chunkFileNames: "[name].mjs" });
  await bundle.close();
  return import(pathToFileURL(join(folder, "paint.mjs")).href);
}
