import type { AvailableCommand } from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost } from "gantry/sdk";
import type { Link } from "./link.ts";

/** The slash commands: told once the client knows the session, and whenever they have changed since. */
export function createCommands(host: FrontendHost, link: Link) {
  let told: string | undefined;

  function tell(): void {
    const availableCommands = commandsOf(host);
    told = JSON.stringify(availableCommands);
    link.tell({ sessionUpdate: "available_commands_update", availableCommands });
  }

  return {
    tell,
    tellChanges() {
      if (told !== undefined && told !== JSON.stringify(commandsOf(host))) tell();
    },
  };
}

function commandsOf(host: FrontendHost): AvailableCommand[] {
  const commands = host.report().plugins.flatMap(({ manifest, contributes }) =>
    (contributes.commands ?? []).map((name): AvailableCommand => {
      const { description = "", argumentHint } = manifest.commands?.[name] ?? {};
      return { name, description, ...(argumentHint && { input: { hint: argumentHint } }) };
    }),
  );
  return commands.sort((a, b) => (a.name < b.name ? -1 : 1));
}
