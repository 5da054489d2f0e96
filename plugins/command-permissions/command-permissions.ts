import type { Setup } from "gantry/sdk";
import { createFewerPrompts } from "./fewer-prompts.ts";
import { createAddDir, createCd } from "./folders.ts";
import type { commandPermissions } from "./index.ts";
import { createMode, createPlan } from "./mode.ts";
import { createPermissions } from "./permissions.ts";
import { createSandbox } from "./sandbox.ts";
import { createTrust } from "./trust.ts";

const setup: Setup<typeof commandPermissions> = ({ use, host }) => ({
  commands: {
    permissions: createPermissions(use, host),
    mode: createMode(use.permissions, { host, settings: use.settings }),
    plan: createPlan(use.permissions),
    sandbox: createSandbox(use.sandbox, { host, settings: use.settings }),
    "add-dir": createAddDir({ host, settings: use.settings }),
    cd: createCd(),
    trust: createTrust(use.trust, host),
    "fewer-permission-prompts": createFewerPrompts(use),
  },
});

export default setup;
