import type { Command, CommandAnswer, CommandSession, ListItem, Panel, SessionView } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { listPanel } from "gantry/sdk/kit/panels";
import type { KeyedProvider, Keys } from "./keys.ts";

/** `/login` and `/logout`. */
export function createLogin(
  keys: Keys,
  local: (session: SessionView) => Promise<readonly string[]>,
): { readonly login: Command; readonly logout: Command } {
  const complete = (args: string) =>
    completions(
      args,
      keys.list().map(({ name, title }) => [name, title] as const),
    );
  return {
    login: answering({
      async run(args, session) {
        const [name, key] = args.trim().split(/\s+/).filter(Boolean);
        if (key !== undefined) {
          return "A key does not belong behind a command, where histories keep it. /login PROVIDER asks for it, gantry login PROVIDER reads it.";
        }
        return { panel: name ? form(keys, keys.named(name)) : await providers(keys, session, () => local(session)) };
      },
      complete,
    }),
    logout: answering({
      async run(args) {
        const name = args.trim();
        if (name) return keys.forget(keys.named(name));
        return {
          panel: await listPanel({
            title: "Log out",
            empty: "No key is kept.",
            load: () =>
              keys
                .list()
                .filter(({ isKept }) => isKept)
                .map(item),
            actions: [
              {
                key: "enter",
                label: "forget the key",
                confirm: ({ id }) => `Forget the key of ${keys.named(id).title}?`,
                run: async ({ id }) => ({ stay: await keys.forget(keys.named(id)) }),
              },
            ],
          }),
        };
      },
      complete,
    }),
  };
}

function providers(keys: Keys, session: CommandSession, local: () => Promise<readonly string[]>): Promise<Panel> {
  return listPanel({
    title: "Log in",
    empty: "No provider takes a key.",
    load: async () => [...(await local()).map(localItem), ...keys.list().map(item)],
    actions: [
      {
        key: "enter",
        label: "keep a key, or take it",
        async run({ id }): Promise<CommandAnswer> {
          if (!isLocal(id)) return { panel: form(keys, keys.named(id)) };
          await session.setModel(id.slice(LOCAL.length));
          return `${id.slice(LOCAL.length)} answers from now on.`;
        },
      },
      {
        key: "d",
        label: "forget the key",
        confirm: ({ id }) => (isLocal(id) ? undefined : `Forget the key of ${keys.named(id).title}?`),
        run: async ({ id }) => ({ stay: isLocal(id) ? "It needs no key." : await keys.forget(keys.named(id)) }),
      },
    ],
  });
}

/** No provider has such a name. */
const LOCAL = "local:";
const isLocal = (id: string) => id.startsWith(LOCAL);

function localItem(model: string): ListItem {
  return { id: `${LOCAL}${model}`, title: model, detail: "on this machine, no key" };
}

function item(provider: KeyedProvider): ListItem {
  const { name, title } = provider;
  return { id: name, title: `${name} (${title})`, detail: stateOf(provider) };
}

function stateOf({ variable, from, isInEnvironment, isKept }: KeyedProvider): string {
  const kept = isKept ? "a key is kept" : "";
  if (isInEnvironment) return [`${variable} of the environment`, kept].filter(Boolean).join("; ");
  return kept || `no key; keys are made at ${from}`;
}

function form(keys: Keys, provider: KeyedProvider): Panel {
  const { name, title, from, variable } = provider;
  return {
    type: "form",
    title: `Log in to ${title}`,
    message: `Keys are made at ${from}. ${variable} of the environment goes before a kept key.`,
    text: `${name}: ${stateOf(provider)}. gantry login ${name} reads a key from standard input and keeps it.`,
    fields: [{ name: "key", title: "Key", type: "text", isRequired: true, isSecret: true }],
    submit: async ({ key }) => `${await keys.keep(provider, String(key ?? ""))} /model ${name} changes over to it.`,
  };
}
