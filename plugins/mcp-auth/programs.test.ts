import { generateKeyPairSync, verify } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Behaviour, protectedServer, signing } from "./test-kit.ts";

const variable = (name: string) => `\${${name}}`;
const FOR_PROGRAMS: Behaviour = {
  metadata: {
    grant_types_supported: ["client_credentials", "authorization_code"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "private_key_jwt"],
  },
};

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { publicKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

const part = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split(".")[index] ?? "", "base64url").toString());

/** A server whose entry names what the client proves itself with. */
async function programmed(oauth: (url: string) => object, behaviour = FOR_PROGRAMS) {
  const server = await protectedServer(behaviour);
  const entry = { type: "http", url: server.server.url, oauth: { clientId: "mine", ...oauth(server.url) } };
  const open = async (env: Readonly<Record<string, string>>, home?: string) => {
    const kernel = await signing({ servers: { weather: entry }, env, ...(home !== undefined && { home }) });
    await kernel.servers.settle({ waitMs: 8_000 });
    return { ...kernel, status: () => kernel.servers.status()[0]?.status };
  };
  return { server, open, mine: { ...server.server, oauth: entry.oauth } };
}

describe("A program that proves itself with a key", () => {
  test("is signed in with nobody asked, at its issuer, and again when the token has ended", async () => {
    const { publicKey, pem } = keyPair();
    const { server, open } = await programmed((url) => ({ issuer: url, privateKey: variable("OWN_KEY") }));
    const { status, home } = await open({ OWN_KEY: pem });
    expect(status()).toBe("connected");
    const form = server.exchanges[0] as URLSearchParams;
    expect(form.get("grant_type")).toBe("client_credentials");
    const jwt = form.get("client_assertion") ?? "";
    expect(part(jwt, 0)).toMatchObject({ alg: "ES256" });
    expect(part(jwt, 1)).toMatchObject({ iss: "mine", sub: "mine", aud: server.url });
    const [signed, signature = ""] = [jwt.slice(0, jwt.lastIndexOf(".")), jwt.split(".")[2]];
    const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", Buffer.from(signed), key, Buffer.from(signature, "base64url"))).toBe(true);
    expect(server.asked).not.toContain("GET /authorize");
    // The key is kept with the tokens, sealed.
    expect(fs.readFileSync(join(home, "secrets.json"), "utf8")).not.toContain("PRIVATE KEY");
    server.forget();
    const again = await open({}, home);
    expect(again.status()).toBe("connected");
    expect(server.exchanges).toHaveLength(2);
  });

  test("may have its key in the older forms, its line ends written as signs", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString().replaceAll("\n", "\\n");
    const { server, open } = await programmed((url) => ({ issuer: url, privateKey: variable("OWN_KEY") }));
    expect((await open({ OWN_KEY: pem })).status()).toBe("connected");
    expect(part(server.exchanges[0]?.get("client_assertion") ?? "", 0)).toMatchObject({ alg: "RS256" });
  });

  test("is told what is missing or cannot be used, and the key is in no word of it", async () => {
    const { open, mine, server } = await programmed((url) => ({ issuer: url, privateKey: variable("OWN_KEY") }));
    const without = await open({});
    expect(without.status()).toBe("needs-auth");
    const credential = { code: "GANTRY_MCP_AUTH_CREDENTIAL" };
    await expect(without.login(mine)).rejects.toMatchObject({
      ...credential,
      message: "The environment has no OWN_KEY. The sign-in at weather needs it.",
    });
    const bad = await open({ OWN_KEY: "-----BEGIN PRIVATE KEY----- hush" });
    await expect(bad.login(mine)).rejects.toMatchObject({
      ...credential,
      message: expect.not.stringContaining("hush"),
    });
    expect(server.exchanges).toEqual([]);
  });

  test("sends nothing to an issuer that its entry does not name", async () => {
    const { pem } = keyPair();
    const { open, mine, server } = await programmed(() => ({
      issuer: "https://auth.example.com",
      privateKey: variable("OWN_KEY"),
    }));
    const kernel = await open({ OWN_KEY: pem });
    await expect(kernel.login(mine)).rejects.toMatchObject({ code: "GANTRY_MCP_AUTH_ISSUER" });
    expect(server.exchanges).toEqual([]);
  });
});

test("A program that proves itself with a secret gets tokens of its own where people could sign in too", async () => {
  const oauth = { grant: "client_credentials", clientSecret: variable("OWN_SECRET") };
  const { open, server } = await programmed((url) => ({ ...oauth, issuer: url }));
  expect((await open({ OWN_SECRET: "hush" })).status()).toBe("connected");
  const [exchange] = server.requests.filter(({ path }) => path === "/token");
  expect(exchange?.headers.authorization).toBe(`Basic ${Buffer.from("mine:hush").toString("base64")}`);
});

test("A person's identity at their company becomes a token for the server, and is not kept", async () => {
  const bodies: URLSearchParams[] = [];
  const { open, server } = await programmed(
    (url) => ({
      issuer: url,
      clientSecret: variable("OWN_SECRET"),
      identity: { tokenEndpoint: `${url}/company/token`, clientId: "desk", idToken: variable("ID_TOKEN") },
    }),
    {
      metadata: {
        grant_types_supported: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
      },
      instead: ({ path, body }, response) => {
        if (path !== "/company/token") return false;
        bodies.push(new URLSearchParams(body));
        const issued_token_type = "urn:ietf:params:oauth:token-type:id-jag";
        const answer = { access_token: "the grant", issued_token_type, token_type: "N_A", expires_in: 60 };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
        return true;
      },
    },
  );
  const { status, home } = await open({ OWN_SECRET: "hush", ID_TOKEN: "who I am" });
  expect(status()).toBe("connected");
  expect(Object.fromEntries(bodies[0] ?? [])).toMatchObject({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    audience: server.url,
    resource: server.server.url,
    subject_token: "who I am",
    client_id: "desk",
  });
  expect(Object.fromEntries(server.exchanges[0] ?? [])).toMatchObject({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: "the grant",
  });
  server.forget();
  expect((await open({ OWN_SECRET: "hush" }, home)).status()).toBe("needs-auth");
});
