import type { AvailableCommand } from "@agentclientprotocol/sdk/unstable";
import type { Session } from "gantry/sdk";
import type { Link } from "./link.ts";

/** The slash commands: told once the client knows the session, and whenever they have changed since. */
export function createCommands(session: Session, link: Link) {
  let told: string | undefined;

  function tell(): void {
    const availableCommands = commandsOf(session, link);
    told = JSON.stringify(availableCommands);
    link.tell({ sessionUpdate: "available_commands_update", availableCommands });
  }

  return {
    tell,
    tellChanges() {
      if (told !== undefined && told !== JSON.stringify(commandsOf(session, link))) tell();
    },
  };
}

/** All that the session has, those that came while it runs too. */
function commandsOf(session: Session, { services }: Link): AvailableCommand[] {
  const commands = (services?.commands.list(session) ?? []).map(
    ({ name, description, argumentHint }): AvailableCommand => ({
      name,
      description,
      ...(argumentHint && { input: { hint: argumentHint } }),
    }),
  );
  return commands.sort((a, b) => (a.name < b.name ? -1 : 1));
}
