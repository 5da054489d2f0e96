// Written by `npm run generate` from the folders beside this file.
import contextEnv from "./context-env/index.ts";
import execNode from "./exec-node/index.ts";
import filesNode from "./files-node/index.ts";
import frontendHeadless from "./frontend-headless/index.ts";
import modelBudget from "./model-budget/index.ts";
import presetDefault from "./preset-default/index.ts";
import presetHeadless from "./preset-headless/index.ts";
import presetMinimal from "./preset-minimal/index.ts";
import promptBase from "./prompt-base/index.ts";
import providerReplay from "./provider-replay/index.ts";
import settingsFiles from "./settings-files/index.ts";
import usageMeter from "./usage-meter/index.ts";

/** The plugins and presets that come with the program. */
export const catalogue = {
  plugins: {
    "context-env": contextEnv,
    "exec-node": execNode,
    "files-node": filesNode,
    "frontend-headless": frontendHeadless,
    "model-budget": modelBudget,
    "prompt-base": promptBase,
    "provider-replay": providerReplay,
    "settings-files": settingsFiles,
    "usage-meter": usageMeter,
  },
  presets: {
    default: presetDefault,
    headless: presetHeadless,
    minimal: presetMinimal,
  },
};
