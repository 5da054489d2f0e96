import { describe, expect, it } from "vitest";
import { bridged, program } from "./test-kit.ts";

const variable = (name: string) => `\${${name}}`;
const statusOf = (kernel: Awaited<ReturnType<typeof bridged>>, name: string) =>
  kernel.servers.status().find((status) => status.name === name);

describe.skipIf(process.platform === "win32")("a server's program", () => {
  it("is spoken with line by line, whatever greeting it prints", async () => {
    const kernel = await bridged({ servers: { s: program("server.mjs", "greeting") } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__echo", { text: "hi" })).toBe("echo: hi");
    expect(statusOf(kernel, "s")).toMatchObject({ status: "connected", protocolVersion: "2025-06-18" });
  });

  it("that ends at a question from before the handshake is spoken with in the older way", async () => {
    const kernel = await bridged({ servers: { s: program("server.mjs", "strict") } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__echo", { text: "hi" })).toBe("echo: hi");
  });

  it("that cannot start says why", async () => {
    const servers = { s: program("server.mjs", "exit"), none: { command: "no-such-program" } };
    const kernel = await bridged({ servers });
    await kernel.settled();
    expect(statusOf(kernel, "s")?.error).toBe("It ended with exit code 3. It said: no such database.");
    expect(statusOf(kernel, "none")?.error).toMatch(/no program "no-such-program"/);
  });

  it("that is not there is told to the person and to the model", async () => {
    const kernel = await bridged({ servers: { none: { command: "no-such-program" } } });
    const { events } = await kernel.run("hi");
    const told = events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));
    expect([...kernel.notices, ...told]).toEqual([
      expect.stringMatching(/^The MCP server none is not there: .*"no-such-program"/),
    ]);
    const prompt = kernel.model.requests[0]?.system.map(({ text }) => text).join("\n");
    expect(prompt).toMatch(/## none\nIt is not there: .*"no-such-program"/);
  });

  it("gets the filtered environment, what its entry adds, and variables put in", async () => {
    const servers = {
      s: {
        ...program("server.mjs"),
        env: { OWN: variable("WORD"), OTHER: variable("NONE:-instead"), DATABASE_TOKEN: "given" },
      },
      bad: { ...program("server.mjs"), env: { OWN: variable("NOWHERE") } },
    };
    const env = { WORD: "word", GITHUB_TOKEN: "secret", LD_PRELOAD: "x" };
    const kernel = await bridged({ servers, env });
    await kernel.settled();
    const seen = JSON.parse(await kernel.text("mcp__s__env"));
    expect(seen).toMatchObject({ OWN: "word", OTHER: "instead", DATABASE_TOKEN: "given" });
    expect(seen).not.toHaveProperty("GITHUB_TOKEN");
    expect(seen).not.toHaveProperty("LD_PRELOAD");
    expect(statusOf(kernel, "bad")?.error).toMatch(/environment has no NOWHERE/);
  });

  it("that says something twice in one answer fails the call, and is spoken with further", async () => {
    const kernel = await bridged({ servers: { s: program("server.mjs") } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__twice")).toMatch(
      /^The MCP server "s" refused the call: .*no strict JSON: line 1, column \d+: the key "result" is there twice$/,
    );
    expect(await kernel.text("mcp__s__echo", { text: "hi" })).toBe("echo: hi");
  });

  it("that crashes in a call fails the call at once, and is started again", async () => {
    const kernel = await bridged({ servers: { s: program("server.mjs") } });
    await kernel.settled();
    const result = await kernel.call("mcp__s__crash", {});
    expect(result.outcome).toBe("error");
    expect(JSON.stringify(result.content)).toMatch(/The call of the MCP server \\"s\\" failed: .*exit code 1/);
    expect(await kernel.text("mcp__s__echo", { text: "again" })).toBe("echo: again");
  });

  it("that is silent in a call is left after the time it has", async () => {
    const kernel = await bridged({ servers: { s: { ...program("server.mjs"), timeout: 100 } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__slow")).toMatch(/failed: .*timed out/i);
  });

  it("that prints 100 MB of garbage is ended", async () => {
    const kernel = await bridged({ servers: { s: program("server.mjs", "garbage") } });
    await kernel.settled();
    expect(statusOf(kernel, "s")?.error).toMatch(/prints something else than messages/);
  });
});

describe.skipIf(process.platform === "win32")(
  "ten servers, one hanging, one printing garbage, one crashing in a call",
  () => {
    it("keep nobody from talking, and the seven good ones work", async () => {
      const good = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`good${at}`, program("server.mjs")]));
      const servers = {
        hanging: program("server.mjs", "hang"),
        garbage: program("server.mjs", "garbage"),
        crashing: program("server.mjs"),
        ...good,
      };
      const kernel = await bridged({ servers });
      kernel.model.push({ text: "Hello." });
      expect((await kernel.run("Hello")).text).toBe("Hello.");
      await expect.poll(() => kernel.servers.pending, { timeout: 8_000 }).toEqual(["hanging"]);
      await kernel.servers.settle({ waitMs: 0 });
      expect((await kernel.call("mcp__crashing__crash", {})).outcome).toBe("error");
      for (const name of Object.keys(good))
        expect(await kernel.text(`mcp__${name}__echo`, { text: name })).toBe(`echo: ${name}`);
      expect(statusOf(kernel, "garbage")?.status).toBe("failed");
    });
  },
);
