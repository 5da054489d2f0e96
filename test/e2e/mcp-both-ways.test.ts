import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { protectedServer } from "../../plugins/mcp-auth/test-kit.ts";
import { createPlace, type Place, program } from "./program.ts";

// Signing in at servers, and being one, by the built program.

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place.remove());

const env = () => ({ PATH: process.env.PATH ?? "", HOME: place.home, NO_COLOR: "1" });
const textIn = (result: unknown) =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join("");

describe("gantry mcp login", () => {
  test("signs in through the browser, for all later runs, until logout", async () => {
    const server = await protectedServer();
    const browser = { env: { BROWSER: fileURLToPath(new URL("mcp-browser.js", import.meta.url)) } };
    await place.gantry(["mcp", "add", "weather", `${server.url}/mcp`, "--transport", "http"]);
    expect((await place.gantry(["mcp", "list"])).stdout).toContain("wants a sign-in");
    const login = await place.gantry(["mcp", "login", "weather"], browser);
    expect(login).toMatchObject({ code: 0, stdout: "Signed in at weather.\n" });
    expect(login.stderr).toContain("its key lies beside it");
    expect((await place.gantry(["mcp", "list"])).stdout).toContain("connected, 1 tool");
    expect((await place.gantry(["mcp", "logout", "weather"])).stdout).toBe("Signed out of weather.\n");
    expect((await place.gantry(["mcp", "list"])).stdout).toContain("wants a sign-in");
  });

  test("--no-browser prints the address, and takes what is pasted", async () => {
    const server = await protectedServer();
    await place.gantry(["mcp", "add", "weather", `${server.url}/mcp`, "--transport", "http"]);
    const child = spawn(process.execPath, [program, "mcp", "login", "weather", "--no-browser"], {
      cwd: place.work,
      env: env(),
    });
    onTestFinished(() => void child.kill());
    const ended = new Promise((resolve) => void child.once("close", resolve));
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.startsWith("http")) continue;
      const answer = await fetch(line, { redirect: "manual" });
      child.stdin.write(`${answer.headers.get("location")}\n`);
    }
    expect(await ended).toBe(0);
    expect((await place.gantry(["mcp", "list"])).stdout).toContain("connected, 1 tool");
  });
});

describe("gantry mcp serve", () => {
  test("is a server for other hosts, under the rules of the folder", async () => {
    await place.write({ "notes.txt": "Rain in Oslo.\n" });
    const client = new Client({ name: "editor", version: "1" }, { versionNegotiation: { mode: "auto" } });
    const line = new StdioClientTransport({
      command: process.execPath,
      args: [program, "mcp", "serve"],
      cwd: place.work,
      env: env(),
      stderr: "pipe",
    });
    await client.connect(line);
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["Read", "Bash"]));
    const read = await client.callTool({ name: "Read", arguments: { file_path: `${place.work}/notes.txt` } });
    expect(textIn(read)).toContain("Rain in Oslo.");
    const write = { file_path: `${place.work}/new.txt`, content: "x" };
    expect((await client.callTool({ name: "Write", arguments: write })).isError).toBe(true);
    await expect(place.read("new.txt")).rejects.toThrow();
  });

  test("asks the person at the other end, where there is one, over HTTP", async () => {
    const child = spawn(process.execPath, [program, "mcp", "serve", "--http"], { cwd: place.work, env: env() });
    onTestFinished(() => void child.kill());
    const said: string[] = [];
    for await (const text of createInterface({ input: child.stderr })) if (said.push(text) === 2) break;
    const [, url = ""] = /^Serving (\S+)$/.exec(said[0] ?? "") ?? [];
    const [, authorization = ""] = /^Authorization: (.*)$/.exec(said[1] ?? "") ?? [];
    const client = new Client(
      { name: "editor", version: "1" },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } },
    );
    client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { decision: "allow" } }));
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization } } }),
    );
    onTestFinished(() => client.close());
    const write = { file_path: `${place.work}/new.txt`, content: "Sun.\n" };
    expect((await client.callTool({ name: "Write", arguments: write })).isError).not.toBe(true);
    expect(await place.read("new.txt")).toBe("Sun.\n");
  });
});
