import { describe, expect, it } from "vitest";
import { acceptableEdit } from "./edits.ts";
import { readFlags } from "./flags.ts";
import { lookingOf } from "./looking.ts";
import { coversWords, hidesProgram, lineOf, mentionOf, reached } from "./match.ts";
import { readShell } from "./memory.ts";
import { peel } from "./peel.ts";
import { isEditingScript } from "./sed.ts";
import type { ShellWord } from "./text.ts";
import { wrappedBy } from "./wrappers.ts";

const wordsOf = (text: string): readonly ShellWord[] => readShell(text).commands[0]?.words ?? [];
const said = (words: readonly ShellWord[]) => words.map(({ text }) => text).join(" ");

describe("flags", () => {
  const SPEC = "-a -b -n: -f@ --all --name: --file@ --color --color? --when? -#";
  it.each([
    ["x -a y -b", "-a -b", "x y"],
    ["-ab x", "-a -b", "x"],
    ["-n 5 x", "-n=5", "x"],
    ["-n5 x", "-n=5", "x"],
    ["-an5 x", "-a -n=5", "x"],
    ["-5 x", "", "x"],
    ["--all --name x y", "--all --name=x", "y"],
    ["--name=x y", "--name=x", "y"],
    ["--color --color=never", "--color=never", ""],
    ["--when x", "--when", "x"],
    ["--when=x", "--when=x", ""],
    ["-a -- -b --all", "-a", "-b --all"],
    ["- x", "", "- x"],
    ["-f a --file=b", "-f=a --file=b", ""],
  ])("of %j are %j, and the rest is %j", (text, flags, rest) => {
    const read = readFlags(wordsOf(`x ${text}`).slice(1), SPEC);
    const shown = [...(read?.flags ?? [])].map(([flag, value]) => (value === undefined ? flag : `${flag}=${value}`));
    expect([shown.join(" "), read && said(read.rest)]).toEqual([flags, rest]);
  });

  it.each([
    "-c",
    "-ac",
    "--al",
    "--all=x",
    "--names=x",
    "-n",
    "--name",
    "-n $x",
    "--name=$x",
    "-$x",
    "-*",
    "--",
    "-a5",
  ])("of %j are %s", (text) => {
    const read = readFlags(wordsOf(`x ${text}`).slice(1), "-a -n: --all --name:");
    if (text === "--") expect(read).toMatchObject({ rest: [] });
    else expect(read).toBeUndefined();
  });

  it.each([
    ["-f -b", undefined],
    ["-f --all", undefined],
    ["-n -5", "-n=-5"],
    ["-f -", "-f=-"],
    ["-e -b", "-e=-b"],
    ["--two a b", "--two=a"],
    ["--two a", undefined],
    ["--two=a b", undefined],
    ["--must", undefined],
    ["--must=a", "--must=a"],
    ["-w5", "-w=5"],
  ])("of %j are %j, whatever the program takes for a value", (text, flags) => {
    const read = readFlags(wordsOf(`x ${text}`).slice(1), "-a -b -n: -f: -e! -w? --all --two:: --must=");
    const shown = read && [...read.flags].map(([flag, value]) => (value === undefined ? flag : `${flag}=${value}`));
    expect(shown?.join(" ")).toBe(flags);
  });

  it("take no next word for a value that only ever stands right behind", () => {
    expect(said(readFlags(wordsOf("x -w a").slice(1), "-w?")?.rest ?? [])).toBe("a");
  });

  it("are told as often as they stand there", () => {
    const given = readFlags(wordsOf("x -e a -ne b --all").slice(1), "-n -e: --all")?.given;
    expect(given).toEqual([
      ["-e", "a"],
      ["-n", undefined],
      ["-e", "b"],
      ["--all", undefined],
    ]);
  });

  it.each([
    ["single", "-ab", undefined],
    ["single", "-a -b -n5", "-a -b -n"],
    ["next", "-abn 5", "-a -b -n"],
    ["next", "-nb 5", undefined],
  ] as const)("are read as a program with %j does: %j", (reads, text, flags) => {
    const read = readFlags(wordsOf(`x ${text}`).slice(1), "-a -b -n:", { reads });
    expect(read && [...read.flags.keys()].join(" ")).toBe(flags);
  });

  it("are no flags behind the first word that is none, where a program says so", () => {
    expect(readFlags(wordsOf("x file -a").slice(1), "-a", { isOrdered: true })).toBeUndefined();
    expect(readFlags(wordsOf("x -a file").slice(1), "-a", { isOrdered: true })).toBeDefined();
  });

  it("tell which values are paths", () => {
    expect(said(readFlags(wordsOf("x -f a --file b -fc -n d e").slice(1), SPEC)?.paths ?? [])).toBe("a b c");
  });
});

