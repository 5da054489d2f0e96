import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { bench } from "./test-bench.ts";

const bash = (command: string) => ["Bash", { command }] as const;

/** A folder with files in it, as it was before each command. */
async function filled() {
  const opened = await bench();
  const { path } = opened;
  fs.mkdirSync(path("src/deep"), { recursive: true });
  for (const name of ["a.txt", "b.txt", "src/one.ts", "src/deep/two.ts"]) fs.writeFileSync(path(name), `${name}\n`);
  fs.chmodSync(path("a.txt"), 0o750);
  return opened;
}

describe("what a command's words name is taken back", () => {
  test.each([
    "echo new > a.txt",
    "echo more >> a.txt; echo x > made.txt",
    "rm a.txt b.txt",
    "rm -rf src",
    "mv a.txt c.txt",
    "mv src lib",
    "cp a.txt copy.txt && cp -r src again",
    "mkdir -p x/y/z && touch x/y/file",
    "sed -i s/a/A/ a.txt",
    "chmod 600 a.txt",
    "cd src && rm one.ts && echo two > deep/two.ts",
    "rm *.txt",
    "rm -r src && echo file > src",
    "chmod 700 src",
    "chmod 700 src; rm -r src",
    "rm a.txt && mkdir a.txt",
    "sh -c 'rm a.txt'",
    "find src -name '*.ts' -delete",
    "tee a.txt b.txt < src/one.ts",
    "rmdir src/deep 2>/dev/null; rm src/deep/two.ts; rmdir src/deep",
  ])("%s", async (command) => {
    const { prompt, checkpoints, kernel, tree } = await filled();
    const before = tree();
    const asked = await prompt("Run it", bash(command));
    expect(tree()).not.toEqual(before);
    const after = tree();
    const rewound = await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(rewound.skipped).toEqual([]);
    expect(tree()).toEqual(before);
    await checkpoints.undo(kernel.session);
    expect(tree()).toEqual(after);
  });
});

describe("what a command does not name", () => {
  test("is seen in files that the session has read or changed", async () => {
    const { prompt, checkpoints, kernel, tree, path, write } = await filled();
    fs.writeFileSync(path("format.sh"), "for f in *.txt; do tr a-z A-Z < $f > $f.new; mv $f.new $f; done\n");
    const before = tree();
    const asked = await prompt("Read", ["Read", { file_path: path("a.txt") }], write("mine.txt", "mine\n"));
    const formatted = await prompt("Format", bash("sh format.sh"));
    const { skipped } = await checkpoints.rewind(kernel.session, formatted, { what: "files" });
    expect(skipped).toEqual([]);
    expect(fs.readFileSync(path("mine.txt"), "utf8")).toBe("mine\n");
    expect(fs.readFileSync(path("a.txt"), "utf8")).toBe("a.txt\n");
    await checkpoints.rewind(kernel.session, asked, { what: "files" });
    expect(tree()).toEqual({ ...before, "b.txt": "644 B.TXT\n" });
  });

  test("is said when going back, each command once; commands that only look, or write what they name, are not", async () => {
    const { prompt, checkpoints, kernel } = await filled();
    const asked = await prompt(
      "Run",
      bash("ls -l"),
      bash("true; node -e 0"),
      bash("rm a.txt"),
      bash("true; node -e 0"),
    );
    const { unseen } = await checkpoints.rewind(kernel.session, asked, { what: "files", dryRun: true });
    expect(unseen).toEqual(["Bash: true; node -e 0"]);
  });

  test("is not read at all for a command that only looks", async () => {
    const { prompt, kernel } = await filled();
    await prompt("Look", bash("ls; cat a.txt | wc -l; cd src && ls -a"));
    expect(kernel.session.entries.filter(({ type }) => type === "plugin")).toEqual([]);
  });

  test("is a link, which is named and left alone", async () => {
    const { prompt, checkpoints, kernel, path, tree } = await filled();
    fs.symlinkSync("a.txt", path("link"));
    const asked = await prompt("Remove", bash("rm link b.txt"));
    const { skipped } = await checkpoints.rewind(kernel.session, asked, { what: "files", force: true });
    expect(skipped).toEqual([
      { path: path("link"), reason: "It was a link, and links are not made.", canForce: false },
    ]);
    expect(Object.keys(tree())).toContain("b.txt");
    expect(Object.keys(tree())).not.toContain("link");
  });

  test("is a folder with more in it than anybody looks at: the person is told at once", async () => {
    const { prompt, path, notices } = await filled();
    fs.mkdirSync(path("many"));
    for (let at = 0; at < 501; at++) fs.writeFileSync(path(`many/${at}`), "");
    const told = notices();
    await prompt("Remove", bash("rm -r many"));
    expect(told).toEqual([expect.stringContaining(`More than 500 files lie in "${path("many")}"`)]);
  });
});
