import { describe, expect, it } from "vitest";
import { expandMcpConfig, mcpName, mcpServerText, nameProblem, readMcpServers } from "./mcp-config.ts";

const variable = (name: string) => `\${${name}}`;

describe("a list of servers", () => {
  it("is wrapped or bare, and one bad entry costs the others nothing", () => {
    const good = { command: "mcp-files", args: ["."] };
    expect(readMcpServers({ good }).servers).toEqual({ good });
    const { servers, problems } = readMcpServers({
      mcpServers: {
        good,
        none: {},
        untyped: { url: "https://a.b" },
        odd: { type: "carrier pigeon", url: "x" },
        "a/b": good,
      },
    });
    expect(servers).toEqual({ good });
    expect(problems).toMatchObject({
      none: "it has no command.",
      untyped: 'it has a url and no type: add "type": "http", "sse" or "ws".',
      "a/b": "a name has letters, digits, - and _, at most 64 of them.",
    });
    expect(Object.keys(problems)).toContain("odd");
    expect(readMcpServers([]).problems[""]).toBe("it is no object with servers by name.");
  });

  it("has no secret in clear, and what proves a client goes to a named issuer alone", () => {
    const problemOf = (oauth: object) => readMcpServers({ s: { type: "http", url: "https://a.b", oauth } }).problems.s;
    const key = variable("KEY");
    expect(problemOf({ clientId: "c", issuer: "https://i.b", privateKey: key })).toBeUndefined();
    expect(problemOf({ clientId: "c", clientSecret: "hush" })).toMatch(
      /^oauth\.clientSecret: a secret stands in the env/,
    );
    expect(problemOf({ clientId: "c", clientSecret: variable("S:-hush") })).toMatch(/a secret stands in the env/);
    expect(problemOf({ clientId: "c", issuer: "https://i.b", privateKey: "-----BEGIN" })).toMatch(
      /privateKey: a secret/,
    );
    expect(problemOf({ clientId: "c", privateKey: key })).toMatch(
      /^oauth: privateKey and identity need clientId, and issuer/,
    );
    const identity = { clientId: "c", idToken: variable("ID") };
    expect(problemOf({ clientId: "c", issuer: "https://i.b", identity })).toMatch(/it needs issuer or tokenEndpoint/);
  });

  it("takes no name for one of Object's own", () => {
    const list = JSON.parse('{"__proto__": {"command": "x"}, "constructor": {"command": "y"}}');
    const { servers, problems } = readMcpServers(list);
    expect(Object.keys(servers)).toEqual(["constructor"]);
    expect(Object.keys(problems)).toEqual(["__proto__"]);
  });
});

describe("a server's variables", () => {
  it("are put in, with their defaults, and what is missing is named", () => {
    const config = {
      command: variable("BIN:-mcp-files"),
      args: [`--root=${variable("ROOT")}`, "$PLAIN"],
      env: { TOKEN: variable("TOKEN"), EMPTY: variable("EMPTY:-full") },
    };
    expect(expandMcpConfig(config, { ROOT: "/w", EMPTY: "" })).toEqual({
      config: { command: "mcp-files", args: ["--root=/w", "$PLAIN"], env: { TOKEN: variable("TOKEN"), EMPTY: "full" } },
      missing: ["TOKEN"],
    });
  });
});

describe("a server's name", () => {
  it("stands in tools' names, and is parted from them", () => {
    expect(mcpName("my server.x")).toBe("my_server_x");
    expect(nameProblem("a__b")).toMatch(/__/);
    expect(nameProblem("my server")).toBeUndefined();
  });
});

describe("a server in one line", () => {
  it("shows words that are more than one word as such", () => {
    expect(mcpServerText({ command: "npx", args: ["-y", "a b", ""] })).toBe('npx -y "a b" ""');
    expect(mcpServerText({ type: "http", url: "https://a.b/c" })).toBe("http https://a.b/c");
  });
});
