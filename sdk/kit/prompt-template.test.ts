// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillTemplate, readTemplate } from "./prompt-template.ts";
import { quotedFor } from "./shell-quoting.ts";
import { splitWords } from "./words.ts";

const noShell = async (command: string): Promise<string> => {
  throw new Error(`nothing runs here: ${command}`);
};
const fill = (body: string, args = "", more = {}) => fillTemplate(body, { args, ...more }, noShell);

describe("placeholders", () => {
  test.each([
    ["Fix $ARGUMENTS now", 'a "b c"', 'Fix a "b c" now'],
    ["Fix $ARGUMENTS.", "", "Fix ."],
    ["$0 and $1", 'a "b c" d', "a and b c"],
    ["$ARGUMENTS[1], $ARGUMENTS[0]", "a b", "b, a"],
    ["$0 and $1", "a", "a and $1"],
    ["\\$0, \\$ARGUMENTS and $0", "a", "$0, $ARGUMENTS and a"],
    ["\\$HOME and $HOME: $0", "a", "\\$HOME and $HOME: a"],
    ["It costs $0.05, $1,000, $0k or $0%.", "a", "It costs $0.05, $1,000, $0k or $0%.\n\nARGUMENTS: a"],
    ["Nothing here.\n", "a b", "Nothing here.\n\nARGUMENTS: a b"],
    ["Nothing here.\n", "  ", "Nothing here.\n"],
    ["$ARGUMENTS", "$0 !`reboot` ${CLAUDE_SESSION_ID}", "$0 !`reboot` ${CLAUDE_SESSION_ID}"],
    ["$ARGUMENTS", "$& $1 $$", "$& $1 $$"],
    ["$ARGUMENTS_FILE $0", "a", "$ARGUMENTS_FILE a"],
    ["$0", "don't", "don't"],
  ])("%j with %j is %j", async (body, args, text) => {
    expect(await fill(body, args)).toBe(text);
  });

  test("have the names that the file declares", async () => {
    const names = ["who", "who-else"];
    expect(await fill("$who, $who-else and $whom", "Ada Bob", { names })).toBe("Ada, Bob and $whom");
    expect(await fill("$who and $who-else", "Ada", { names })).toBe("Ada and $who-else");
    expect(await fill("\\$who $who", "Ada", { names })).toBe("$who Ada");
  });

  test("stand for what the host knows, and that is no use of the arguments", async () => {
    const variables = { CLAUDE_SESSION_ID: "s1" };
    expect(await fill("${CLAUDE_SESSION_ID} ${OTHER} \\${CLAUDE_SESSION_ID} \\${OTHER}", "", { variables })).toBe(
      "s1 ${OTHER} ${CLAUDE_SESSION_ID} \\${OTHER}",
    );
    expect(await fill("${CLAUDE_SESSION_ID}", "a", { variables })).toBe("s1\n\nARGUMENTS: a");
  });
});

describe("commands", () => {
  const commandsIn = (body: string) =>
    readTemplate(body).flatMap((part) => (part.kind === "shell" ? [part.command] : []));

  test.each([
    ["!`git status`", ["git status"]],
    ["- Now: !`git status`\n- Then: !`git log -1`.", ["git status", "git log -1"]],
    ["```!\ngit status\ngit log\n```\nText", ["git status\ngit log"]],
    ["```!\ngit status", ["git status"]],
    ["wow!`git status`", []],
    ["`` !`git status` ``", []],
    ["```sh\n!`git status`\n```", []],
    ["<!-- !`git status` -->", []],
    ["!`git\nstatus`", []],
    ["! `git status`", []],
    ["`a`!`git status`", []],
  ])("%j has %j", (body, commands) => {
    expect(commandsIn(body)).toEqual(commands);
  });

  test("are taken apart and put together without losing a letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "!", "a", " ", "\n", "$", "~") }), (body) => {
        for (const part of readTemplate(body)) {
          if (part.kind === "text") expect(body).toContain(part.text);
          else expect(body.replaceAll(" ", "")).toContain(part.command.replaceAll(" ", ""));
        }
      }),
    );
  });

  test("run in order, and what they print is not looked at again", async () => {
    const ran: string[] = [];
    const run = async (command: string) => {
      ran.push(command);
      return "$0 !`reboot`";
    };
    expect(await fillTemplate("a !`one`\n```!\ntwo $0\n```\nb", { args: "x" }, run)).toBe(
      "a $0 !`reboot`\n$0 !`reboot`\nb",
    );
    expect(ran).toEqual(["one", "two x"]);
  });
});

describe("what was typed, within a command", () => {
  const put = (command: string, args: string) => fillTemplate(`!\`${command}\``, { args }, async (ran) => ran);

  test.each([
    ["echo $0", '"a; reboot"', "echo 'a; reboot'"],
    ["echo $ARGUMENTS", "a; reboot", "echo 'a;' 'reboot'"],
    ["echo $ARGUMENTS", "a b", "echo a b"],
    ["echo $ARGUMENTS", "", "echo "],
    ['echo "$ARGUMENTS"', 'a "$(reboot)"', 'echo "a \\"\\$(reboot)\\""'],
    ["echo '$ARGUMENTS'", "it's", "echo 'it'\\''s'"],
    ['echo "$(cat $0)"', "a.txt", 'echo "$(cat a.txt)"'],
  ])("%j with %j is %j", async (command, args, expected) => {
    expect(await put(command, args)).toBe(expected);
  });

  test.each(['echo "$(cat $0)"', "cat <<EOF\n$0\nEOF", "echo # $0", "echo $'$0'"])(
    "is refused in %j unless it is plain",
    async (command) => {
      const body = `\`\`\`!\n${command}\n\`\`\``;
      expect(await fillTemplate(body, { args: "a.txt" }, async (ran) => ran)).toContain("a.txt");
      await expect(fillTemplate(body, { args: '"; reboot"' }, async (ran) => ran)).rejects.toMatchObject({
        code: "GANTRY_PROMPT_SHELL_ARGUMENT",
      });
    },
  );

  test("is for a real shell one word, whatever it is", () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "(", ")", ";", " ", "a", "\n", "!", "*", "#"),
    });
    const templates = ["printf %s $0", 'printf %s "$0"', "printf %s '$0'", `printf %s 'a'"$0"`] as const;
    fc.assert(
      fc.property(text.filter(Boolean), fc.constantFrom(...templates), (value, template) => {
        const command = template.replace("$0", () => quotedFor(template)(value, template.indexOf("$0")));
        const printed = execFileSync("bash", ["--norc", "-c", command], { encoding: "utf8" });
        expect(printed).toBe(template.includes("'a'") ? `a${value}` : value);
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ["a  b\tc", ["a", "b", "c"]],
  [`"a b" 'c d' e"f g"h`, ["a b", "c d", "ef gh"]],
  ['a\\ b \\"c', ["a b", '"c']],
  ["don't stop", ["don't", "stop"]],
  ['say ""', ["say", ""]],
  ["C:\\dir\\file", ["C:\\dir\\file"]],
  ["", []],
])("%j has the words %j", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});
