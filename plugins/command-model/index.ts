import { definePlugin, Inspector, later, lazy, Models, manifest, optional, Secrets, Settings } from "gantry/sdk";

export const commandModel = manifest({
  name: "command-model",
  description: "Chooses the model and how much it thinks, and keeps keys of providers.",
  needs: { models: Models, inspector: Inspector, settings: optional(Settings), secrets: later(optional(Secrets)) },
  commands: {
    model: {
      description: "Show the models, or choose one",
      argumentHint: "[model|default] [--session]",
      group: "Model",
      help: "The choice is saved in your settings; --session changes this session alone. /model default forgets the saved one.\n/model sonnet\n/model openai/gpt-5 --session",
      isImmediate: true,
    },
    effort: {
      description: "Choose how much the model puts into its answers",
      argumentHint: "[low|medium|high|xhigh|max|auto|status]",
      group: "Model",
      help: "A model that knows fewer levels takes the nearest below; auto leaves it to the model.\n/effort high",
      isImmediate: true,
    },
    fast: {
      description: "Have answers sooner, at a higher price",
      argumentHint: "[on|off|status]",
      group: "Model",
      help: "Counts for models that have such a mode: Claude Opus from 4.6 on.",
      isImmediate: true,
    },
    thinking: {
      description: "Have the model think before it answers",
      argumentHint: "[on|off|auto|status]",
      group: "Model",
      help: "auto leaves it to the model. Models that always think do so whatever is chosen.",
      isImmediate: true,
    },
    login: {
      description: "Keep the key of a provider as a secret, or show what there is",
      argumentHint: "[provider]",
      group: "Model",
      help: "A key of the environment goes before a kept one. Without a form on the screen: gantry login PROVIDER.",
    },
    logout: { description: "Forget the kept key of a provider", argumentHint: "[provider]", group: "Model" },
  },
  subcommands: {
    login: { description: "Keep the key of a provider, which is read from standard input", usage: "[provider]" },
    logout: { description: "Forget the kept key of a provider", usage: "<provider>" },
  },
});

export default definePlugin(
  commandModel,
  lazy(() => import("./command-model.ts")),
);
