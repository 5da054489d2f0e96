import { expect, test } from "vitest";
import { createEarlyKeys } from "./early-keys.ts";

function typing(isAwaited: () => boolean) {
  const heard: string[] = [];
  const early = createEarlyKeys((bytes) => void heard.push(bytes.toString("utf8")), isAwaited);
  return { early, heard, type: (text: string) => early.take(Buffer.from(text)) };
}

test("keys that come before anybody listens are heard then, in order and in one go", () => {
  const { early, heard, type } = typing(() => false);
  type("hel");
  type("lo\r");
  expect(heard).toEqual([]);
  early.replay();
  expect(heard).toEqual(["hello\r"]);
  early.replay();
  expect(heard).toEqual(["hello\r"]);
});

test("a sign that was cut in the middle is whole again", () => {
  const { early, heard } = typing(() => false);
  const bytes = Buffer.from("é");
  early.take(bytes.subarray(0, 1));
  early.take(bytes.subarray(1));
  early.replay();
  expect(heard).toEqual(["é"]);
});

test("as soon as somebody listens, what waited is heard before what comes", () => {
  let isAwaited = false;
  const { heard, type } = typing(() => isAwaited);
  type("a");
  isAwaited = true;
  type("b");
  type("c");
  expect(heard).toEqual(["ab", "c"]);
});

test("what nobody wants any more is not heard", () => {
  const { early, heard, type } = typing(() => false);
  type("\r\r");
  early.forget();
  early.replay();
  expect(heard).toEqual([]);
});

test.each(["\u0003", "\u001b[99;5u"])("whoever wants to leave does not wait: %j", (interrupt) => {
  const { heard, type } = typing(() => false);
  type("a");
  type(interrupt);
  expect(heard).toEqual([interrupt]);
});
