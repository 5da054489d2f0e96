import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { serveHttp } from "../../plugins/mcp-serve/http.ts";
import { createParking } from "../../plugins/mcp-serve/parking.ts";
import { root } from "../scripts/project.js";
import { conformanceOffer } from "./mcp-offer.ts";

// The official conformance suite: the built package as a client of it, the serving plugin as a server.

/** One has its eye on the clock and runs alone; the others run at once. */
const ALONE = ["initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry"];
const SUITES = ["auth", "backcompat", "draft", "extensions"];

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const baseline = here("mcp-conformance.yml");
let folder: string;
let suite: string;

/** The suite names a function of Node 22 at its head that no scenario calls: a copy goes without, so that Node 20 runs it. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "gantry-conformance-")));
  const own = path.dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json"));
  const [code, description] = await Promise.all([
    readFile(path.join(own, "dist/index.js"), "utf8"),
    readFile(path.join(own, "package.json"), "utf8"),
  ]);
  const head = /globSync as (\w+),([^}]*\}\s*from\s*"fs";)/;
  expect(code).toMatch(head);
  suite = path.join(folder, "dist/index.js");
  await mkdir(path.dirname(suite));
  await Promise.all([
    writeFile(suite, code.replace(head, "$2const $1=()=>[];")),
    writeFile(path.join(folder, "package.json"), description),
    symlink(path.join(root, "node_modules"), path.join(folder, "node_modules")),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the suite says. */
function judged(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 45_000 };
    execFile(process.execPath, [suite, ...args], options, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

const asClient = ["client", "--command", `${process.execPath} ${here("mcp-client.js")}`] as const;

describe.skipIf(process.platform === "win32")("the conformance suite's scenario for clients", () => {
  test.each(ALONE)("%s passes, without a warning", async (scenario) => {
    const said = await judged(...asClient, "--scenario", scenario);
    expect(said).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/);
    expect(said).toContain("OVERALL: PASSED");
  });
});

describe.skipIf(process.platform === "win32")("the conformance suite's scenarios for clients", () => {
  test.each(SUITES)("of the suite %s pass, all of them", async (name) => {
    const said = await judged(...asClient, "--suite", name, "--expected-failures", baseline);
    expect(said).toMatch(/Total: \d{2,} passed, 0 failed, 0 warnings/);
    expect(said).toMatch(/Baseline check passed/);
  });
});

describe("the conformance suite's scenarios for servers", () => {
  test("pass but for those that are explained", async () => {
    const parking = createParking(10_000);
    const serving = await serveHttp({
      offer: () => conformanceOffer,
      version: "0.0.0",
      parking,
      port: 0,
      token: undefined,
    });
    onTestFinished(() => {
      parking.close();
      return serving.close();
    });
    const url = await withToken(serving.url, serving.token);
    const said = await judged("server", "--url", url, "--suite", "all", "--expected-failures", baseline);
    expect(said).toMatch(/Baseline check passed/);
  });
});

/** The suite knows no tokens: whoever speaks with this address is taken for the person who has one. */
async function withToken(url: string, token: string): Promise<string> {
  const theirs = new URL(url);
  const proxy = createServer((incoming, outgoing) => {
    const { host = "", ...headers } = incoming.headers;
    const own = `localhost:${(proxy.address() as AddressInfo).port}`;
    const renamed = JSON.parse(JSON.stringify({ host, ...headers }).replaceAll(own, theirs.host));
    // A connection for each: one that is kept may have been closed at the other end meanwhile.
    const onward = request(theirs, {
      agent: false,
      method: incoming.method ?? "GET",
      headers: { ...renamed, authorization: `Bearer ${token}` },
    });
    onward.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      pipeline(answer, outgoing, () => undefined);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, "localhost", resolve));
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `http://localhost:${(proxy.address() as AddressInfo).port}${theirs.pathname}`;
}
