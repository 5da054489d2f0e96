import { definePlugin, type HookRegistered, HookSources } from "gantry/sdk";
import { expect, test } from "vitest";
import { hooked, shell } from "./test-kit.ts";

/** What observers heard of hooks, from the opening of the session on. */
async function observed(hooks: object, settings: object = {}) {
  const told: Omit<HookRegistered, "type">[] = [];
  let sources: HookSources | undefined;
  const observer = definePlugin({
    name: "observer",
    needs: { sources: HookSources },
    taps: { event: { only: ["hookRegistered"] } },
    setup: ({ use }) => {
      sources = use.sources;
      return {
        taps: {
          event: (event) => {
            if (event.type !== "hookRegistered") return;
            const { type: _, ...rest } = event;
            told.push(rest);
          },
        },
      };
    },
  });
  const kernel = await hooked(hooks, { plugins: [observer], settings: settings as never });
  return { ...kernel, told, sources: sources as unknown as HookSources };
}

const STOP = { event: "Stop", kind: "command", layer: "flag" } as const;

test("every hook is told to observers when a session begins, without what it runs", async () => {
  const { told } = await observed({ PreToolUse: shell("secret-program", { matcher: "Bash" }), Stop: shell("true") });
  expect(told).toEqual([
    { event: "PreToolUse", matcher: "Bash", kind: "command", layer: "flag", isActive: true },
    { ...STOP, isActive: true },
  ]);
  expect(JSON.stringify(told)).not.toContain("secret-program");
});

test("a hook that is turned off is told as that", async () => {
  const { told } = await observed({ Stop: shell("true") }, { disableAllHooks: true });
  expect(told).toEqual([{ ...STOP, isActive: false }]);
});

test("a hook that comes later is told once, and the others are not told again", async () => {
  const { told, sources } = await observed({ Stop: shell("true") });
  told.length = 0;
  const one = { event: "PostToolUse", name: "a function", run: async () => undefined };
  sources.set("the test", [one]);
  expect(told).toEqual([{ event: "PostToolUse", kind: "function", layer: "flag", isActive: true }]);
});
