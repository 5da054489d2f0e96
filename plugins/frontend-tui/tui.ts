import type { Setup } from "gantry/sdk";
import type { frontendTui } from "./index.ts";
import { createAsking } from "./panels/asking.ts";

const setup: Setup<typeof frontendTui> = ({ use }) => {
  const asking = createAsking();
  return {
    frontends: { tui: async () => 0 },
    taps: { ask: (question, turn) => asking.ask(question, turn, use.remembered) },
  };
};

export default setup;
