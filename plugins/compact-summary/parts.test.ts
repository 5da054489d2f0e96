import fc from "fast-check";
import { type Message, NO_USAGE, text } from "gantry/sdk";
import { digestOf } from "gantry/sdk/kit/digest";
import { momentsOfMessages } from "gantry/sdk/kit/moments";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import { describe, expect, test } from "vitest";
import { compose } from "./compose.ts";
import { cutPlaces, partConversation } from "./parts.ts";
import { fitRequest } from "./request.ts";
import { transcriptOf } from "./transcript.ts";

const said = (...words: string[]): Message => ({ role: "user", content: words.map((each) => text(each)) });
const answered = (words: string, ...ids: string[]): Message => ({
  role: "assistant",
  id: "m",
  model: "x",
  stop_reason: ids.length ? "tool_use" : "end_turn",
  usage: NO_USAGE,
  content: [text(words), ...ids.map((id) => ({ type: "tool_use" as const, id, name: "Run", input: { id } }))],
});
const results = (size: number, ...ids: string[]): Message => ({
  role: "user",
  content: ids.map((id) => ({ type: "tool_result", tool_use_id: id, content: [text("r".repeat(size))] })),
});

describe("where a conversation can be cut", () => {
  test("is before a prompt or an answer, and never between a call and its result", () => {
    const talk = [
      said("1"),
      answered("a", "x", "y"),
      results(1, "x", "y"),
      answered("b"),
      said("2"),
      answered("c", "z"),
    ];
    expect(cutPlaces(talk)).toEqual([1, 3, 4, 5]);
  });

  test("is not between results of one answer that came apart", () => {
    const talk = [said("1"), answered("a", "x", "y"), results(1, "x"), results(1, "y"), answered("b")];
    expect(cutPlaces(talk)).toEqual([1, 4]);
  });
});

describe("the request at work", () => {
  test("goes along whole, reminders and pictures included, and an earlier summary does not", () => {
    const summary = "<conversation-summary>\nbefore\n</conversation-summary>";
    const source = { type: "base64", media_type: "image/png", data: "aGk=" } as const;
    const request = [
      text("Do it"),
      { type: "image" as const, source },
      text("<system-reminder>\nlate\n</system-reminder>"),
    ];
    const talk: Message[] = [
      { role: "user", content: [text(summary), ...request] },
      answered("a", "x"),
      results(40_000, "x"),
      answered("b", "y"),
      results(10, "y"),
    ];
    const parts = partConversation(talk, 1_000);
    expect(parts?.asked).toEqual(request);
    expect(parts?.older).toEqual([said(summary)]);
    expect(parts?.begun).toEqual(talk.slice(1, 3));
    expect(parts?.kept).toEqual(talk.slice(3));
  });

  test("keeps the person's words whatever they take, and of what came along beginning and end", () => {
    const words = "please ".repeat(2_000);
    const source = { type: "base64", media_type: "image/png", data: "aGk=" } as const;
    const request = [text(words), text(`BEGIN ${"file ".repeat(8_000)} END`), { type: "image" as const, source }];
    const fitted = fitRequest(request, new Set([words]), 5_000);
    expect(fitted[0]).toBe(request[0]);
    expect(fitted[1]).toMatchObject({ text: expect.stringMatching(/^BEGIN [\s\S]*characters left out[\s\S]* END$/) });
    expect(
      fitRequest(request, new Set([words]), 2_000).map((block) => "text" in block && block.text.length < 200),
    ).toEqual([false, true, true]);
    expect(fitRequest(request, new Set([words]), 50_000)).toBe(request);
  });

  test("is nothing when the last word is the agent's", () => {
    const talk = [said("1"), answered("long ".repeat(2_000)), said("2 ".repeat(4_000)), answered("b")];
    expect(partConversation(talk, 500)).toMatchObject({ asked: [], kept: talk.slice(3) });
  });
});

/** Calls without a result behind them, and results without a call before them. */
function parted(messages: readonly Message[]): readonly string[] {
  const open = new Set<string>();
  const stray: string[] = [];
  for (const block of messages.flatMap(({ content }): readonly Message["content"][number][] => content)) {
    if (block.type === "tool_use") open.add(block.id);
    if (block.type === "tool_result" && !open.delete(block.tool_use_id)) stray.push(block.tool_use_id);
  }
  return [...open, ...stray];
}

/** Turns of any shape: a prompt, batches of calls with their results, a last answer or none. */
const turn = fc.record({
  prompt: fc.string({ maxLength: 300 }),
  batches: fc.array(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
  queued: fc.boolean(),
  ends: fc.boolean(),
});

const conversation = fc.array(turn, { minLength: 1, maxLength: 8 }).map((turns) => {
  const messages: Message[] = [];
  for (const [at, { prompt, batches, queued, ends }] of turns.entries()) {
    messages.push(said(`${at} ${prompt}`));
    for (const [number, sizes] of batches.entries()) {
      const ids = sizes.map((_, each) => `${at}.${number}.${each}`);
      messages.push(answered("So.", ...ids));
      const content = ids.flatMap((id, each) => results(sizes[each] as number, id).content as never[]);
      messages.push({ role: "user", content: [...content, ...(queued ? [text("And")] : [])] as never });
    }
    if (ends || at < turns.length - 1) messages.push(answered("Done."));
  }
  return messages;
});

test("whatever the conversation: no call is parted from its result, roles take turns, and what is short enough is smaller", () => {
  fc.assert(
    fc.property(conversation, fc.integer({ min: 100, max: 20_000 }), (messages, keepTokens) => {
      const parts = partConversation(messages, keepTokens);
      if (!parts) return;
      const made = compose(parts, { older: "", begun: "", facts: "" });
      expect(parted(made)).toEqual([]);
      const left = [...parts.older, ...parts.begun];
      if (estimateTokens(left) > 200) expect(estimateTokens(made)).toBeLessThan(estimateTokens(messages));
      expect(made[0]?.role).toBe("user");
      for (const [at, { role }] of made.entries()) expect(role).toBe(at % 2 ? "assistant" : "user");
      // Nothing falls between the parts.
      const count = parts.older.length + parts.begun.length + parts.kept.length + (parts.asked.length ? 1 : 0);
      expect(count).toBe(messages.length);
    }),
    { numRuns: 500 },
  );
});

test("whatever the conversation: what the model is shown of it fits, and begins at a message", () => {
  fc.assert(
    fc.property(conversation, fc.integer({ min: 50, max: 5_000 }), (messages, budget) => {
      const shown = transcriptOf(messages, budget);
      expect(shown.length).toBeLessThanOrEqual(budget * 4 + 200);
      expect(shown).toMatch(/^(PERSON|AGENT|CALL|RESULT|\(\d+ older)/);
      expect(digestOf(momentsOfMessages(messages)).asked.length).toBeGreaterThan(0);
    }),
  );
});
