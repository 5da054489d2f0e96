import { text } from "gantry/sdk";
import { createTestKernel, type ProviderScenario, providerConformance } from "gantry/sdk/testing";
import { describe, it } from "vitest";
import offline from "./index.ts";

const PROMPTS: Partial<Record<ProviderScenario, string>> = { text: "What can you do?", calls: "Read a.txt" };

async function make(scenario: ProviderScenario) {
  const kernel = await createTestKernel({ plugins: [offline] });
  const messages = [{ role: "user", content: [text(PROMPTS[scenario] as string)] }] as const;
  return {
    provider: await kernel.provider("offline"),
    request: { model: { provider: "offline", id: "offline" }, messages },
    dispose: kernel.close,
  };
}

describe("the offline planner keeps what a provider promises", () => {
  for (const { name, run } of providerConformance(make, Object.keys(PROMPTS) as ProviderScenario[])) it(name, run);
});
