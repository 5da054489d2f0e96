import { once } from "node:events";
import { get, request } from "node:http";
import { loopbackServer } from "gantry/sdk/testing";
import { expect, it } from "vitest";

it("hands on what it is asked, and keeps it", async () => {
  const server = await loopbackServer(
    ({ method, path, body }, response) => void response.end(`${method} ${path} ${body}`),
  );
  const outgoing = request(`${server.url}/a?b`, { method: "POST", headers: { "x-one": "1" } }).end("héllo");
  const [response] = await once(outgoing, "response");
  expect((await response.setEncoding("utf8").toArray()).join("")).toBe("POST /a?b héllo");
  expect(server.requests).toMatchObject([{ method: "POST", path: "/a?b", body: "héllo", headers: { "x-one": "1" } }]);
  await server.close();
});

it("says when it was asked, and when whoever asked has hung up", async () => {
  const server = await loopbackServer(() => {});
  const heard: string[] = [];
  const outgoing = get(server.url).on("error", () => heard.push("ended"));
  await server.asked();
  const released = server.released().then(() => heard.push("released"));
  await new Promise(setImmediate);
  expect(heard).toEqual([]);
  outgoing.destroy();
  await released;
  expect(heard).toContain("released");
  await server.close();
});

it("closes though an answer is under way, and twice without harm", async () => {
  const server = await loopbackServer((_, response) => void response.write("x"));
  const outgoing = get(server.url);
  const [response] = await once(outgoing, "response");
  response.on("error", () => {});
  const hungUp = new Promise((resolve) => response.once("close", resolve));
  await Promise.all([server.close(), server.close(), hungUp]);
});
