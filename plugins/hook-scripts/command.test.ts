import { describe, expect, it } from "vitest";
import { hooked, shell } from "./test-kit.ts";

describe("/hooks", () => {
  it("lists the hooks by event, and runs none", async () => {
    const kernel = await hooked({
      PreToolUse: [...shell("touch ran", { matcher: "Bash", timeout: 5 }), ...shell("echo \u001b[2K")],
      SubagentStop: shell("true"),
    });
    const { text, events } = await kernel.run("/hooks");
    expect(text).toContain(
      "PreToolUse\n  Bash: command touch ran      flag\n  *: command echo <U+001B>[2K  flag\n\nSubagentStop",
    );
    const shown = events.find((event) => event.type === "panel");
    if (shown?.type !== "panel" || shown.panel.type !== "list") throw new Error("no list");
    const [first] = await shown.panel.load();
    const answer = await shown.panel.actions[0]?.run(first as never);
    expect(answer).toMatchObject({
      panel: { text: expect.stringMatching(/time-out +5 s\nif it fails +the call is denied/) },
    });
  });

  it("shows one event, names the nearest of an unknown one, and says so when there are none", async () => {
    const kernel = await hooked({ Stop: shell("true") });
    expect((await kernel.run("/hooks stop")).text).toContain("Stop\n  *: command true");
    expect((await kernel.run("/hooks PreToolUse")).text).toBe("No hook is configured for PreToolUse.");
    expect((await kernel.run("/hooks PreToolUs")).text).toBe(
      'There is no event "PreToolUs". Did you mean "PreToolUse"?',
    );
    expect((await (await hooked(undefined)).run("/hooks")).text).toBe("No hooks are configured.");
  });
});
