import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchFolders } from "./watch-folders.ts";

function folder(): string {
  const path = fs.mkdtempSync(join(tmpdir(), "gantry-watch-"));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

function watching(...folders: readonly string[]) {
  const changed = vi.fn();
  const watch = watchFolders(changed);
  onTestFinished(() => watch.close());
  watch.set(folders);
  return { changed, watch };
}

test("changes are told, several at once together, and further ones again", async () => {
  const path = folder();
  const { changed } = watching(path);
  for (const name of ["a", "b", "c"]) fs.writeFileSync(join(path, name), "x");
  await vi.waitFor(() => expect(changed).toHaveBeenCalled());
  const before = changed.mock.calls.length;
  expect(before).toBeLessThan(3);
  fs.rmSync(join(path, "a"));
  await vi.waitFor(() => expect(changed.mock.calls.length).toBeGreaterThan(before));
});

test("a folder that is let go, or a watch that is closed, tells nothing more", async () => {
  const [one, other] = [folder(), folder()];
  const { changed, watch } = watching(one);
  watch.set([other]);
  const { changed: seen } = watching(one);
  fs.writeFileSync(join(one, "a"), "x");
  await vi.waitFor(() => expect(seen).toHaveBeenCalled());
  expect(changed).not.toHaveBeenCalled();
  fs.writeFileSync(join(other, "a"), "x");
  await vi.waitFor(() => expect(changed).toHaveBeenCalled());
  watch.close();
  const before = changed.mock.calls.length;
  fs.writeFileSync(join(other, "b"), "x");
  const { changed: last } = watching(other);
  fs.writeFileSync(join(other, "c"), "x");
  await vi.waitFor(() => expect(last).toHaveBeenCalled());
  expect(changed).toHaveBeenCalledTimes(before);
});

test("what the system cannot watch is looked at again and again", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const path = join(folder(), "later");
  const { changed } = watching(path);
  vi.advanceTimersByTime(10_000);
  expect(changed).not.toHaveBeenCalled();
  fs.mkdirSync(path);
  vi.advanceTimersByTime(2_100);
  expect(changed).toHaveBeenCalledTimes(1);
});
