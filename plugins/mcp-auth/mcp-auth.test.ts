import fs from "node:fs";
import { join } from "node:path";
import { type Answer, type Question, textOf } from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { browserProgram, protectedServer, signing, temporaryFolder } from "./test-kit.ts";

const PASTED = async function* (line: string) {
  yield line;
};
const codeOf = async (thrown: Promise<unknown>) =>
  (
    await thrown.then(
      () => "no error",
      (error) => error,
    )
  ).code;
/** The address that the authorization server sends the browser back to. */
const backOf = async (url: string) =>
  new URL((await fetch(url, { redirect: "manual" })).headers.get("location") as string);

describe("Signing in", () => {
  test("gives headers that the server takes, and only there", async () => {
    const server = await protectedServer();
    const { login, headers } = await signing();
    expect(await headers(server.server)).toEqual({});
    await login(server.server);
    const given = await headers(server.server);
    expect(given.authorization).toMatch(/^Bearer \S+$/);
    expect((await fetch(server.server.url, { method: "POST", headers: given, body: '{"method":"x"}' })).status).toBe(
      202,
    );
    expect(await headers({ ...server.server, url: `${server.url}/other` })).toEqual({});
    expect(await headers({ ...server.server, name: "another" })).toEqual({});
  });

  test("proves itself, says for whom the token is, and where it comes from", async () => {
    const server = await protectedServer({ resource: { scopes_supported: ["read"] } });
    const { login, said } = await signing();
    await login(server.server);
    const asked = new URL(said.find((line) => line.startsWith("http")) as string).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("scope")).toBe("read");
    expect(asked.get("resource")).toBe(server.server.url);
    expect(asked.get("state")?.length).toBeGreaterThan(20);
    expect(server.exchanges[0]?.get("redirect_uri")).toBe(asked.get("redirect_uri"));
    expect(asked.get("redirect_uri")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  });

  test("lasts, and nothing of it lies about in the clear", async () => {
    const server = await protectedServer();
    const first = await signing();
    await first.login(server.server);
    const given = await first.headers(server.server);
    const second = await signing({ home: first.home });
    expect(await second.headers(server.server)).toEqual(given);
    const files = fs.readdirSync(first.home).filter((name) => name.startsWith("secrets"));
    expect(files).toContain("secrets.json");
    const token = (given.authorization ?? "").replace("Bearer ", "");
    for (const name of files) expect(fs.readFileSync(join(first.home, name), "utf8")).not.toContain(token);
    expect(first.said.at(-1)).toMatch(/its key lies beside it/);
  });

  test("works with the address pasted that the browser ended at", async () => {
    const server = await protectedServer();
    const { auth, headers } = await signing();
    let paste: (line: string) => void = () => undefined;
    const line = new Promise<string>((resolve) => {
      paste = resolve;
    });
    await auth.login(server.server, {
      opensBrowser: false,
      signal: new AbortController().signal,
      pasted: (async function* () {
        yield "";
        yield await line;
      })(),
      print: (text) => void (text.startsWith("http") && backOf(text).then((back) => paste(` ${back.href}\n`))),
    });
    expect(await headers(server.server)).toHaveProperty("authorization");
  });

  test("works with the code pasted alone", async () => {
    const server = await protectedServer();
    const { auth, headers } = await signing();
    let paste: (line: string) => void = () => undefined;
    const line = new Promise<string>((resolve) => {
      paste = resolve;
    });
    await auth.login(server.server, {
      opensBrowser: false,
      signal: new AbortController().signal,
      pasted: (async function* () {
        yield await line;
      })(),
      print: (text) =>
        void (text.startsWith("http") && backOf(text).then((back) => paste(back.searchParams.get("code") as string))),
    });
    expect(await headers(server.server)).toHaveProperty("authorization");
  });

  test("takes no pasted address but its own", async () => {
    const server = await protectedServer();
    const { auth } = await signing();
    const login = auth.login(server.server, {
      opensBrowser: false,
      signal: new AbortController().signal,
      pasted: PASTED("http://127.0.0.1:1/callback?code=stolen&state=guessed"),
      print: () => undefined,
    });
    expect(await codeOf(login)).toBe("GANTRY_MCP_AUTH_REFUSED");
    expect(server.exchanges).toEqual([]);
  });

  test("opens the browser by argument vector, whatever stands in the address", async () => {
    const folder = temporaryFolder();
    const browser = browserProgram(folder);
    const trap = join(folder, "trapped");
    const server = await protectedServer();
    server.behave({
      metadata: {
        authorization_endpoint: `${server.url}/authorize?a=$(touch ${trap})&b=\`touch ${trap}\`;touch ${trap}|'`,
      },
    });
    const { auth, headers } = await signing({ env: { BROWSER: browser.path, SOME_API_KEY: "hush", DISPLAY: ":7" } });
    await auth.login(server.server, {
      opensBrowser: true,
      signal: new AbortController().signal,
      print: () => undefined,
    });
    expect(await headers(server.server)).toHaveProperty("authorization");
    expect(browser.calls()).toHaveLength(1);
    expect(browser.calls()[0]).toHaveLength(1);
    expect(new URL(browser.calls()[0]?.[0] ?? "").searchParams.get("a")).toBe(`$(touch ${trap})`);
    expect(fs.existsSync(trap)).toBe(false);
    const environment = fs.readFileSync(join(folder, "environment"), "utf8");
    expect(environment).toContain(":7");
    expect(environment).not.toContain("hush");
  });

  test("uses a client that was registered by hand, on its own port, and no other client", async () => {
    const server = await protectedServer({
      metadata: { token_endpoint_auth_methods_supported: ["client_secret_post"] },
    });
    const port = await freePort();
    const { login } = await signing({ env: { MCP_CLIENT_SECRET: "hush" } });
    await login({ ...server.server, oauth: { clientId: "mine", callbackPort: port, scopes: "read write" } });
    expect(Object.fromEntries(server.exchanges[0] ?? [])).toMatchObject({
      client_id: "mine",
      client_secret: "hush",
      redirect_uri: `http://localhost:${port}/callback`,
    });
    expect(server.asked).not.toContain("POST /register");
  });

  test("again uses the registration of last time", async () => {
    const server = await protectedServer();
    const { login, headers } = await signing();
    await login(server.server);
    const before = await headers(server.server);
    await login(server.server);
    expect(await headers(server.server)).not.toEqual(before);
    expect(server.asked.filter((one) => one === "POST /register")).toHaveLength(1);
  });

  test("finds the authorization server where the person says, if it speaks for itself", async () => {
    const [server, other] = [await protectedServer(), await protectedServer()];
    const { login, headers } = await signing();
    const at = (address: string) => ({ ...server.server, oauth: { authServerMetadataUrl: address } });
    const lying = {
      ...other.server,
      oauth: { authServerMetadataUrl: `${server.url}/.well-known/oauth-authorization-server` },
    };
    await login(at(`${server.url}/.well-known/oauth-authorization-server`));
    expect(await headers(server.server)).toHaveProperty("authorization");
    server.behave({ metadata: { issuer: other.url } });
    expect(await codeOf(login(lying))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(await codeOf(login(at(`${server.url}/nothing`)))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(await codeOf(login(at("http://evil.example/metadata")))).toBe("GANTRY_MCP_AUTH_ADDRESS");
  });

  test("names a described client where the server takes that", async () => {
    const server = await protectedServer({ metadata: { client_id_metadata_document_supported: true } });
    const clientMetadataUrl = "https://client.example/gantry.json";
    const { login } = await signing({ config: { "mcp-auth": { clientMetadataUrl } } });
    await login(server.server);
    expect(server.exchanges[0]?.get("client_id")).toBe(clientMetadataUrl);
    expect(server.asked).not.toContain("POST /register");
  });

  test("needs no person where the server knows programs by their secrets, nor when the token ends", async () => {
    const server = await protectedServer({
      expiresIn: 10,
      metadata: {
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
      },
    });
    const { login, said, headers } = await signing({ env: { MCP_CLIENT_SECRET: "hush" } });
    const mine = { ...server.server, oauth: { clientId: "mine" } };
    await login(mine);
    expect(await headers(mine)).toHaveProperty("authorization");
    expect(said.filter((line) => line.startsWith("http"))).toEqual([]);
    expect(server.exchanges.map((form) => form.get("grant_type"))).toEqual([
      "client_credentials",
      "client_credentials",
    ]);
    expect(server.asked).not.toContain("GET /authorize");
  });

  test("works with a server that is its own issuer under a longer name", async () => {
    const server = await protectedServer();
    server.behave({
      metadata: { issuer: `${server.url}/oauth` },
      instead: ({ path }, response) => {
        if (!path.startsWith("/.well-known/oauth-protected")) return false;
        response.writeHead(404).end();
        return true;
      },
    });
    const { login, headers } = await signing();
    await login(server.server);
    expect(await headers(server.server)).toHaveProperty("authorization");
  });

  test("that is forgotten gives no headers any more", async () => {
    const revoked: string[] = [];
    const server = await protectedServer();
    server.behave({
      metadata: { revocation_endpoint: `${server.url}/revoke` },
      instead: ({ path, body }, response) => {
        if (path !== "/revoke") return false;
        revoked.push(body);
        response.end();
        return true;
      },
    });
    const { login, auth, headers } = await signing();
    await login(server.server);
    expect(await auth.logout(server.server)).toBe(true);
    expect(await headers(server.server)).toEqual({});
    expect(revoked[0]).toMatch(/^token=/);
    expect(await auth.logout(server.server)).toBe(false);
  });

  test("that a person breaks off comes to nothing, and leaves no port open", async () => {
    const server = await protectedServer();
    const { login } = await signing();
    const stop = new AbortController();
    let listener = "";
    const breaksOff = (url: string) => {
      listener = new URL(url).searchParams.get("redirect_uri") as string;
      stop.abort(new Error("enough"));
    };
    await expect(login(server.server, breaksOff, stop.signal)).rejects.toThrow("enough");
    await expect(fetch(listener)).rejects.toThrow();
  });

  test("that takes too long comes to nothing", async () => {
    const server = await protectedServer();
    const { login } = await signing({ config: { "mcp-auth": { loginTimeoutMs: 50 } } });
    await expect(login(server.server, () => undefined)).rejects.toThrow(/too long/);
  });
});

describe("Where the browser comes back to", () => {
  test("only the answer counts that knows the state, and only once", async () => {
    const server = await protectedServer();
    const { login, headers } = await signing();
    const seen: number[] = [];
    await login(server.server, async (url) => {
      const back = await backOf(url);
      const other = (change: (url: URL) => void) => {
        const made = new URL(back);
        change(made);
        return fetch(made).then(({ status }) => void seen.push(status));
      };
      await other((made) => made.searchParams.set("state", "guessed"));
      await other((made) => made.searchParams.delete("state"));
      await other((made) => made.searchParams.append("state", "twice"));
      await other((made) => {
        made.pathname = "/elsewhere";
      });
      await fetch(back, { method: "POST" }).then(({ status }) => void seen.push(status));
      const answer = await fetch(back);
      seen.push(answer.status);
      expect(await answer.text()).not.toContain(back.searchParams.get("code"));
    });
    expect(seen).toEqual([400, 400, 400, 404, 404, 200]);
    expect(await headers(server.server)).toHaveProperty("authorization");
  });

  test("a refusal is told in one line", async () => {
    const server = await protectedServer();
    const { login } = await signing();
    const refuse = async (url: string) => {
      const back = await backOf(url);
      back.searchParams.delete("code");
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "no\u001b[2Jway");
      await fetch(back);
    };
    await expect(login(server.server, refuse)).rejects.toThrow("access_denied (no<U+001B>[2Jway)");
  });

  test("an answer of another issuer is not taken", async () => {
    const server = await protectedServer({ metadata: { authorization_response_iss_parameter_supported: true } });
    const { login, headers } = await signing();
    const from = (iss: string | undefined) => async (url: string) => {
      const back = await backOf(url);
      if (iss !== undefined) back.searchParams.set("iss", iss);
      await fetch(back);
    };
    expect(await codeOf(login(server.server, from("https://evil.example")))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(await codeOf(login(server.server, from(undefined)))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(server.exchanges).toEqual([]);
    await login(server.server, from(server.url));
    expect(await headers(server.server)).toHaveProperty("authorization");
  });
});

describe("A hostile server", () => {
  test.each([
    ["opens http elsewhere", { authorization_endpoint: "http://auth.example/authorize" }],
    ["opens a file", { authorization_endpoint: "file:///etc/passwd" }],
    ["opens a program", { authorization_endpoint: "javascript:alert(1)" }],
    ["hides another host", { authorization_endpoint: "https://good.example@evil.example/authorize" }],
    ["registers in the clear", { registration_endpoint: "http://auth.example/register" }],
    ["says it is somebody else", { issuer: "https://accounts.example" }],
  ])("that %s is not followed", async (_, metadata) => {
    const server = await protectedServer({ metadata });
    const { login, headers, said } = await signing();
    expect(await codeOf(login(server.server))).toMatch(/^GANTRY_MCP_AUTH_(ADDRESS|FAILED)$/);
    expect(said).toEqual([]);
    expect(await headers(server.server)).toEqual({});
  });

  test("has no code sent in the clear", async () => {
    const server = await protectedServer({ metadata: { token_endpoint: "http://auth.example/token" } });
    const { login, headers } = await signing();
    expect(await codeOf(login(server.server))).toMatch(/^GANTRY_MCP_AUTH_/);
    expect(await headers(server.server)).toEqual({});
  });

  test("whose description lies in the clear elsewhere is not asked for it", async () => {
    const server = await protectedServer({ challenge: 'Bearer resource_metadata="http://evil.example/who"' });
    const { login } = await signing();
    expect(await codeOf(login(server.server))).toBe("GANTRY_MCP_AUTH_ADDRESS");
  });

  test("that speaks for another resource gets no token for it", async () => {
    const server = await protectedServer({ resource: { resource: "https://bank.example/mcp" } });
    const { login, said } = await signing();
    expect(await codeOf(login(server.server))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(said).toEqual([]);
  });

  test("that redirects without end is asked a few times, and given up", async () => {
    const server = await protectedServer({
      instead: ({ path }, response) => {
        if (!/^\/(\.well-known|register)/.test(path)) return false;
        response.writeHead(302, { location: `${path}/more` }).end();
        return true;
      },
    });
    const { login } = await signing();
    expect(await codeOf(login(server.server, () => undefined, AbortSignal.timeout(2_000)))).not.toBe("no error");
    expect(server.asked.length).toBeLessThan(30);
  });

  test("that redirects elsewhere is not followed there", async () => {
    const [server, other] = [await protectedServer(), await protectedServer()];
    server.behave({
      instead: ({ path }, response) => {
        if (!/^\/(\.well-known|register|token)/.test(path)) return false;
        response.writeHead(307, { location: `${other.url}${path}` }).end();
        return true;
      },
    });
    const { login } = await signing();
    expect(await codeOf(login(server.server))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(other.requests).toEqual([]);
  });

  test.each([
    ["prints garbage", "<html>"],
    ["says a thing twice", '{"issuer":"a","issuer":"b"}'],
    ["answers without end", `{"issuer":"${"x".repeat(2 * 1024 * 1024)}"}`],
  ])("that %s in place of its description gets nothing", async (_, body) => {
    const server = await protectedServer({
      instead: ({ path }, response) => {
        if (!path.startsWith("/.well-known/oauth-authorization")) return false;
        response.writeHead(200, { "content-type": "application/json" }).end(body);
        return true;
      },
    });
    const { login, headers } = await signing();
    expect(await codeOf(login(server.server))).toBe("GANTRY_MCP_AUTH_FAILED");
    expect(await headers(server.server)).toEqual({});
  });

  test("that moves to another issuer gets neither the client nor its secret", async () => {
    const [server, other] = [await protectedServer(), await protectedServer()];
    const { login } = await signing({ env: { MCP_CLIENT_SECRET: "hush" } });
    const mine = { ...server.server, oauth: { clientId: "mine" } };
    await login(mine);
    server.behave({ resource: { authorization_servers: [other.url] } });
    expect(await codeOf(login(mine))).toBe("GANTRY_MCP_AUTH_ISSUER");
    expect(other.exchanges).toEqual([]);
  });
});

describe("A server that is signed in at", () => {
  const serversOf = (url: string) => ({ weather: { type: "http", url } });

  test("wants a person first, and is connected after", async () => {
    const server = await protectedServer();
    const { servers, login, call } = await signing({ servers: serversOf(server.server.url), answer: "allow" });
    await servers.settle({ waitMs: 5_000 });
    expect(servers.status()[0]?.status).toBe("needs-auth");
    await login(server.server);
    await servers.reconnect("weather");
    await servers.settle();
    expect(textOf((await call("mcp__weather__rain", {})).content)).toBe("It rains.");
  });

  test("can be signed in at from within a session, and out", async () => {
    const server = await protectedServer();
    const { servers, session } = await signing({
      servers: serversOf(server.server.url),
      answer: "allow",
      env: { BROWSER: browserProgram(temporaryFolder()).path },
    });
    const type = async (prompt: string) => {
      for await (const event of session.send(prompt)) if (event.type === "turn_end") return event.end.text;
    };
    expect(await type("/mcp login weather")).toBe("Signed in at weather: it is connected.");
    expect(servers.status()[0]?.status).toBe("connected");
    expect(await type("/mcp logout weather")).toBe("Signed out of weather.");
    expect(await type("/mcp login nobody")).toContain("takes the name of a server");
  });

  test("has its tokens renewed, by one request, when they end", async () => {
    const server = await protectedServer();
    const { servers, login, call } = await signing({ servers: serversOf(server.server.url), answer: "allow" });
    await login(server.server);
    await servers.reconnect("weather");
    await servers.settle();
    server.forget();
    expect(textOf((await call("mcp__weather__rain", {})).content)).toBe("It rains.");
    expect(server.exchanges.map((form) => form.get("grant_type"))).toEqual(["authorization_code", "refresh_token"]);
  });

  test("has tokens renewed before they end", async () => {
    const server = await protectedServer({ expiresIn: 10 });
    const { login, headers } = await signing();
    await login(server.server);
    const both = await Promise.all([headers(server.server), headers(server.server)]);
    expect(both[0]).toEqual(both[1]);
    expect(server.exchanges.map((form) => form.get("grant_type"))).toEqual(["authorization_code", "refresh_token"]);
  });

  test("takes what another program has renewed meanwhile", async () => {
    const server = await protectedServer();
    const first = await signing();
    await first.login(server.server);
    const old = await first.headers(server.server);
    const second = await signing({ home: first.home });
    await second.headers(server.server);
    server.forget();
    expect(await first.auth.challenged(server.server, { status: 401, sent: old })).toBe(true);
    expect(await second.auth.challenged(server.server, { status: 401, sent: old })).toBe(true);
    expect(await second.headers(server.server)).toEqual(await first.headers(server.server));
    expect(server.exchanges).toHaveLength(2);
  });

  test("asks the person when nothing can be renewed; a no is a no", async () => {
    const server = await protectedServer();
    const asked: Question[] = [];
    const answer = (question: Question): Answer => {
      if (question.form) asked.push(question);
      return { decision: question.form ? "deny" : "allow" };
    };
    const { servers, login, call } = await signing({ servers: serversOf(server.server.url), answer });
    await login(server.server);
    await servers.reconnect("weather");
    await servers.settle();
    server.forget("all");
    expect((await call("mcp__weather__rain", {})).outcome).toBe("error");
    expect((await call("mcp__weather__rain", {})).outcome).not.toBe("ok");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.form).toMatchObject({ kind: "url", url: expect.stringContaining("/authorize?") });
  });

  test("may ask for more: the person is shown what, and the call goes on", async () => {
    const folder = temporaryFolder();
    const server = await protectedServer({ resource: { scopes_supported: ["read"] }, needed: "read write" });
    const asked: Question[] = [];
    const answer = (question: Question): Answer => {
      if (question.form) asked.push(question);
      return { decision: "allow" };
    };
    const { servers, login, call } = await signing({
      servers: serversOf(server.server.url),
      answer,
      env: { BROWSER: browserProgram(folder).path },
    });
    await login(server.server);
    await servers.reconnect("weather");
    await servers.settle();
    expect(textOf((await call("mcp__weather__rain", {})).content)).toBe("It rains.");
    expect(asked[0]?.form?.message).toContain("read write");
    expect(asked).toHaveLength(1);
  });

  test("that asks for more with nobody there is told no, and the next sign-in asks for it", async () => {
    const server = await protectedServer({ resource: { scopes_supported: ["read"] }, needed: "read write" });
    const { login, auth, headers, said } = await signing();
    await login(server.server);
    const wwwAuthenticate = 'Bearer error="insufficient_scope", scope="read write"';
    const challenge = { status: 403, wwwAuthenticate, sent: await headers(server.server) } as const;
    expect(await auth.challenged(server.server, challenge)).toBe(false);
    said.length = 0;
    await login(server.server);
    expect(new URL(said.find((line) => line.startsWith("http")) as string).searchParams.get("scope")).toBe(
      "read write",
    );
  });

  test("that forbids without a word on scopes is not asked again", async () => {
    const server = await protectedServer();
    const { login, auth, headers } = await signing();
    await login(server.server);
    const sent = await headers(server.server);
    expect(await auth.challenged(server.server, { status: 403, sent })).toBe(false);
    expect(server.exchanges).toHaveLength(1);
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