describe("what another program runs", () => {
  it.each([
    ["sudo rm x", "rm x"],
    ["sudo -u me -E rm x", "rm x"],
    ["sudo --user me A=1 rm x", "rm x"],
    ["env -i A=1 B=2 rm x", "rm x"],
    ["env -u A -- rm x", "rm x"],
    ["timeout 5 rm x", "rm x"],
    ["timeout -k 1 -s KILL 5s rm x", "rm x"],
    ["nice -n 5 rm x", "rm x"],
    ["nohup rm x", "rm x"],
    ["xargs -0 -n 1 rm", "rm"],
    ["command rm x", "rm x"],
    ["exec -a name rm x", "rm x"],
    ["flock file rm x", "rm x"],
    ["busybox rm x", "rm x"],
    ["strace -o log rm x", "rm x"],
    ["find . -name x -exec rm {} ;", "rm x"],
    ["find . -execdir rm {} + -ok mv a b ;", "mv a b"],
    ["ls x", ""],
  ])("%j runs the program %j", (text, program) => {
    const { programs } = wrappedBy(wordsOf(text.replaceAll(";", "\\;")));
    // Where flags may take a word along, others may be the program, too.
    if (program === "") expect(programs).toEqual([]);
    else expect(programs.map(said)).toContain(program);
  });

  it.each([
    ["sh -c 'rm x'", "rm x"],
    ["bash -lc 'rm x' name", "rm x"],
    ["bash -o pipefail -c 'rm x'", "rm x"],
    ["env -S 'rm x'", "rm x"],
    ["su -c 'rm x' me", "rm x"],
    ["eval rm x", "rm x"],
    ["eval 'rm x' '; ls'", "rm x ; ls"],
    ["watch -n 5 rm x", "rm x"],
    ["ssh -p 22 host rm x", "rm x"],
    ["trap 'rm x' EXIT", "rm x"],
    ["alias a='rm x'", "rm x"],
    ["git -c alias.a='!rm x' a", "rm x"],
    ["ls x", ""],
  ])("%j runs the script %j", (text, script) => {
    const { scripts } = wrappedBy(wordsOf(text));
    if (script === "") expect(scripts).toEqual([]);
    else expect(scripts).toContain(script);
  });

  it.each([
    ["/usr/bin/sudo env A=1 nice /bin/rm -rf x", "rm -rf x"],
    ["sh -c 'bash -c \"sudo rm x\"'", "rm x"],
    ["echo rm x | sh", "rm x"],
    ["printf 'ls\\nrm x' | sudo bash", "rm x"],
    ["sh << E\nrm x\nE\n", "rm x"],
    ["bash <<< 'rm x'", "rm x"],
    ["echo $(rm x)", "rm x"],
    ["if a; then rm x; fi", "rm x"],
    ["f() { rm x; }; f", "rm x"],
    ["{rm,x}", "rm x"],
    ["X=rm; $X x", "rm x"],
    ["rm$IFS-rf", "rm -rf"],
    ["find . | xargs -I% sh -c 'rm x'", "rm x"],
  ])("in all of %j there is %j", (text, command) => {
    expect(reached(readShell(text)).map(({ words }) => said(words))).toContain(command);
  });
});

describe("a wrapper that leaves a command what it is", () => {
  it.each([
    ["timeout 5 npm test", "npm test", false],
    ["timeout -s KILL 5m nice -n 5 nohup npm test", "npm test", false],
    ["time -p npm test", "npm test", false],
    ["stdbuf -o0 npm test", "npm test", false],
    ["command npm test", "npm test", false],
    ["xargs npm test", "npm test", true],
    ["timeout 5 xargs npm test", "npm test", true],
    // Anything else stays on.
    ["sudo npm test", "sudo npm test", false],
    ["env A=1 npm test", "env A=1 npm test", false],
    ["timeout $X npm test", "timeout $X npm test", false],
    ["timeout x npm test", "timeout x npm test", false],
    ["timeout --bogus 5 npm test", "timeout --bogus 5 npm test", false],
    ["xargs -0 -n 1 npm test", "npm test", true],
    ["xargs -I{} npm test {}", "npm test {}", true],
    ["xargs -I {} {} test", "xargs -I {} {} test", false],
    ["xargs -I npm npm test", "xargs -I npm npm test", false],
    ["xargs -n x npm test", "xargs -n x npm test", false],
    ["xargs -a file npm test", "xargs -a file npm test", false],
    ["command -v npm", "command -v npm", false],
    ["timeout 5", "timeout 5", false],
    ["timeout 5 -x", "timeout 5 -x", false],
    ["./timeout 5 npm test", "./timeout 5 npm test", false],
  ])("is taken off: %j is %j", (text, inner, isOpen) => {
    const peeled = peel(wordsOf(text));
    expect([said(peeled.words), peeled.isOpen]).toEqual([inner, isOpen]);
  });
});

