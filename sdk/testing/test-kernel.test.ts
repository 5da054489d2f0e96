import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { definePlugin, defineTool, type SetupContext, text, z } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";

const tool = (run: () => unknown) =>
  defineTool({
    name: "Leak",
    description: "Leaves something behind.",
    input: z.object({}),
    traits: { readOnly: true },
    run: async () => {
      await run();
      return "done";
    },
  });

/** What close has to say after a plugin's tool did this. */
async function closingAfter(run: () => unknown, options: Partial<TestKernelOptions> = {}): Promise<string> {
  const kernel = await createTestKernel({ plugins: [tool(run)], ...options });
  expect((await kernel.call("Leak", {})).outcome).toBe("ok");
  return kernel.close().then(
    () => "nothing",
    (error: Error) => error.message,
  );
}

const plugin = (setup: (context: SetupContext<never>) => object) =>
  definePlugin({ name: "hostile", setup: setup as never });

// Side by side: each finds its own leaks alone.
describe.concurrent("close finds", () => {
  it("nothing, where nothing was left", async () => {
    expect(
      await closingAfter(async () => {
        clearTimeout(setTimeout(() => {}, 60_000));
        await new Promise((resolve) => setTimeout(resolve, 1));
        await readFile(import.meta.filename);
      }),
    ).toBe("nothing");
  });

  it("a timer, and where it was made", async ({ onTestFinished }) => {
    const found = await closingAfter(() => {
      const timer = setTimeout(() => {}, 60_000);
      onTestFinished(() => clearTimeout(timer));
    });
    expect(found).toMatch(/^left behind: a timer of 60000 ms made at \/.*\/test-kernel\.test\.ts:\d+$/);
  });

  it("a timer that runs out by itself a moment later", async () => {
    let hasFired = false;
    const later = () => {
      hasFired = true;
    };
    const kernel = await createTestKernel({
      plugins: [
        plugin(({ scope }) => {
          scope.own(() => void setTimeout(later, 400));
          return { taps: { event: () => undefined } };
        }),
      ],
    });
    await expect(kernel.close()).rejects.toThrow("left behind: a timer of 400 ms");
    expect(hasFired).toBe(true);
  });

  it("an interval, however short", async ({ onTestFinished }) => {
    const found = await closingAfter(() => {
      const timer = setInterval(() => {}, 1);
      onTestFinished(() => clearInterval(timer));
    });
    expect(found).toMatch(/^left behind: a timer of 1 ms/);
  });

  it("no timer that keeps nobody waiting", async () => {
    expect(await closingAfter(() => void setTimeout(() => {}, 60_000).unref())).toBe("nothing");
  });

  it("a server", async ({ onTestFinished }) => {
    const found = await closingAfter(() => {
      const server = createServer().listen(0);
      onTestFinished(() => void server.close());
      return new Promise((resolve) => server.once("listening", resolve));
    });
    expect(found).toMatch(/^left behind: a server made at /);
  });

  it("a child process", async ({ onTestFinished }) => {
    const found = await closingAfter(() => {
      const child = spawn("sleep", ["600"], { stdio: "ignore" });
      onTestFinished(() => void child.kill());
    });
    expect(found).toMatch(/^left behind: a child process made at /);
  });

  it("a watched folder", async ({ onTestFinished }) => {
    const found = await closingAfter(() => {
      const watcher = watch(import.meta.dirname);
      onTestFinished(() => watcher.close());
    });
    expect(found).toMatch(/^left behind: a watched file made at /);
  });

  it("a listener on the process", async () => {
    const onExit = () => {};
    const found = await closingAfter(() => void process.on("exit", onExit));
    process.off("exit", onExit);
    expect(found).toMatch(/^left behind: a listener for exit on process made at /);
  });

  it("what setup left, and what it does in a session that the test talks to itself", async () => {
    const timers: NodeJS.Timeout[] = [];
    const leave = () => void timers.push(setTimeout(() => {}, 60_000));
    const kernel = await createTestKernel({
      plugins: [
        plugin(() => {
          leave();
          return { taps: { input: leave, event: () => undefined } };
        }),
      ],
    });
    for await (const event of kernel.session.send("Hi")) expect(event).toBeDefined();
    await expect(kernel.close()).rejects.toThrow(/^left behind: a timer.*; a timer[^;]*$/);
    for (const timer of timers) clearTimeout(timer);
  });

  it("a disposer that fails", async () => {
    const dispose = () => {
      throw new Error("stuck");
    };
    const kernel = await createTestKernel({
      plugins: [
        plugin(({ scope }) => {
          scope.own(dispose);
          return { taps: { event: () => undefined } };
        }),
      ],
    });
    await expect(kernel.close()).rejects.toThrow(/^left behind: .*hostile: stuck$/);
  });

  it("a hook that is still at work", async () => {
    const kernel = await createTestKernel({
      plugins: [plugin(() => ({ taps: { notify: () => new Promise(() => {}) } }))],
    });
    kernel.session.notify({ level: "info", text: "hello" });
    await expect(kernel.close()).rejects.toThrow("left behind: hostile is still in notify");
  });

  it("a failure between turns, and none that a turn has told of", async () => {
    const failing = plugin(() => ({
      taps: {
        input: () => {
          throw new Error("in the turn");
        },
        sessionEnd: () => {
          throw new Error("at the end");
        },
      },
    }));
    const kernel = await createTestKernel({ plugins: [failing] });
    expect((await kernel.run("Hi")).faults).toMatchObject([{ where: "input", message: "in the turn" }]);
    await expect(kernel.close()).rejects.toThrow(/^left behind: hostile in sessionEnd: at the end$/);
  });
});

describe("close also finds", () => {
  it("a rejection that nobody waited for", async () => {
    // The runner would take it for its own.
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const found = await closingAfter(() => void Promise.reject(new Error("lost"))).finally(() => {
      for (const other of others) process.on("unhandledRejection", other);
    });
    expect(found).toBe('left behind: nobody caught "lost"');
  });
});

describe("close does not blame a plugin", () => {
  it("for what the test, or another kernel, has open meanwhile", async ({ onTestFinished }) => {
    const kernel = await createTestKernel({ plugins: [] });
    const other = await createTestKernel({ plugins: [tool(() => onTestFinished(later()))] });
    const stop = later();
    const onExit = () => {};
    process.on("exit", onExit);
    await other.call("Leak", {});
    await kernel.run("Hi");
    await kernel.close();
    stop();
    process.off("exit", onExit);
    await expect(other.close()).rejects.toThrow("a timer of 60000 ms");
  });

  it("for a kernel that could not be opened", async () => {
    const before = process.listenerCount("unhandledRejection");
    const broken = plugin(() => {
      throw new Error("no");
    });
    await expect(createTestKernel({ plugins: [broken, broken] })).rejects.toThrow();
    expect(process.listenerCount("unhandledRejection")).toBe(before);
  });
});

describe("what plugins are given", () => {
  it("is frozen", async () => {
    const kernel = await createTestKernel({
      model: scriptedModel([{ text: "Hello." }]),
      plugins: [plugin(() => ({ taps: { input: (input: { content: unknown[] }) => void input.content.push(1) } }))],
    });
    const { faults } = await kernel.run("Hi");
    expect(faults).toMatchObject([{ plugin: "hostile", where: "input", message: expect.stringMatching(/extensible/) }]);
    expect(kernel.session.messages[0]?.content).toEqual([text("Hi")]);
    await kernel.close();
  });
});

function later(): () => void {
  const timer = setTimeout(() => {}, 60_000);
  return () => clearTimeout(timer);
}
