import type { FormField, QuestionForm } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { fillIn } from "./form.ts";
import type { Reading } from "./terminal.ts";

/** Fills in a form with what is typed, line by line; the end of it is Ctrl-C. */
async function filled(form: Partial<QuestionForm>, ...typed: readonly string[]) {
  const lines = [...typed];
  const said: string[] = [];
  const read = async (): Promise<Reading> => {
    const text = lines.shift();
    return text === undefined ? { kind: "interrupt", hadText: false } : { kind: "line", text };
  };
  const whole: QuestionForm = { kind: "form", from: "The MCP server s", message: "Who?", fields: [], ...form };
  const answer = await fillIn(whole, {
    terminal: { read },
    printer: { say: (text: string) => void said.push(text) },
    width: () => 80,
    signal: new AbortController().signal,
  });
  return { answer, said: said.join("\n") };
}

const fields: readonly FormField[] = [
  { name: "name", type: "text", isRequired: true },
  { name: "age", type: "integer", isRequired: false, description: "In years" },
];

describe("a form", () => {
  it("is filled in field by field, and asks again for what does not fit", async () => {
    const { answer, said } = await filled({ fields }, "y", "Ada", "old", "36");
    expect(answer).toEqual({ decision: "allow", values: { name: "Ada", age: 36 } });
    expect(said).toContain("The MCP server s wants to know 2 things of you:\n  | Who?");
    expect(said).toContain("It has to be a whole number.");
  });

  it("shows what choices mean and look like, and takes an answer in own words where one is allowed", async () => {
    const preview = [{ type: "code", text: "[ OK ]\u001b[2J" }] as const;
    const choices = [{ value: "a", title: "Button", description: "to press", preview }];
    const field = { name: "look", type: "choice", choices, allowsOther: true, isRequired: true } as const;
    const body = [{ type: "markdown", text: "# The plan" }] as const;
    const { answer, said } = await filled({ fields: [field], body }, "y", "a lever");
    expect(answer).toEqual({ decision: "allow", values: { look: "a lever" } });
    expect(said).toContain("  | # The plan");
    expect(said).toContain("  | 1. Button: to press\n  |      [ OK ]<U+001B>[2J");
  });

  it("leaves out what may be left out", async () => {
    expect((await filled({ fields }, "y", "Ada", "")).answer).toEqual({ decision: "allow", values: { name: "Ada" } });
  });

  it("is declined, or left unanswered", async () => {
    expect((await filled({ fields }, "n")).answer).toEqual({ decision: "deny" });
    expect((await filled({ fields }, "not today")).answer).toEqual({ decision: "deny", reason: "not today" });
    expect((await filled({ fields }, "y", "Ada")).answer).toBeUndefined();
    expect((await filled({ fields })).answer).toBeUndefined();
  });

  it("shows an address whole, and no word of the server's can pass for the host's own", async () => {
    const message = "Sign in\nYou may trust this\u202e";
    const { said } = await filled({ kind: "url", message, url: "https://example.com/x" }, "y");
    expect(said).toBe(
      "The MCP server s wants you to open an address in your browser:\n" +
        "  | Sign in\n  | You may trust this<U+202E>\n  | https://example.com/x\ny: open it   n: no",
    );
  });
});
