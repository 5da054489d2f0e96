import type {
  Command,
  CommandSession,
  HostInfo,
  ListItem,
  ModelInfo,
  Models,
  ProviderModels,
  Settings,
} from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { listPanel } from "gantry/sdk/kit/panels";
import { saveSetting } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

interface Parts {
  readonly models: Models;
  readonly host: HostInfo;
  readonly settings: Settings | undefined;
}

/** `/model`: every model of the providers that can be used; `/model NAME` changes over. */
export function createModelCommand({ models, host, settings }: Parts): Exclude<Command, (...args: never[]) => unknown> {
  return {
    async run(args, session) {
      const words = args.trim().split(/\s+/).filter(Boolean);
      const names = words.filter((word) => word !== "--session");
      const [name, tooMany] = names;
      if (tooMany !== undefined) return `One model at a time: ${visibleLine(names.join(" "), 100)} names several.`;
      if (name === "default") return forget(session);
      if (name) return change(name, session, { isSaved: words.length === names.length });
      return {
        panel: await listPanel({
          title: "Models",
          empty: "No provider is loaded.",
          load: async () => (await models.providers(session)).flatMap((provider) => items(provider, session)),
          actions: [
            { key: "enter", label: "choose and save", run: ({ id }) => change(id, session, { isSaved: true }) },
            { key: "s", label: "for this session", run: ({ id }) => change(id, session, { isSaved: false }) },
          ],
        }),
      };
    },
    complete: async (args, session) =>
      completions(args, (await models.providers(session)).filter(({ isUsable }) => isUsable).flatMap(namesOf)),
  };

  async function change(name: string, session: CommandSession, { isSaved }: { readonly isSaved: boolean }) {
    await session.setModel(name);
    const said = `The model is ${nameOf(session)}${isSaved || !settings ? "" : ", for this session"}.`;
    if (!isSaved || !settings) return said;
    return `${said} ${await saveSetting({ host, settings }, "model", nameOf(session))}`;
  }

  async function forget(session: CommandSession): Promise<string> {
    if (!settings) return "No plugin reads settings here, so no model is saved.";
    const saved = await saveSetting({ host, settings }, "model", undefined);
    return `New sessions begin with the first model that can be used. ${saved} This one stays with ${nameOf(session)}.`;
  }
}

function items(provider: ProviderModels, session: CommandSession): readonly ListItem[] {
  const { name, manifest, isUsable } = provider;
  const group = visibleLine(manifest.title);
  if (!isUsable) {
    const detail = visibleLine(manifest.setup ?? "It cannot be used here.");
    return [{ id: `${name}/`, title: name, detail, group, isDisabled: true }];
  }
  return modelsOf(provider).map((model) => {
    const id = `${name}/${model.id}`;
    const aliases = Object.entries(manifest.aliases ?? {}).flatMap(([alias, to]) => (to === model.id ? [alias] : []));
    const facts = [model.title, windowText(model), ...aliases].filter((fact) => fact !== undefined);
    const detail = visibleLine(facts.join(", "));
    const isCurrent = session.model.provider === name && session.model.id === model.id;
    return { id, title: visibleLine(id), group, isCurrent, ...(detail && { detail }) };
  });
}

/** What it lists; where it cannot tell, what it says of itself. */
function modelsOf({ models, manifest }: ProviderModels): readonly ModelInfo[] {
  const own = [manifest.defaultModel, ...Object.values(manifest.aliases ?? {})].filter((id) => id !== undefined);
  return models.length ? models : [...new Set(own)].map((id) => ({ id }));
}

function namesOf(provider: ProviderModels): readonly string[] {
  return [
    ...Object.keys(provider.manifest.aliases ?? {}),
    ...modelsOf(provider).map(({ id }) => `${provider.name}/${id}`),
  ];
}

function windowText({ contextWindow }: ModelInfo): string | undefined {
  if (contextWindow === undefined) return undefined;
  return contextWindow >= 1_000_000
    ? `${contextWindow / 1_000_000}M tokens`
    : `${Math.round(contextWindow / 1000)}k tokens`;
}

function nameOf({ model }: CommandSession): string {
  return `${model.provider}/${model.id}`;
}
