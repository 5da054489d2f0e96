import { PluginError, ToolError } from "gantry/sdk";
import { memoryFiles } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import { asToolError, inputPath, readForTool } from "./tool-files.ts";

const from = { cwd: "/project", home: "/home/me" };
const { signal } = new AbortController();

test("a path in an input is absolute, in the home folder, or in the session's folder", () => {
  expect(inputPath("/a/../b.txt", from)).toBe("/b.txt");
  expect(inputPath("src/a.txt", from)).toBe("/project/src/a.txt");
  expect(inputPath("~/a.txt", from)).toBe("/home/me/a.txt");
  expect(inputPath("~", from)).toBe("/home/me");
  expect(inputPath("~other/a.txt", from)).toBe("/project/~other/a.txt");
});

test("what a service refuses becomes words for the model; a fault stays a fault", () => {
  const refused = asToolError(new PluginError("GANTRY_X", "It failed.", "Try again."));
  expect(refused).toBeInstanceOf(ToolError);
  expect((refused as ToolError).message).toBe("It failed. Try again.");
  const fault = new TypeError("x is not a function");
  expect(asToolError(fault)).toBe(fault);
});

test("a file that cannot be read is a tool's error that says what to try", async () => {
  const files = memoryFiles({ "/project/index.ts": "x", "/project/src/a.ts": "x" });
  const reason = (path: string) => readForTool(files, path, { signal }).then(String, (error) => error.message);
  expect(await reason("/project/indx.ts")).toBe('There is no file "/project/indx.ts". Did you mean "index.ts"?');
  expect(await reason("/project/other.rs")).toMatch(/no file .* Look for it with Glob/);
  expect(await reason("/no/a.ts")).toMatch(/nor its folder/);
  expect(await reason("/project/src")).toMatch(/is a folder, not a file/);
  expect(await reason("/project/index.ts/b")).toMatch(/Choose a path/);
});