describe("a command that only looks", () => {
  it.each([
    ["ls -la a b", "a b"],
    ["cat -n a", "a"],
    ["cat *.ts", "*.ts"],
    ["grep -rn x a b", "a b"],
    ["grep -e x a", "a"],
    ["head -5 a", "a"],
    ["find a -name '*.ts' -type f", "a"],
    ["find -name x", "."],
    ["sed -n '1,5p' a", "a"],
    ["sed 's/a/b/g' a", "a"],
    ["git log -5 -- a", "a"],
    ["git grep x a", "a"],
    ["wc -l a", "a"],
    ["echo a $", ""],
    ["pwd", ""],
    ["node --version", ""],
    ["command -v npm", ""],
    ["awk 1 a", "a"],
    ["awk 'NR >= 2 && $1 > 3 || /x/ { print $1, length($0) }' a", "a"],
    ["awk -F: '!seen[$1]++ { n += $2 } END { print n }' a b", "a b"],
    ["ip addr show", ""],
    ["nm a", "a"],
    ["[ -f a ]", "-f a ]"],
  ])("%j looks at %j", (text, paths) => {
    const looking = lookingOf(wordsOf(text));
    expect(looking).toBeDefined();
    if (!text.startsWith("[")) expect(said(looking?.paths ?? [])).toBe(paths);
  });

  it.each([
    "rm a",
    "./ls",
    "/bin/ls",
    "LS",
    "$X",
    "ls $X",
    "find . -delete",
    "find . -exec rm {} +",
    "find . -fprint a",
    "sed -i s/a/b/ a",
    "sed s/a/b/e a",
    "sed 's/a/b/w x' a",
    "sed -n '1e rm' a",
    "sed 'r /etc/passwd' a",
    "sort -o a b",
    "sort --compress-program=x a",
    "sort *",
    "uniq a b",
    "xxd -r a b",
    "rg --pre x y",
    "fd -x rm",
    "jq -f x y",
    "jq env a",
    "date -s now",
    "hostname x",
    "git push",
    "git -c a=b log",
    "git -C $A log",
    "git -C a gc",
    "git branch new",
    "git tag v1",
    "git stash",
    "git log --output=x",
    "git diff --ext-diff",
    "git diff --no-index a b",
    "git config a b",
    "git remote add a b",
    "git grep -O x",
    "git grep --open-files-in-pager=x y",
    "node x",
    "npm test",
    "tree -o x",
    "man ls",
    "less a",
    "awk '{print > \"b\"}' a",
    "awk '{print | \"sh\"}' a",
    "awk '/{/ {print}; $1 > 2' a",
    "awk 'BEGIN { system(\"a\") }'",
    "awk '1system(\"a\")' a",
    "awk '$getline' a",
    "awk '{print ENVIRON[\"A\"]}' a",
    "awk 1 a=1",
    "awk -f a b",
    "tee a",
    "xargs ls",
    "env",
    "printenv",
    "test -v 'a[$(x)]'",
    "[ 'a[$(x)]' -eq 1 ]",
    "command ls",
    "docker ps -x",
    "go env -w a=b",
  ])("%j may do more", (text) => {
    expect(lookingOf(wordsOf(text))).toBeUndefined();
  });
});

describe("a script of sed", () => {
  it.each(["s/a/b/", "s|[^/]*$||", "/a\\/b/d", "2,5d", "1d;s/x/y/g"])("%j only edits", (script) => {
    expect(isEditingScript(script)).toBe(true);
  });

  it.each(["", "1", "p", "s/a/b/e", "s/a/b/w x", "/[/s|]/w x|y|", "/a\\/s,b/e id #,c,", "1e id", "s/[/]/x/", "1d;w x"])(
    "%j may do more",
    (script) => {
      expect(isEditingScript(script)).toBe(false);
    },
  );
});

