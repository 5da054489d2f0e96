import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { HostInfo, Http, Scope, SetupContext } from "gantry/sdk";
import { afterEach, describe, expect, it } from "vitest";
import setup from "./http.ts";
import type { httpNode } from "./index.ts";
import { proxyFor, readProxies } from "./proxy.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The service as the plugin's setup gives it, and its scope's end. */
async function start(env: Record<string, string> = {}): Promise<Http & { close: () => void }> {
  const ended = new AbortController();
  const owned: (() => void)[] = [];
  const scope = {
    name: "http-node",
    signal: ended.signal,
    own: (thing) => {
      owned.push(thing as () => void);
      return thing;
    },
  } as Scope;
  const context = { scope, use: {}, config: undefined, host: { env } as unknown as HostInfo };
  const { services } = await setup(context as unknown as SetupContext<typeof httpNode>);
  const close = () => {
    ended.abort();
    for (const dispose of owned.splice(0)) dispose();
  };
  closers.push(close);
  return { request: services.http.request, close };
}

async function listen(server: Server | http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(handler: http.RequestListener): Promise<string> {
  return `http://${await listen(http.createServer(handler))}`;
}

const failure = (code: string, message?: RegExp) =>
  expect.objectContaining({ code, ...(message && { message: expect.stringMatching(message) }) });

describe("http-node", () => {
  it("sends method, headers and body, and gives status, headers and body back", async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push(request.method, request.url, request.headers["x-a"], request.headers["content-length"], body);
      response.writeHead(201, { "X-B": ["1", "2"], "set-cookie": ["a=1", "b=2"] }).end("Grüße");
    });
    const { request } = await start();
    const answer = await request({ method: "POST", url: `${url}/p?q=1`, headers: { "X-A": "1" }, body: "ä" });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ "x-b": "1, 2", "set-cookie": "a=1, b=2" });
    expect(await answer.text()).toBe("Grüße");
    expect(seen).toEqual(["POST", "/p?q=1", "1", "2", "ä"]);
  });

  it("sends a body in pieces, however many, with its length and without putting it together", async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { "content-length": length, "transfer-encoding": coding } = request.headers;
      seen.push(length, coding, Buffer.concat(chunks).toString());
      response.end();
    });
    const { request } = await start();
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`));
    const body = [...pieces, Buffer.alloc(0), Buffer.from("ä")];
    for (const sent of [body, []]) await (await request({ method: "POST", url, body: sent })).text();
    const whole = `${pieces.map(String).join("")}ä`;
    expect(seen).toEqual([String(Buffer.byteLength(whole)), undefined, whole, "0", undefined, ""]);
  });

  it("uses one connection for requests that follow each other", async () => {
    let connections = 0;
    const server = http.createServer((_, response) => response.end("ok"));
    server.on("connection", () => connections++);
    const url = `http://${await listen(server)}`;
    const { request } = await start();
    for (let count = 0; count < 3; count++) await (await request({ method: "GET", url })).text();
    expect(connections).toBe(1);
  });

  it("follows no redirect", async () => {
    const visited: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      visited.push(request.url);
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    const { request } = await start();
    const answer = await request({ method: "POST", url, body: "secret" });
    expect(answer.status).toBe(307);
    expect(answer.headers.location).toBe("/elsewhere");
    expect(visited).toEqual(["/"]);
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ] as const)("decompresses %s", async (encoding, compress) => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(compress("hello ".repeat(1000)));
    });
    const { request } = await start();
    const answer = await request({ method: "GET", url });
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(await answer.text()).toBe("hello ".repeat(1000));
  });

  it("reports a compressed body that was cut", async () => {
    const whole = gzipSync("hello ".repeat(1000));
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(whole.subarray(0, whole.length - 12));
    });
    const { request } = await start();
    const answer = await request({ method: "GET", url });
    await expect(answer.text()).rejects.toThrow(/unexpected end of file/);
  });

  it("reports a body whose connection was cut", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    const { request } = await start();
    await expect((await request({ method: "GET", url })).text()).rejects.toThrow();
  });

  it("survives a cut body that nobody reads", async () => {
    const closed: Promise<void>[] = [];
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      closed.push(new Promise((resolve) => response.on("close", resolve)));
      response.write("half", () => response.destroy());
    });
    const { request } = await start();
    const answer = await request({ method: "GET", url });
    await Promise.all([...closed, new Promise((resolve) => answer.body.once("close", resolve).resume())]);
    expect(answer.body.destroyed).toBe(true);
  });

  it("reads no more text than asked for", async () => {
    const url = await serve((_, response) => response.end("x".repeat(1000)));
    const { request } = await start();
    const answer = await request({ method: "GET", url });
    await expect(answer.text(999)).rejects.toEqual(failure("GANTRY_HTTP_TOO_LARGE"));
  });

  it("ends a request when its signal fires, before and after the headers", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/body") response.writeHead(200).write("half");
    });
    const { request } = await start();
    const early = new AbortController();
    const waiting = request({ method: "GET", url: `${url}/never`, signal: early.signal });
    early.abort();
    await expect(waiting).rejects.toEqual(failure("GANTRY_HTTP_ABORTED"));

    const late = new AbortController();
    const answer = await request({ method: "GET", url: `${url}/body`, signal: late.signal });
    const text = answer.text();
    late.abort();
    await expect(text).rejects.toEqual(failure("GANTRY_HTTP_ABORTED"));

    const fired = AbortSignal.abort();
    await expect(request({ method: "GET", url, signal: fired })).rejects.toEqual(failure("GANTRY_HTTP_ABORTED"));
  });

  it("leaves no listener on a signal that lives on", async () => {
    const url = await serve((_, response) => response.end("ok"));
    const { request } = await start();
    const { signal } = new AbortController();
    let listeners = 0;
    const count = (change: number, real: (...a: never[]) => void) =>
      ((...args: never[]) => {
        listeners += change;
        real.apply(signal, args);
      }) as never;
    signal.addEventListener = count(1, signal.addEventListener as never);
    signal.removeEventListener = count(-1, signal.removeEventListener as never);
    const answer = await request({ method: "GET", url, signal });
    const closed = new Promise((resolve) => answer.body.once("close", resolve));
    await answer.text();
    await closed;
    await new Promise(setImmediate);
    expect(listeners).toBe(0);
  });

  it("gives up when no headers come in time", async () => {
    const url = await serve(() => {});
    const { request } = await start();
    await expect(request({ method: "GET", url, headersTimeoutMs: 1 })).rejects.toEqual(
      failure("GANTRY_HTTP_TIMEOUT", /timed out/),
    );
  });

  it("says in words why there is no connection, without path, query or password", async () => {
    const server = createServer();
    const address = await listen(server);
    server.close();
    const { request } = await start();
    const refused = request({ method: "GET", url: `http://me:pass@${address}/path?key=secret` });
    await expect(refused).rejects.toEqual(failure("GANTRY_HTTP_NETWORK", /nothing listens there \(ECONNREFUSED\)/));
    await refused.catch((error: Error) => expect(String(error)).not.toMatch(/secret|pass|path/));
  });

  it.each(["ftp://example.com", "example.com", "file:///etc/passwd", ""])("refuses the address %j", async (url) => {
    const { request } = await start();
    await expect(request({ method: "GET", url })).rejects.toEqual(failure("GANTRY_HTTP_URL"));
  });

  it("takes a stale connection for what it is, and asks again only where that is harmless", async () => {
    let requests = 0;
    const server = createServer((socket) => {
      let first = true;
      socket.on("error", () => {});
      socket.on("data", () => {
        requests++;
        if (!first) return socket.destroy();
        first = false;
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    const url = `http://${await listen(server)}`;
    const { request } = await start();
    await (await request({ method: "GET", url })).text();
    expect(await (await request({ method: "GET", url })).text()).toBe("ok");
    expect(requests).toBe(3);
    await expect(request({ method: "POST", url, body: "x" })).rejects.toEqual(failure("GANTRY_HTTP_NETWORK"));
    expect(requests).toBe(4);
  });

  it("ends what is running with the plugin", async () => {
    const url = await serve((_, response) => response.writeHead(200).write("half"));
    const service = await start();
    const text = (await service.request({ method: "GET", url })).text();
    service.close();
    await expect(text).rejects.toEqual(failure("GANTRY_HTTP_ABORTED"));
    await expect(service.request({ method: "GET", url })).rejects.toEqual(failure("GANTRY_HTTP_ABORTED"));
  });
});

describe("proxies", () => {
  const env = {
    HTTP_PROXY: "http://plain.test:1",
    HTTPS_PROXY: "secure.test:2",
    NO_PROXY: "one.test, .two.test *.three.test four.test:8080",
  };
  const proxyOf = (url: string, more = {}) => proxyFor(new URL(url), readProxies({ ...env, ...more }))?.host;

  it.each([
    ["http://a.test/", "plain.test:1"],
    ["https://a.test/", "secure.test:2"],
    ["https://one.test/", undefined],
    ["https://sub.one.test/", undefined],
    ["https://notone.test/", "secure.test:2"],
    ["https://a.two.test/", undefined],
    ["https://a.three.test/", undefined],
    ["http://four.test:8080/", undefined],
    ["http://four.test/", "plain.test:1"],
    ["http://localhost:11434/", undefined],
    ["http://127.0.0.1:1/", undefined],
    ["http://[::1]:1/", undefined],
  ])("for %s it is %s", (url, proxy) => expect(proxyOf(url)).toBe(proxy));

  it("prefer the lower-case spelling, and can be off altogether", () => {
    expect(proxyOf("https://a.test/", { https_proxy: "http://other.test:3" })).toBe("other.test:3");
    expect(proxyOf("https://a.test/", { no_proxy: "*" })).toBeUndefined();
  });

  it("are refused when they cannot be", () => {
    expect(() => readProxies({ HTTPS_PROXY: "socks5://me:pass@p.test" })).toThrow(failure("GANTRY_HTTP_PROXY"));
  });

  it("are asked for the whole address over plain HTTP, with name and password", async () => {
    const seen: unknown[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request.url, request.headers.host, request.headers["proxy-authorization"]);
      response.end("through");
    });
    const { request } = await start({ HTTP_PROXY: proxy.replace("//", "//me:p%40ss@") });
    const answer = await request({ method: "GET", url: "http://model.test:81/a?b=c" });
    expect(await answer.text()).toBe("through");
    const words = Buffer.from("me:p@ss").toString("base64");
    expect(seen).toEqual(["http://model.test:81/a?b=c", "model.test:81", `Basic ${words}`]);
  });

  it("that refuse a tunnel are named, without their password", async () => {
    const server = http.createServer();
    server.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    const address = await listen(server);
    const { request } = await start({ HTTPS_PROXY: `http://me:secret@${address}` });
    const answer = request({ method: "GET", url: "https://model.test/" });
    await expect(answer).rejects.toEqual(failure("GANTRY_HTTP_NETWORK", new RegExp(`${address} refused with 407`)));
    await answer.catch((error: Error) => expect(String(error)).not.toContain("secret"));
  });

  it("tunnel TLS, with certificates of NODE_EXTRA_CA_CERTS, and the process ends at once", async () => {
    const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    const server = https.createServer(
      {
        key: readFileSync(here("fixtures/key.pem")),
        cert: readFileSync(here("fixtures/certificate.pem")),
      },
      (_, response) => response.end("hello"),
    );
    const [host, port] = (await listen(server)).split(":") as [string, string];
    const asked: (string | undefined)[] = [];
    const tunnel = http.createServer();
    tunnel.on("connect", (request, socket) => {
      asked.push(request.url);
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(upstream).pipe(socket);
      });
      socket.on("error", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
    });
    const proxy = await listen(tunnel);
    const sdk = JSON.stringify({ "gantry/sdk": here("../../sdk/index.ts") });
    const run = (extra: Record<string, string>) =>
      promisify(execFile)(process.execPath, ["--import", "jiti/register", here("fixtures/two-requests.ts")], {
        env: { PATH: process.env.PATH, HTTPS_PROXY: `http://${proxy}`, JITI_ALIAS: sdk, ...extra },
      });
    const { stdout } = await run({ NODE_EXTRA_CA_CERTS: here("fixtures/certificate.pem") });
    expect(stdout).toBe("hello hello");
    expect(asked).toEqual(["model.test:443"]);
    await expect(run({})).rejects.toThrow(/NODE_EXTRA_CA_CERTS/);
  });
});
