import { describe, expect, it } from "vitest";
import { isExcluded } from "./excluded.ts";

const PREFIXES = ["docker:*", "podman *", "make release", "npm run 'x"];

describe("a command is excepted", () => {
  it.each([
    "docker",
    "docker build -t a/b:1 .",
    "podman ps",
    "make release",
    "docker run -e 'A=b c' \"image\"",
    "cd sub && docker build . && docker push x",
    "docker ps | podman ps;",
  ])("when it is surely one of those named: %s", async (line) => expect(await isExcluded(line, PREFIXES)).toBe(true));

  it.each([
    "",
    "cd sub",
    "dockerd",
    "'docker ps'",
    "make release all",
    "make",
    "docker ps; rm -rf x",
    "rm x && docker ps",
    "docker ps & rm x",
    "docker ps\nrm x",
    "docker ps |& rm x",
    "docker run $(evil)",
    "docker run `evil`",
    'docker run "$(evil)"',
    "docker run $IMAGE",
    "docker ps > .git/config",
    "docker ps < <(evil)",
    "PATH=. docker ps",
    "./docker ps",
    "env docker ps",
    "(docker ps)",
    "{ docker ps; }",
    "docker ps {a,b}",
    "docker ps *",
    "docker\\ ps",
    "docker ps; ; docker ps",
    "docker ps 'unclosed",
  ])("and not when it may be more: %j", async (line) => expect(await isExcluded(line, PREFIXES)).toBe(false));

  it("never by a pattern that names no program", async () => {
    for (const prefix of ["*", ":*", " *", "doc*", ""]) expect(await isExcluded("docker ps", [prefix])).toBe(false);
  });
});
