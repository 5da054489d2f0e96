import { Commands, definePlugin, type RenderedCall, type Renderer, Slots } from "gantry/sdk";
import { listPanel } from "gantry/sdk/kit/panels";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";

let kernel: Awaited<ReturnType<typeof createTestKernel>> | undefined;
afterEach(() => kernel?.close());

const colours = definePlugin({
  name: "colours",
  commands: {
    colour: { description: "Show or choose the colour", aliases: ["color", "loud"] },
    loud: { description: "Say it loudly" },
  },
  setup: () => ({
    commands: {
      colour: {
        run: async (args) => {
          if (args) return `It is ${args}.`;
          const load = () => [{ id: "red", title: "red" }];
          return { panel: await listPanel({ title: "Colours", load, actions: [] }) };
        },
        complete: (args) => ["red", "green"].filter((one) => one.startsWith(args)).map((one) => ({ args: one })),
      },
      loud: () => "LOUD",
    },
  }),
});

describe("a command", () => {
  it("answers to its aliases, unless another one has that very name", async () => {
    kernel = await createTestKernel({ plugins: [colours] });
    expect((await kernel.run("/color blue")).text).toBe("It is blue.");
    expect((await kernel.run("/loud")).text).toBe("LOUD");
  });

  it("may show a panel; who cannot look at it gets its text", async () => {
    kernel = await createTestKernel({ plugins: [colours] });
    const { events, text } = await kernel.run("/colour");
    expect(events).toContainEqual({ type: "panel", panel: expect.objectContaining({ title: "Colours" }) });
    expect(text).toBe("  red");
  });

  it("says what could be typed behind it; one that cannot tell says nothing", async () => {
    const seen: unknown[] = [];
    const asking = definePlugin({
      name: "asking",
      needs: { commands: Commands },
      setup: ({ use }) => ({
        taps: {
          input: async (_, turn) => {
            for (const name of ["color", "loud", "nosuch"])
              seen.push(await use.commands.complete(turn.session, name, "g"));
            seen.push(use.commands.list(turn.session).map(({ name, plugin }) => `${plugin}/${name}`));
          },
        },
      }),
    });
    kernel = await createTestKernel({ plugins: [colours, asking] });
    await kernel.run("hello");
    expect(seen).toEqual([[{ args: "green" }], [], [], ["colours/colour", "colours/loud"]]);
  });
});

describe("slots that plugins look into", () => {
  it("hand out what is in them, with its owner, and nothing for other names", async () => {
    const seen: unknown[] = [];
    const renderer: Renderer = { title: ({ call }) => `about ${call.id}` };
    const looks = definePlugin({
      name: "looks",
      renderers: { Weather: { description: "the weather in colour" } },
      setup: () => ({ renderers: { Weather: renderer } }),
    });
    const looking = definePlugin({
      name: "looking",
      needs: { slots: Slots },
      setup: ({ use: { slots } }) => ({
        taps: {
          sessionStart: async (session) => {
            seen.push(slots.list(session, "renderers"), slots.list(session, "statusItems"));
            const found = await slots.handler(session, "renderers", "Weather");
            seen.push(found?.title?.({ call: { id: "call_1" } } as RenderedCall));
            seen.push(await slots.handler(session, "renderers", "Other"));
          },
        },
      }),
    });
    kernel = await createTestKernel({ plugins: [looks, looking] });
    await kernel.run("hello");
    expect(seen).toEqual([
      [{ name: "Weather", plugin: "looks", manifest: { description: "the weather in colour" } }],
      [],
      "about call_1",
      undefined,
    ]);
  });
});
