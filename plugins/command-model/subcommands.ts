import type { FrontendHost, Subcommand } from "gantry/sdk";
import { PluginError } from "gantry/sdk";
import type { Keys } from "./keys.ts";
import { readSecret } from "./read-secret.ts";

/** `gantry login` and `gantry logout`, for whoever has no form on the screen. */
export function createSubcommands(keys: Keys): { readonly login: Subcommand; readonly logout: Subcommand } {
  return {
    login: async ([name, ...rest], _, host) => {
      if (rest.length) throw tooMany();
      if (name === undefined) return say(host, listText(keys));
      const provider = keys.named(name);
      const key = await readSecret(`Key of ${provider.title}: `, host);
      return say(host, await keys.keep(provider, key));
    },
    logout: async ([name, ...rest], _, host) => {
      if (rest.length) throw tooMany();
      if (name === undefined) return say(host, listText(keys));
      return say(host, await keys.forget(keys.named(name)));
    },
  };
}

function listText(keys: Keys): string {
  const lines = keys.list().map(({ name, variable, isInEnvironment, isKept }) => {
    const from = [...(isInEnvironment ? [`${variable} of the environment`] : []), ...(isKept ? ["kept"] : [])];
    return `${name}: ${from.join("; ") || "no key"}`;
  });
  return lines.join("\n") || "No provider takes a key.";
}

function say({ stdout }: FrontendHost, text: string): number {
  stdout.write(`${text}\n`);
  return 0;
}

function tooMany(): PluginError {
  return new PluginError(
    "GANTRY_LOGIN_EXTRA",
    "There is more behind the provider than is taken.",
    "A key is read from standard input: it does not belong on a command line, which histories keep.",
  );
}
