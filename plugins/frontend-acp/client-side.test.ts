import type { ElicitationSchema } from "@agentclientprotocol/sdk/unstable";
import type { Call, FormField, QuestionForm, Session, TurnView } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { createBuffers } from "./buffers.ts";
import { fillIn } from "./elicitation.ts";
import type { Link } from "./link.ts";

type Answer = (method: string, params: Record<string, unknown>) => unknown;

/** A link to a client that answers as it is told, and keeps what it was asked. */
function linked(capabilities: object, answer: Answer, writesAll = false) {
  const asked: [method: string, params: Record<string, unknown>][] = [];
  const logged: string[] = [];
  const peer = {
    request: async (method: string, params: Record<string, unknown>) => {
      asked.push([method, params]);
      return answer(method, params);
    },
  };
  const session = { id: "s1", folders: ["/w"] } as unknown as Session;
  const log = (message: string) => void logged.push(message);
  const link = { peer, capabilities, writesAll, session, log, terminals: new Map() } as unknown as Link;
  return { link, asked, logged };
}

describe("what the editor holds", () => {
  const fs = { readTextFile: true, writeTextFile: true };

  it("is asked for inside of the session's folders alone", async () => {
    const { link, asked } = linked({ fs }, () => ({ content: "\ufeffheld" }));
    const buffers = createBuffers(link);
    expect(await buffers.read("/w/a.txt")).toBe("held");
    expect(await buffers.read("/etc/passwd")).toBeUndefined();
    expect(await buffers.write("/etc/passwd", "x")).toBe(false);
    expect(asked).toEqual([["fs/read_text_file", { sessionId: "s1", path: "/w/a.txt" }]]);
  });

  it("is not asked for before there is a session, nor of a client that does not offer it", async () => {
    const { link, asked } = linked({ fs: { readTextFile: true } }, () => ({ content: "held" }), true);
    const buffers = createBuffers(link);
    expect([buffers.writesAll, await buffers.write("/w/a.txt", "x")]).toEqual([false, false]);
    link.session = undefined;
    expect(await buffers.read("/w/a.txt")).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("is the disk's where the editor fails or answers nonsense, and the log says so", async () => {
    for (const answer of [() => Promise.reject(new Error("no such buffer")), () => ({ content: 7 }), () => undefined]) {
      const { link, logged } = linked({ fs }, answer);
      expect(await createBuffers(link).read("/w/a.txt")).toBeUndefined();
      expect(logged).toHaveLength(1);
    }
  });
});

describe("a form", () => {
  const form = (fields: readonly FormField[], more: Partial<QuestionForm> = {}): QuestionForm => ({
    kind: "form",
    from: "MCP server x",
    message: "Who\u202eare you?",
    fields,
    ...more,
  });
  const turn = { session: { id: "s1" }, signal: new AbortController().signal } as unknown as TurnView;
  const call = { id: "c1" } as Call;
  const ask = (one: QuestionForm, { link }: ReturnType<typeof linked>) => fillIn(one, call, turn, link);
  const elicitation = { form: {}, url: {} };

  it("becomes a schema of the protocol, whatever its fields are", async () => {
    const client = linked({ elicitation }, () => ({ action: "accept", content: { a: "x" } }));
    const choices = [{ value: "1", title: "One" }];
    const fields: FormField[] = [
      { name: "a", type: "text", format: "email", isRequired: true, min: 1, max: 9 },
      { name: "b", type: "text", format: "of their own", isRequired: false },
      { name: "c", type: "integer", isRequired: false, min: 2, default: 3 },
      { name: "d", type: "boolean", isRequired: false, title: "D?" },
      { name: "e", type: "choice", choices, isRequired: false },
      { name: "f", type: "choices", choices, isRequired: false, max: 2 },
    ];
    expect(await ask(form(fields), client)).toEqual({ decision: "allow", values: { a: "x" } });
    const [, params] = client.asked[0] as (typeof client.asked)[number];
    expect(params).toMatchObject({ sessionId: "s1", toolCallId: "c1", message: "MCP server x: Who<U+202E>are you?" });
    const options = [{ const: "1", title: "One" }];
    expect(params.requestedSchema as ElicitationSchema).toEqual({
      type: "object",
      required: ["a"],
      properties: {
        a: { type: "string", format: "email", minLength: 1, maxLength: 9 },
        b: { type: "string" },
        c: { type: "integer", minimum: 2, default: 3 },
        d: { type: "boolean", title: "D?" },
        e: { type: "string", oneOf: options },
        f: { type: "array", items: { anyOf: options }, maxItems: 2 },
      },
    });
  });

  it("is a no when the person declines, and nobody's where the client cannot ask", async () => {
    for (const action of ["decline", "cancel", "something new"]) {
      expect(
        await ask(
          form([]),
          linked({ elicitation }, () => ({ action })),
        ),
      ).toEqual({ decision: "deny" });
    }
    const mute = linked({}, () => ({ action: "accept" }));
    expect(await ask(form([]), mute)).toBeUndefined();
    expect(await ask(form([], { kind: "url", url: "https://x.org" }), mute)).toBeUndefined();
    expect(mute.asked).toEqual([]);
  });

  it("of choices that allow another text has a field for it, and the text goes before the choice", async () => {
    const choices = [{ value: "1", title: "One" }];
    const other = { choices, allowsOther: true, isRequired: true } as const;
    const fields: FormField[] = [
      { name: "a", type: "choice", ...other },
      { name: "b", type: "choices", ...other, otherTitle: "And" },
      { name: "c", type: "choice", ...other },
    ];
    const content = { a: "1", a_other: "own", b: ["1"], b_other: "more", c: "1", c_other: " " };
    const client = linked({ elicitation }, () => ({ action: "accept", content }));
    const values = { a: "own", b: ["1", "more"], c: "1" };
    expect(await ask(form(fields), client)).toEqual({ decision: "allow", values });
    expect(client.asked[0]?.[1].requestedSchema).toMatchObject({
      required: [],
      properties: { a_other: { type: "string", title: "Something else" }, b_other: { title: "And" } },
    });
  });

  it("of choices that is for its call is asked for one by one where the client knows no forms", async () => {
    const choices = [
      { value: "f", title: "Files", description: "as today" },
      { value: "d", title: "Database" },
    ];
    const fields: FormField[] = [
      { name: "a", title: "Store", description: "Where?", type: "choice", choices, isRequired: true },
      { name: "b", type: "choices", choices, isRequired: true },
    ];
    const own = form(fields, { isForCall: true, body: [{ type: "markdown", text: "# Plan" }] });
    const select = (optionId: string) => linked({}, () => ({ outcome: { outcome: "selected", optionId } }));
    const client = select("1");
    expect(await ask(own, client)).toEqual({ decision: "allow", values: { a: "d", b: ["d"] } });
    expect(client.asked[0]?.[1]).toMatchObject({
      toolCall: { title: "Store", toolCallId: "c1" },
      options: [{ name: "Files: as today" }, { name: "Database" }, { kind: "reject_once" }],
    });
    expect(JSON.stringify(client.asked[0])).toMatch(/# Plan.*Where\?/);
    expect(JSON.stringify(client.asked[1])).not.toContain("# Plan");
    expect(await ask(own, select("no"))).toEqual({ decision: "deny" });
    expect(await ask(own, select("7"))).toEqual({ decision: "deny" });
    const cancelled = linked({}, () => ({ outcome: { outcome: "cancelled" } }));
    expect(await ask(own, cancelled)).toEqual({ decision: "deny", interrupt: true });
    expect(await ask(form(fields), select("0"))).toBeUndefined();
  });

  it("that wants an address opened, or a yes, is asked in the protocol's own ways", async () => {
    const url = linked({ elicitation }, () => ({ action: "accept" }));
    expect(await ask(form([], { kind: "url", url: "https://x.org" }), url)).toEqual({
      decision: "allow",
      isOpened: true,
    });
    expect(url.asked[0]?.[1]).toMatchObject({ mode: "url", url: "https://x.org" });
    const yes = linked({}, () => ({ outcome: { outcome: "selected", optionId: "yes" } }));
    expect(await ask(form([], { kind: "consent" }), yes)).toEqual({ decision: "allow" });
    const other = linked({}, () => ({ outcome: { outcome: "selected", optionId: "sure" } }));
    expect(await ask(form([], { kind: "consent" }), other)).toEqual({ decision: "deny" });
  });
});
