import type { Setup } from "gantry/sdk";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { promptPlaces } from "gantry/sdk/kit/prompt-places";
import type { Catalogue } from "./catalogue.ts";
import type { commandFiles } from "./index.ts";

/** The setup with the administrator's folder at another place: for tests alone. */
export function commandsFrom(managed: string): Setup<typeof commandFiles> {
  return (context) => {
    let made: Promise<Catalogue> | undefined;
    const places = () => promptPlaces(context.host, "commands", managed);

    /** Most have no such folder, and whoever has none does not pay for what reads it. */
    function catalogue(): Promise<Catalogue> {
      made ??= import("./catalogue.ts").then(({ createCatalogue }) => createCatalogue(context, places));
      return made;
    }

    return {
      commands: {
        commands: async (_, session) => (await catalogue()).panel(session),
      },
      claims: { commands: async () => (places().length ? (await catalogue()).claims() : []) },
      taps: {
        sessionStart: async (session) => {
          if (places().length && !session.parent) await (await catalogue()).look(session);
        },
        input: async (input, turn) => {
          if (made || places().length) await (await catalogue()).onInput(input, turn);
          return undefined;
        },
        promptBuild: async (draft, turn) => (made ? (await catalogue()).onPrompt(draft, turn) : undefined),
      },
    };
  };
}

export default commandsFrom(managedFolder(process.platform));
