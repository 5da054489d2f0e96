import type { Claim, LeftOut } from "gantry/sdk";
import { expect, test } from "vitest";
import { settleTrust } from "./settle-trust.ts";

const claim = (text: string): Claim => ({ kind: "hook", source: "/s.json", text, state: "new" }) as Claim;

test("trust is asked for anew for what a yes has brought in, and not at all for nothing", async () => {
  const rounds = [[claim("one")], [claim("two")], []];
  let round = 0;
  const said: string[] = [];
  const asked: unknown[] = [];
  const host = {
    untrusted: async () =>
      ({ isTrusted: false, isRemembered: true, claims: rounds[round] ?? [] }) as unknown as LeftOut,
    trust: async () => void round++,
  };
  const answers = ["yes", "no"] as const;
  const question = {
    ask: async ({ claims }: LeftOut) => answers[asked.push(claims) - 1] ?? "leave",
    say: (text: string) => void said.push(text),
  };
  expect(await settleTrust(host, question)).toBe(true);
  expect([asked, said]).toEqual([[rounds[0], rounds[1]], ["It stays out."]]);
  round = 2;
  expect(await settleTrust(host, question)).toBe(true);
  round = 0;
  expect(await settleTrust(host, question)).toBe(false);
  expect(said).toEqual(["It stays out."]);
});
