import type { RenderedCall } from "gantry/sdk";
import { blocksText, lineText } from "gantry/sdk/kit/view-text";
import { describe, expect, it } from "vitest";
import { agentRenderer } from "./renderer.ts";

const shown = (result?: object): RenderedCall =>
  ({
    call: {
      id: "1",
      tool: { name: "Agent" },
      input: { description: "find the parser", prompt: "Where is the parser?", subagent_type: "Explore" },
    },
    session: {},
    ...(result && { result: { outcome: "ok", ms: 1, content: [{ type: "text", text: "In src." }], ...result } }),
  }) as unknown as RenderedCall;

const data = {
  status: "completed",
  agentId: "a1",
  totalToolUseCount: 12,
  totalTokens: 23_400,
  totalDurationMs: 41_000,
};

describe("an agent looks like", () => {
  it("its kind and what it is about, while it works", () => {
    expect(lineText(agentRenderer.title?.(shown()) ?? "")).toBe("Explore find the parser");
    expect(agentRenderer.summary?.(shown())).toBeUndefined();
  });

  it.each([
    [data, "12 calls · 23k tokens · 41 s"],
    [
      { ...data, status: "failed", error: "the server is gone", totalToolUseCount: 1 },
      "the server is gone · 1 call · 23k tokens · 41 s",
    ],
    [{ status: "async_launched" }, "works in the background"],
    ["odd", undefined],
  ])("what it came to: %j", (given, expected) => {
    expect(agentRenderer.summary?.(shown({ data: given }))).toBe(expected);
  });

  it("its task, its steps and its last words, when somebody opens it", () => {
    const text = blocksText(agentRenderer.details?.(shown({ data: { ...data, steps: ["Grep parser", 7] } })) ?? []);
    expect(text).toMatch(/Where is the parser\?.*Grep parser.*In src\./s);
  });
});