describe("an edit of files behind a sign for others", () => {
  it.each([
    ".g*",
    ".[g]it",
    ".*",
    "gantry.config.*",
    "g*",
    "lefthook.?ml",
    "[p]ip.conf",
    "*antry.config.ts",
    "a/.v*/x",
  ])("is not accepted where they may steer programs: %j", (glob) =>
    expect(acceptableEdit(wordsOf(`rm ${glob}`))).toBeUndefined(),
  );
  it.each(["*.ts", "src*", "dist-?", "p*.log", "a/*"])("is accepted where they are others: %j", (glob) =>
    expect(acceptableEdit(wordsOf(`rm ${glob}`))).toHaveLength(1),
  );
});

describe("a rule that allows", () => {
  it.each([
    ["npm test", "npm test"],
    ["npm test:*", "npm test"],
    ["npm test:*", "npm test -- x"],
    ["npm test *", "npm test -- x"],
    ["npm 'a b'", "npm 'a b'"],
    ["npm * x", "npm test x"],
    ["npm run*", "npm run-script"],
    ["find:*", "find . -name x"],
    ["git log:*", "git log -c"],
    ["git -C a log:*", "git -C a log -5"],
  ])("%j covers %j", (rule, text) => {
    expect(
      coversWords(
        rule,
        wordsOf(text).map((one) => one.text),
      ),
    ).toBe(true);
  });

  it.each([
    ["npm test", "npm test x"],
    ["npm test:*", "npm tests"],
    ["npm test:*", "npm"],
    ["npm test:*", "npm 'test x'"],
    ["npm a b", "npm 'a b'"],
    ["npm test:*", "NPM test"],
    ["npm test:*", "/x/npm test"],
    ["find:*", "find . -delete"],
    ["find:*", "find . -exec x ;"],
    ["git:*", "git -c alias.a=!x a"],
    ["git *", "git --exec-path=x a"],
    ["watch:*", "watch x"],
    ["flock *", "flock a x"],
  ])("%j does not cover %j", (rule, text) => {
    expect(
      coversWords(
        rule,
        wordsOf(text.replaceAll(";", "\\;")).map((one) => one.text),
      ),
    ).toBe(false);
  });

  it("covers words that are not known only where any may follow", () => {
    expect(coversWords("npm test:*", ["npm", "test"], true)).toBe(true);
    expect(coversWords("npm test", ["npm", "test"], true)).toBe(false);
    expect(coversWords("npm * x", ["npm", "a", "x"], true)).toBe(false);
    expect(coversWords("find:*", ["find", "."], true)).toBe(false);
  });

  it("sees the bounds of words", () => {
    expect(lineOf(["a", "b c", "", "d'e"])).toBe('a "b c" "" "d\'e"');
  });
});

describe("a rule that forbids", () => {
  it.each([
    ["rm:*", "rm x", "yes"],
    ["rm:*", "/bin/rm x", "yes"],
    ["rm:*", "RM x", "yes"],
    ["rm:*", "sudo rm x", "yes"],
    ["rm:*", "r''m x", "yes"],
    ["rm:*", "echo 'rm x' | sh", "yes"],
    ["rm:*", "rm x; (", "yes"],
    ["rm:*", "ls; if rm x", "yes"],
    ["git push:*", "git -C a push", "yes"],
    ["git push:*", "git --no-pager push", "yes"],
    ["git push:*", "git -c a=b push x", "yes"],
    ["git push --force", "git push --force", "yes"],
    ["git push:*", "git $X", "maybe"],
    ["git push:*", "git p*", "maybe"],
    ["rm:*", "$X x", "no"],
    ["rm:*", "ls rm", "no"],
    ["rm:*", "rmdir x", "no"],
    ["rm:*", "git rm x", "no"],
    ["git push:*", "git log push", "no"],
    ["git push", "git push x", "no"],
  ])("%j speaks of %j: %s", (rule, text, mention) => {
    expect(mentionOf(rule, readShell(text))).toBe(mention);
  });

  it.each([
    ["$X x", true],
    ["/bin/r? x", true],
    ["ls | $(x)", true],
    ["sudo $X", true],
    ["ls $X", false],
    ["[ -f x ]", false],
  ])("has to reckon with %j hiding its program: %s", (text, isHidden) => {
    expect(hidesProgram(readShell(text))).toBe(isHidden);
  });
});
