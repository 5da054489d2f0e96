import type { Setup } from "gantry/sdk";
import type { frontendAcp } from "./index.ts";
import { serve } from "./serve.ts";

const setup: Setup<typeof frontendAcp> = ({ config, use }) => ({
  subcommands: {
    acp: (_words, _flags, host) => serve(host, { writesAll: config.writes === "all", store: use.store }),
  },
});

export default setup;
