import { inTime } from "gantry/sdk/kit/in-time";
import { expect, test } from "vitest";

const never = () => new Promise<string>(() => {});
const tooLate = () => {
  throw new Error("too late");
};

test("what comes in time is what it comes to", async () => {
  expect(await inTime(60_000, async () => "came", tooLate)).toBe("came");
  expect(await inTime(60_000, () => undefined, tooLate)).toBeUndefined();
});

test("what takes too long is what is said then, or a failure", async () => {
  expect(await inTime(1, never, () => "late")).toBe("late");
  await expect(inTime(1, never, tooLate)).rejects.toThrow("too late");
});

test("work that fails fails, also at once", async () => {
  await expect(inTime(60_000, async () => tooLate(), tooLate)).rejects.toThrow("too late");
  await expect(inTime(60_000, () => JSON.parse("{"), tooLate)).rejects.toThrow(SyntaxError);
});
