import fc from "fast-check";
import type { Call } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { coversCommand, mentionsCommand } from "./command.ts";
import { parseRule, splitRules } from "./rule.ts";
import { suggestRule } from "./suggest.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
const prefix = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));
const steering = fc.constantFrom(
  ..."; & | < > $ ` ( ) { } \n \r \t \0 \u001b \u0085 \u00a0 \u200b \u202e \u2028 \ufeff".split(" ").filter(Boolean),
  "\n",
  "\t",
);
const rest = fc.string({ unit: "binary", maxLength: 20 });

describe("a rule with a *", () => {
  it("never allows a command in which a shell could find more than words", () => {
    fc.assert(
      fc.property(
        prefix,
        rest,
        steering,
        rest,
        fc.constantFrom(":*", " *", "*"),
        (start, before, sign, after, star) => {
          const command = `${start} ${before}${sign}x${after}`;
          expect(coversCommand(start + star, command)).toBe(false);
        },
      ),
    );
  });

  it("allows its own words and more words", () => {
    fc.assert(
      fc.property(prefix, fc.array(word, { maxLength: 3 }), (start, more) => {
        expect(coversCommand(`${start}:*`, [start, ...more].join(" "))).toBe(true);
        expect(coversCommand(`${start}:*`, `${start}x`)).toBe(false);
      }),
    );
  });

  it("forbids whatever it would allow", () => {
    fc.assert(
      fc.property(prefix, fc.string(), (start, text) => {
        const command = `${start} ${text}`;
        for (const specifier of [`${start}:*`, `${start}*`, command.trim().replaceAll("*", "")]) {
          if (coversCommand(specifier, command)) expect(mentionsCommand(specifier, command)).toBe(true);
        }
      }),
    );
  });
});

describe("a suggested rule", () => {
  const bash = { tool: { name: "Bash", permission: { family: "Bash", command: "command" } } } as unknown as Call;
  const suggest = (command: string) => suggestRule(bash, { kind: "command", command }, "/project");

  it.each([
    ["npm test --watch", "Bash(npm test:*)"],
    ["git commit -m x", "Bash(git commit:*)"],
    ["npm run build", "Bash(npm run build:*)"],
    ["rm -rf build", "Bash(rm -rf build)"],
    ["git -C x status", "Bash(git -C x status)"],
    ["git config user.name x", "Bash(git config user.name x)"],
  ])("for %s is %s", (command, rule) => expect(suggest(command)).toBe(rule));

  it.each([
    ["python x.py"],
    ["/usr/bin/python3 x.py"],
    ["bash x.sh"],
    ["node x.js"],
    ["env A=1 ls"],
    ["sudo ls x"],
    ["timeout 5 ls"],
    ["xargs rm"],
    ["npx tool"],
    ["docker run x"],
    ["git"],
    ["ls"],
    ["A=1 npm test"],
    ["npm test; rm x"],
    ["npm test $(x)"],
    ["npm test\nrm x"],
    [""],
  ])("is not there for %j", (command) => expect(suggest(command)).toBeUndefined());

  it("allows the command it was made for, in a flag as in a file", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 }))), (words) => {
        const command = words.join(" ");
        const rule = suggest(command);
        if (rule === undefined) return;
        expect(splitRules(rule)).toEqual([rule]);
        const parsed = parseRule(rule) as { specifier: string };
        expect(coversCommand(parsed.specifier, command)).toBe(true);
      }),
    );
  });
});
