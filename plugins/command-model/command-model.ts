import { type Command, EFFORTS, type Setup } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { localModels } from "gantry/sdk/kit/local-models";
import { settingCommand } from "gantry/sdk/kit/setting-command";
import type { commandModel } from "./index.ts";
import { createKeys } from "./keys.ts";
import { createLogin } from "./login.ts";
import { createModelCommand } from "./model.ts";
import { createSubcommands } from "./subcommands.ts";

const ON_OFF = [
  { word: "on", value: true },
  { word: "off", value: false },
];

const setup: Setup<typeof commandModel> = ({ use, host }) => {
  const { models, inspector, settings } = use;
  const keys = createKeys({ host, secrets: use.secrets, report: () => inspector.report() });
  const none: Command = () => "No plugin reads settings here, so there is nothing to save it in.";
  const setting = (about: Parameters<typeof settingCommand>[1]) =>
    settings ? settingCommand({ host, settings }, about) : none;

  return {
    commands: {
      model: answering(createModelCommand({ models, host, settings })),
      effort: setting({
        title: "Effort",
        path: "effortLevel",
        choices: [...EFFORTS.map((word) => ({ word, value: word })), { word: "auto", detail: "as the model does" }],
        fallback: "auto",
        say: (word) => `The effort is ${word}.`,
      }),
      fast: setting({
        title: "Fast answers",
        path: "fastMode",
        choices: ON_OFF,
        fallback: "off",
        say: (word) => `Fast answers are ${word}, for models that have them.`,
      }),
      thinking: setting({
        title: "Thinking",
        path: "alwaysThinkingEnabled",
        choices: [...ON_OFF, { word: "auto", detail: "as the model does" }],
        fallback: "auto",
        say: (word) => `Thinking is ${word}.`,
      }),
      ...createLogin(keys, (session) => localModels(models, session, host)),
    },
    subcommands: createSubcommands(keys),
  };
};

export default setup;
