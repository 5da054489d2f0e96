import { PluginError } from "gantry/sdk";
import { failureOfCoded, isTransient } from "gantry/sdk/kit/model-failure";
import { expect, test } from "vitest";

const coded = (code: `GANTRY_${string}`) => new PluginError(code, "it broke", "Mend it.");

test("what broke on the way to a model has a kind, and may be tried again only where that can help", () => {
  expect(failureOfCoded(coded("GANTRY_HTTP_TIMEOUT"), "protocol")).toEqual({
    kind: "timeout",
    message: expect.stringContaining("it broke"),
    remedy: "Mend it.",
    isRetryable: true,
  });
  expect(failureOfCoded(coded("GANTRY_HTTP_URL"), "network")).toMatchObject({
    kind: "invalid_request",
    isRetryable: false,
  });
});

test("a code that is not the way's own is what the provider says it is", () => {
  expect(failureOfCoded(coded("GANTRY_ODD"), "protocol")).toMatchObject({ kind: "protocol", isRetryable: false });
  expect(failureOfCoded(coded("GANTRY_ODD"), "network")).toMatchObject({ kind: "network", isRetryable: true });
});

test("a server that is busy may answer later; a wrong key stays wrong", () => {
  expect(isTransient("overloaded")).toBe(true);
  expect(isTransient("auth")).toBe(false);
});
